"""Fresh statistics after a bulk load, so that the next statement is planned for what is there.

PostgreSQL makes them by itself a minute later; until then it plans as if the tables were empty, and
a county's scan joins row by row (measured: 14 s instead of 0.2).
"""

from django.db import connection, models


def refresh(*tables: type[models.Model]) -> None:
    """Make the statistics of these tables anew, outside of any action; no row changes."""
    with connection.cursor() as cursor:
        cursor.execute("select doudi_analyze(%s)", [[table._meta.db_table for table in tables]])


MANY = 1000


def learn(rows: int, table: type[models.Model], *columns: str) -> None:
    """Inside an action that wrote so many rows, make the statistics of a table's columns anew.

    Fewer than ``MANY`` rows are not worth it. What comes after a month's accrual joins tens of
    thousands of new rows with others: planned as if there were none, it goes row by row, or worse.
    """
    if rows >= MANY:
        named = f"{table._meta.db_table} ({', '.join(columns)})"
        with connection.cursor() as cursor:
            cursor.execute("select doudi_analyze(%s)", [[named]])
