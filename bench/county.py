"""A county of any size for the bench of payments, written by a few statements.

The same households as ``tests.payments.world.add_households``, whose three people it uses.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, models
from psycopg.types.json import Jsonb

_IDS = ("people_person", "people_household", "people_payeeaccount", "cases_case", "cases_decision")


def add_county(lines: int) -> Any:
    """So many households of one with a card and a 低保 award; answers the world of the tests."""
    from doudi.cases.models import Award, Case, Decision
    from doudi.people.models import Household, Member, PayeeAccount, Person, PersonPlace
    from tests.arrange import VILLAGE, arranging
    from tests.payments.world import SCHEME, add_households

    world = add_households(1)
    with arranging():
        _number(lines - 1)
        place, scheme = f"'{VILLAGE}'", f"'{SCHEME}'"
        _insert(PersonPlace, person_id="person", place=place, why="'户籍'")
        _insert(
            Person, id="person", name="'户主' || k", sex="'女'", birth="date '1960-01-01'",
            registered_place=place, residence_place=place, urban="false",
        )  # fmt: skip
        _insert(
            Household, id="household", number="'H' || household", place=place, urban="false",
            head_id="person", since="date '2020-01-01'",
        )  # fmt: skip
        _insert(
            Member, household_id="household", person_id="person", relation="'户主'",
            since="date '2020-01-01'",
        )  # fmt: skip
        _insert(
            PayeeAccount, id="payeeaccount", person_id="person", bank="'清水县农村信用联社'",
            card_cipher="cipher", card_token="token", holder_name="'户主' || k",
            since="date '2020-01-01'",
        )  # fmt: skip
        _insert(
            Case, id='"case"', number="""'C' || "case\"""", procedure=scheme, place=place,
            household_id="household", applicant_id="person", channel="'窗口'", stage="'已确认'",
            applied_on="date '2021-12-01'", accepted_on="date '2021-12-01'",
            due_on="date '2021-12-01'", closed_at="now()",
        )  # fmt: skip
        _insert(
            Decision, id="decision", case_id='"case"', round="1", outcome="'确认'",
            amount_fen="fen", people="1", starts="date '2022-01-01'", snapshot="'{}'::jsonb",
            trace="'{}'::jsonb", decided_on="date '2021-12-01'", decided_at="now()",
        )  # fmt: skip
        _insert(
            Award, scheme=scheme, place=place, household_id="household", payee_id="person",
            decision_id="decision", amount_fen="fen", people="1", urban="false",
            since="date '2022-01-01'",
        )  # fmt: skip
    return world


def _number(lines: int) -> None:
    """A temporary table with one row a household: all its numbers, its amount, its card."""
    from doudi.base import vault
    from tests.payments.world import card

    numbers = ", ".join(
        f"""nextval(pg_get_serial_sequence('{table}', 'id')) as "{table.partition("_")[2]}\""""
        for table in _IDS
    )
    with connection.cursor() as cursor:
        cursor.execute("create temporary table cards (k int, cipher bytea, token bytea)")
        with cursor.copy("copy cards (k, cipher, token) from stdin") as copy:
            for k in range(1, lines + 1):
                copy.write_row((k, vault.encrypt(card(k)), vault.token(card(k), "card")))
        cursor.execute(
            f"create temporary table county as select k, cipher, token, {numbers}, "
            "30000 + 1000 * (k % 40) as fen from cards"
        )
        cursor.execute("drop table cards; analyze county")


def _insert(model: type[models.Model], **expressions: str) -> None:
    """Every column by its expression over the county, else by the model's own default."""
    columns, values, told = [], [], []
    for field in model._meta.concrete_fields:
        if field.attname in expressions:
            columns.append(field.column)
            values.append(expressions[field.attname])
        elif not field.primary_key:
            default = field.get_default()
            columns.append(field.column)
            values.append("%s")
            told.append(Jsonb(default) if isinstance(default, dict | list) else default)
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"insert into {model._meta.db_table} ({names}) "
            f"select {', '.join(values)} from county order by k",
            told,
        )
