"""The law as SQL: in DuckDB and in PostgreSQL every name is as the scalar engine has it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import polars as pl
import psycopg
import pytest

from doudi.rules.batch import sql_cells, sql_plain, sql_words
from doudi.rules.batch.findings import MISSING, NOT_ASKED, findings
from doudi.rules.batch.frame import Column, Figures, Frame, figures_of
from doudi.rules.batch.program import Program, program_on
from doudi.rules.batch.sql import _Query, text
from doudi.rules.batch.sql_words import DIALECTS
from doudi.rules.book import rulebook
from doudi.rules.dialect import Level

from . import little_law
from .comparing import differences, frame_of, scalar
from .corners import PLACE, every_household, the_law
from .databases import (
    Columns,
    columns_of,
    computed,
    had,
    in_duckdb,
    in_postgresql,
    query,
    tables_of,
)  # fmt: skip
from .households import Households, batches, on_one_day

ON = date(2022, 6, 1)


@dataclass(frozen=True)
class Asked:
    """A frame, and what the scalar engine says of it."""

    program: Program
    frame: Frame
    figures: Figures
    places: tuple[str, ...]
    expected: Columns

    def sql(self, dialect: str) -> str:
        return query(self.program, self.frame, self.figures, self.places, dialect)

    def wrong_in_duckdb(self, folder: Path) -> list[str]:
        tables = tables_of(self.program, self.frame, self.places)
        found = in_duckdb(tables, self.sql("duckdb"), folder)
        return self.wrong(columns_of(self.program, found))

    def wrong_in_postgresql(self, connection: psycopg.Connection) -> list[str]:
        tables = tables_of(self.program, self.frame, self.places)
        found = in_postgresql(tables, self.sql("postgresql"), connection)
        return self.wrong(columns_of(self.program, found))

    def wrong(self, ours: Columns) -> list[str]:
        return differences(self.program, ours, self.expected, computed(self.program))


def drawn(several: Iterator[Households]) -> list[Asked]:
    """Random households around the thresholds, with gaps, obligors, several places and days."""
    return [
        Asked(each.program, each.frame(), each.figures, each.places, scalar(each, len(each)))
        for each in several
    ]


def corners() -> Asked:
    """Every combination of a small law made of corners."""
    law, households = the_law(), every_household()
    frame = frame_of(law.program, households)
    return Asked(law.program, frame, law.figures, (PLACE,), law.scalar(households))


def little() -> Asked:
    """A law with every construct of the dialect, with numbers of both signs."""
    plan, program = little_law.program_of_little_law()
    families = little_law.made_up(3, 400, 0.15)
    told = little_law.scalar(plan, families)
    expected = {}
    for slot in computed(program):
        values = told[program.nodes[slot].name]
        known = np.array([value is not None for value in values], np.bool_)
        expected[slot] = Column(np.array([value or 0 for value in values], np.int64), known)
    frame = little_law.frame_of(program, families)
    return Asked(program, frame, little_law.NO_FIGURES, (PLACE,), expected)


@pytest.fixture(scope="module")
def everything() -> list[Asked]:
    return drawn(batches(None, 800, seed=5, size=400, nudges=12))


@pytest.fixture(scope="module")
def small_laws() -> list[Asked]:
    return [corners(), little()]


@pytest.fixture
def postgresql(db: None, owner_dsn: str) -> Iterator[psycopg.Connection]:
    with psycopg.connect(owner_dsn) as connection:
        yield connection
        connection.rollback()


# ---- The same answers ----


def test_duckdb_says_of_every_name_what_the_scalar_engine_says(
    everything: list[Asked], small_laws: list[Asked], tmp_path: Path
) -> None:
    wrong = [each.wrong_in_duckdb(tmp_path) for each in (*everything, *small_laws)]
    assert wrong == [[]] * len(wrong)


def test_postgresql_says_of_every_name_what_the_scalar_engine_says(
    everything: list[Asked], small_laws: list[Asked], postgresql: psycopg.Connection
) -> None:
    wrong = [each.wrong_in_postgresql(postgresql) for each in (*everything, *small_laws)]
    assert wrong == [[]] * len(wrong)


def test_findings_and_fen_are_those_of_the_registry(
    everything: list[Asked], tmp_path: Path
) -> None:
    for each in everything:
        have = had(each.program, each.frame)
        sql = text(each.program, each.figures, each.places, "duckdb", have=have)
        found = in_duckdb(tables_of(each.program, each.frame, each.places), sql, tmp_path)
        rows = {
            Level.HOUSEHOLD: found.filter(pl.col("人号").is_null()).sort("户号"),
            Level.PERSON: found.filter(pl.col("人号").is_not_null()).sort("人号"),
        }
        expected: dict[int, Column] = dict(each.expected)
        for answer in findings(each.program, each.frame, expected):
            programme = answer.finding.programme
            own = rows[programme.holder]
            assert own.get_column(programme.code).to_list() == answer.codes.tolist()
            if answer.fen is not None:
                assert own.get_column(f"{programme.code}金额").to_list() == answer.fen.tolist()
            other = rows[Level.PERSON if programme.holder is Level.HOUSEHOLD else Level.HOUSEHOLD]
            assert other.get_column(programme.code).is_null().all()


def test_one_programme_alone_is_as_in_all_of_them(tmp_path: Path) -> None:
    everyone = on_one_day(None, ON, 300, seed=8, nudges=4)
    tables = tables_of(everyone.program, everyone.frame(), everyone.places)
    answers = {}
    for codes in (None, ("低保",), ("特困", "转介·医疗救助")):
        program = program_on(ON, codes)
        figures = figures_of(program, everyone.tables, everyone.places, ON)
        have = {level: list(tables[name].columns) for level, name in _NAMES.items()}
        sql = text(program, figures, everyone.places, have=have)
        found = in_duckdb(tables, sql, tmp_path).with_columns(pl.col("人号").cast(pl.String))
        answers[codes] = found.sort("户号", "人号", nulls_last=False)
    whole = answers.pop(None)
    for codes, found in answers.items():
        for column in found.columns[2:]:
            same = whole.select("户号", "人号", column).drop_nulls(column)
            own = found.select("户号", "人号", column).drop_nulls(column)
            assert own.equals(same), (codes, column)


_NAMES = {Level.HOUSEHOLD: "households", Level.PERSON: "persons", Level.OBLIGOR: "obligors"}

# ---- What a warehouse may hold ----


def asked(
    rows: dict[str, list[dict[str, Any]]], *, codes: tuple[str, ...] = ("低保",)
) -> dict[Any, Any]:
    """低保 in DuckDB of tables written down here: its finding and fen by household."""
    program = program_on(ON, codes)
    figures = figures_of(program, rulebook().tables, (PLACE,), ON)
    connection = duckdb.connect()
    have = {}
    for level, name in _NAMES.items():
        if name in rows:
            have[level] = list(rows[name][0])
            columns = ", ".join(f'"{column}"' for column in rows[name][0])
            values = ", ".join(_row(row) for row in rows[name])
            connection.execute(f"create table {name} as from (values {values}) t ({columns})")
    sql = text(program, figures, (PLACE,), "duckdb", have=have)
    return {row[0]: row[2:4] for row in connection.execute(sql).fetchall() if row[1] is None}


def _row(row: dict[str, Any]) -> str:
    told = ["NULL" if each is None else repr(each) for each in row.values()]
    return f"({', '.join(told)})"


HOUSE = {"户号": 1, "地区": PLACE, "城乡": 0, "金融资产": 0, "住房套数": 1, "机动车数": 0,
         "经营企业数": 0, "非居住房产数": 0}  # fmt: skip
PERSON = {"户号": 1, "人号": 1, "与申请人关系": 1, "出生日期": 19750505, "工资性收入": 0,
          "经营净收入": 0, "财产净收入": 0, "转移性收入": 0}  # fmt: skip
FULL = 67300  # the standard of the place for one person


def test_a_column_left_out_is_the_default_and_a_null_is_unknown() -> None:
    assert asked({"households": [HOUSE], "persons": [PERSON]}) == {1: (0, FULL)}
    unknown = {**HOUSE, "户号": 2, "金融资产": None}
    theirs = {**PERSON, "户号": 2}
    found = asked({"households": [HOUSE, unknown], "persons": [PERSON, theirs]})
    assert found == {1: (0, FULL), 2: (MISSING, 0)}
    lacking = {name: value for name, value in HOUSE.items() if name != "金融资产"}
    assert asked({"households": [lacking], "persons": [PERSON]}) == {1: (MISSING, 0)}


def test_a_household_without_persons_and_one_elsewhere_are_not_lost() -> None:
    houses = [HOUSE, {**HOUSE, "户号": 2}, {**HOUSE, "户号": 3, "地区": "110101"}]
    persons = [PERSON, {**PERSON, "户号": 3}]
    found = asked({"households": houses, "persons": persons})
    assert found == {1: (0, FULL), 2: (2, 0), 3: (MISSING, 0)}


def test_yes_and_no_may_be_booleans_and_what_is_out_of_range_is_unknown() -> None:
    soldier = {**PERSON, "人号": 2, "工资性收入": 0, "不能独立生活": True}
    first = {**PERSON, "不能独立生活": False}
    found = asked({"households": [HOUSE], "persons": [first, soldier]})
    assert found == {1: (0, 2 * FULL)}
    wrong = {**first, "工资性收入": -1}
    assert asked({"households": [HOUSE], "persons": [wrong, soldier]}) == {1: (MISSING, 0)}


def test_an_obligor_named_twice_counts_once() -> None:
    parent = {**PERSON, "出生日期": 19500101}
    son = {"户号": 1, "义务人号": 1, "义务人情形": 0, "义务人身份": 0, "判决协议月额": 0,
           "义务人家庭月人均收入": 300_000, "义务人家庭人数": 3, "被赡养人数": 1}  # fmt: skip
    link = {"户号": 1, "人号": 1, "义务人号": 1}
    rows: dict[str, list[dict[str, Any]]] = {"households": [HOUSE], "persons": [parent]}
    once, twice = (_with_owing({**rows, "obligors": [son]}, [link] * n) for n in (1, 2))
    assert once == twice
    assert once != asked(rows)


def _with_owing(rows: dict[str, list[dict[str, Any]]], links: list[dict[str, int]]) -> Any:
    program = program_on(ON, ("低保",))
    figures = figures_of(program, rulebook().tables, (PLACE,), ON)
    connection = duckdb.connect()
    for name, told in {**rows, "owing": links}.items():
        columns = ", ".join(f'"{column}"' for column in told[0])
        values = ", ".join(_row(row) for row in told)
        connection.execute(f"create table {name} as from (values {values}) t ({columns})")
    have = {level: list(rows[name][0]) for level, name in _NAMES.items()}
    sql = text(program, figures, (PLACE,), "duckdb", have=have)
    return {row[0]: row[2:4] for row in connection.execute(sql).fetchall()}


def test_who_is_not_asked_about_a_programme_is_told_so() -> None:
    found = asked({"households": [HOUSE], "persons": [PERSON]}, codes=("转介·城镇住房救助",))
    assert found == {1: (NOT_ASKED,)}


# ---- The text ----


def test_every_rule_stands_under_its_name_and_article() -> None:
    program = program_on(ON)
    figures = figures_of(program, rulebook().tables, (PLACE,), ON)
    have = {level: [program.nodes[slot].name for slot in program.facts] for level in Level}
    sql = text(program, figures, (PLACE,), have=have)
    for slot in (*program.bodies, *program.keyed):
        node = program.nodes[slot]
        assert f"-- {node.name}：{node.article}\n" in sql
        assert f'AS "{node.name}"' in sql
    assert "CREATE" not in sql
    assert "." not in "".join(part for part in sql.split() if part[0].isdigit())  # no fractions


def test_spark_gets_its_own_marks_and_division() -> None:
    program = program_on(ON, ("低保",))
    figures = figures_of(program, rulebook().tables, (PLACE,), ON)
    have = {level: [program.nodes[slot].name for slot in program.facts] for level in Level}
    sql = text(program, figures, (PLACE,), "spark", have=have)
    assert '"' not in sql
    assert "//" not in sql
    assert "MATERIALIZED" not in sql
    assert " DIV 10000" in sql


# ---- Planted bugs ----


def _truncating(patch: pytest.MonkeyPatch) -> None:
    """SQL's own division, towards zero."""
    quotient = sql_words.Words.quotient

    def plain(self: Any, dividend: str, divisor: str, *, above: bool) -> str:
        return quotient(self, dividend, divisor, above=True)

    patch.setattr(sql_words.Words, "quotient", plain)


