"""Whose a row is, without a database: ids made comparable, months compared, persons linked."""