def _kleene(patch: pytest.MonkeyPatch) -> None:
    """SQL's own AND and OR: a later no hides what is unknown before it."""
    unknown = sql_cells._Asking.unknown
    spreads = sql_cells._Asking.spreads

    def never(self: Any, term: Any, known: Any) -> list[str]:
        junction = isinstance(self.bare(term), sql_cells.ir.Junction)
        return [] if junction else unknown(self, term, known)

    def always(self: Any, term: Any) -> bool:
        return isinstance(self.bare(term), sql_cells.ir.Junction) or spreads(self, term)

    patch.setattr(sql_cells._Asking, "unknown", never)
    patch.setattr(sql_cells._Asking, "spreads", always)


def _skipping(patch: pytest.MonkeyPatch) -> None:
    """SQL's own aggregations, of those who are known."""
    together = _Query.together

    def plain(self: Any, each: Any) -> str:
        made = together(self, each)
        return made.replace("CASE WHEN count(*) =", "CASE WHEN count(*) >=")

    patch.setattr(_Query, "together", plain)


def _greatest(patch: pytest.MonkeyPatch) -> None:
    """SQL's own greatest and least, of those that are known."""
    spreads = sql_cells._Asking.spreads

    def plain(self: Any, term: Any) -> bool:
        return isinstance(self.bare(term), sql_cells.ir.Extreme) or spreads(self, term)

    patch.setattr(sql_cells._Asking, "spreads", plain)


def _inner(patch: pytest.MonkeyPatch) -> None:
    """Nobody below is taken for unknown."""
    patch.setattr(
        _Query, "of_none", lambda self, each, there: f"g.{self.gathering(each)}" if there else "0"
    )


def _carried(patch: pytest.MonkeyPatch) -> None:
    """A value worked out from something unknown and then not used is let pass."""
    patch.setattr(sql_cells._Asking, "raised", lambda self, term, known: [])


def _rounded_half(patch: pytest.MonkeyPatch) -> None:
    """Up to the yuan by one fen less."""
    patch.setattr(sql_plain, "MORE", {**sql_plain.MORE, "进到元": 98})


PLANTED: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "division that truncates": _truncating,
    "AND and OR as SQL has them": _kleene,
    "sum, count and max skip the unknown": _skipping,
    "greatest skips the unknown": _greatest,
    "the empty household is unknown": _inner,
    "an unused unknown is let pass": _carried,
    "one fen less is rounded up": _rounded_half,
}


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_bug_is_seen(
    name: str, small_laws: list[Asked], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    PLANTED[name](monkeypatch)
    assert [wrong for each in small_laws for wrong in each.wrong_in_duckdb(tmp_path)]


def test_an_expression_put_into_the_next_ones_would_be_seen_by_its_size() -> None:
    """Layers keep the text short: it grows with the law, not with what depends on what."""
    program = program_on(ON)
    figures = figures_of(program, rulebook().tables, (PLACE,), ON)
    have = {level: [program.nodes[slot].name for slot in program.facts] for level in Level}
    for dialect in DIALECTS:
        assert len(text(program, figures, (PLACE,), dialect, have=have)) < 120_000
