"""A part read in stretches of whole households, with what is known of their members."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from doudi.people.kinds import KINDS
from doudi.rules.batch.registry import Faults
from doudi.watch import indicators, kinds
from doudi.watch.screening.layout import (
    AMOUNT,
    BEFORE,
    BIRTH,
    CODE,
    DETAIL,
    FACT,
    FACTS,
    HOUSEHOLD,
    HOUSEHOLDS,
    JOINED,
    KEY,
    KIND,
    LEFT,
    MOVED,
    PERSON,
    PERSONS,
    PLACE,
    RETRACTED,
    SINCE,
    SOURCE,
    URBAN,
    LibraryRefused,
    Moved,
    Part,
    scan,
)  # fmt: skip

Numbers = npt.NDArray[np.int32]
Truths = npt.NDArray[np.bool_]
STRETCH = 150_000  # persons at a time: large enough for arrays, small enough for any machine
NEVER = np.int32(2**31 - 1)  # a day, or a month, that does not come
ROW, NUMBER, COUNTY, KNOWN, GONE = "row", "person", "county", "known", "gone"
_CONTENT = (BEFORE, AMOUNT, CODE, DETAIL)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Some households of one county, all their members, and all facts of these.

    ``people`` has a row for each member in order of household and person, ``starts`` says where
    each household's rows begin; ``facts``, by kind, says of which ``row`` each is, in which month
    it became ``known`` and in which it was corrected or taken back (``gone``).
    """

    county: str
    moved: tuple[Moved, ...]
    households: pl.DataFrame
    people: pl.DataFrame
    starts: npt.NDArray[np.int64]
    facts: dict[str, pl.DataFrame]

    def facts_of(self, chosen: Truths) -> pl.DataFrame:
        """All facts of the chosen rows, in the order in which the desk sees them, numbered.

        Where a file gives no numbers, what became known later has the greater one.
        """
        rows = pl.Series(ROW, np.flatnonzero(chosen).astype(np.uint32))
        found = pl.concat(
            [each.filter(pl.col(ROW).is_in(rows.implode())) for each in self.facts.values()]
        )
        if found.get_column(FACT).null_count():
            order = [ROW, KIND, SINCE, KNOWN, KEY, CODE, AMOUNT, BEFORE, DETAIL, SOURCE]
            numbered = pl.int_range(1, pl.len() + 1, dtype=pl.Int64)
        else:
            order, numbered = [ROW, KIND, SINCE, FACT], pl.col(FACT)
        return found.sort(order).with_columns(numbered.alias("id"))


def wanted_kinds() -> list[str]:
    """Every kind of fact that an indicator or the dictionary of people looks at."""
    return sorted(indicators.facts_read() | kinds.facts_needed())


def stretches(
    part: Part, faults: Faults, at_once: int = STRETCH, *, only: object = None
) -> Iterator[Stretch]:
    """All households of a part, or ``only`` the one of this number; raises ``LibraryRefused``."""
    households, people = _registry(part, faults)
    if only is not None:
        at = households.with_row_index("_at").filter(pl.col(HOUSEHOLD) == only)
        people = people.join(at.select("_at"), on="_at", how="semi").with_columns(_at=pl.lit(0))
        households = at.drop("_at")
    _tell_unknown_kinds(part, faults)
    lost = _Lost(part)
    owner = people.get_column("_at").to_numpy()
    starts = np.searchsorted(owner, np.arange(households.height + 1)).astype(np.int64)
    for first, last in _cuts(households.get_column(COUNTY), starts, at_once):
        begin, end = int(starts[first]), int(starts[last])
        members = people.slice(begin, end - begin).drop("_at").with_row_index(ROW)
        yield Stretch(
            county=str(households.item(first, COUNTY)),
            moved=part.moved,
            households=households.slice(first, last - first),
            people=members,
            starts=starts[first : last + 1] - begin,
            facts=_facts(part, members, lost),
        )
    lost.tell(faults)


def _registry(part: Part, faults: Faults) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Households in order of county, and their members in order of these."""
    folder = part.folder
    households = pl.read_parquet(folder / HOUSEHOLDS).with_columns(
        pl.col(URBAN).fill_null(False), pl.col(PLACE).cast(pl.String).str.slice(0, 6).alias(COUNTY)
    )  # fmt: skip
    bad = households.filter(~pl.col(PLACE).str.contains("^[0-9]{6,12}$").fill_null(False))
    if bad.height:
        why = f"户 {bad.item(0, HOUSEHOLD)} 的地区是“{bad.item(0, PLACE)}”，应是六到十二位区划代码"
        raise LibraryRefused(folder=folder, why=why)
    households = households.sort(COUNTY, HOUSEHOLD)
    ids = households.get_column(HOUSEHOLD)
    if ids.null_count() or ids.n_unique() != len(ids):
        raise LibraryRefused(folder=folder, why=f"{HOUSEHOLDS} 有的户号是空的或者写了两次")
    people = pl.read_parquet(folder / PERSONS)
    for column, kind in ((HOUSEHOLD, ids.dtype), (BIRTH, pl.Date)):
        if people.schema[column] != kind:
            why = f"{PERSONS} 的“{column}”是 {people.schema[column]}，应与 {kind} 一致"
            raise LibraryRefused(folder=folder, why=why)
    whole = people.filter(pl.all_horizontal(pl.col(PERSON, BIRTH).is_not_null()))
    faults.add(PERSONS, BIRTH, people.height - whole.height, "没有写人号或出生日期的人，没有筛查")
    at = households.select(HOUSEHOLD).with_row_index("_at")
    placed = whole.join(at, on=HOUSEHOLD, how="inner").sort("_at", PERSON)
    faults.add(PERSONS, HOUSEHOLD, whole.height - placed.height, "没有这一户的人，没有筛查")
    for column in (JOINED, LEFT, MOVED):
        if column not in placed.columns:
            placed = placed.with_columns(pl.lit(None, dtype=pl.Date).alias(column))
    return households, placed.with_columns(pl.col(PERSON).rank("dense").alias(NUMBER))


def _cuts(
    counties: pl.Series, starts: npt.NDArray[np.int64], at_once: int
) -> Iterator[tuple[int, int]]:
    """First and last household of each stretch: of one county, at most so many persons."""
    ends = np.flatnonzero((counties != counties.shift(-1)).fill_null(True).to_numpy()) + 1
    first = 0
    for end in map(int, ends):
        while first < end:
            last = int(np.searchsorted(starts, starts[first] + at_once, "right")) - 1
            last = min(max(last, first + 1), end)
            yield first, last
            first = last


class _Lost:
    """Rows of facts about nobody who is in the part."""

    def __init__(self, part: Part) -> None:
        self.rows = {
            each.path.name: pl.scan_parquet(each.path).select(pl.len()).collect().item()
            for each in part.facts
        }
        self.seen = 0

    def tell(self, faults: Faults) -> None:
        total = sum(self.rows.values())
        faults.add(FACTS, PERSON, max(0, total - self.seen), "库里没有这个人，或者没有写种类、起")


def _tell_unknown_kinds(part: Part, faults: Faults) -> None:
    known = set(KINDS) | set(wanted_kinds())
    for each in part.facts:
        counted = (
            pl.scan_parquet(each.path)
            .group_by(pl.col(KIND).cast(pl.String))
            .len()
            .filter(~pl.col(KIND).is_in(sorted(known)))
            .sort(KIND)
            .collect()
        )
        for kind, rows in counted.iter_rows():
            faults.add(f"{FACTS}/{each.path.name}", KIND, rows, f"不认识的种类“{kind}”")


def _facts(part: Part, members: pl.DataFrame, lost: _Lost) -> dict[str, pl.DataFrame]:
    """What is known of the members, each statement with the months of its coming and going."""
    ids = members.get_column(PERSON)
    rows = members.lazy().select(PERSON, ROW, pl.col(PERSON).is_first_distinct().alias("_first"))
    read = pl.concat(
        [scan(each).filter(pl.col(PERSON).is_between(ids.min(), ids.max())) for each in part.facts]
    )
    told = read.join(rows, on=PERSON, how="inner").collect()
    usable = told.filter(pl.col(KIND).is_not_null() & pl.col(SINCE).is_not_null())
    lost.seen += int(usable.get_column("_first").sum())
    usable = usable.filter(pl.col(KIND).is_in(wanted_kinds())).drop(PERSON, "_first")
    by_kind = _with_ends(usable).partition_by(KIND, as_dict=True)
    return {str(kind): rows for (kind,), rows in by_kind.items()}


def _with_ends(told: pl.DataFrame) -> pl.DataFrame:
    """A later statement of the same key and first day corrects; the same again says nothing new."""
    same = [ROW, KIND, KEY, SINCE]
    again = told.select(pl.struct(same).hash()).to_series().is_duplicated()
    never = pl.lit(NEVER, dtype=pl.Int32)
    alone = told.filter(~again & ~pl.col(RETRACTED)).with_columns(never.alias(GONE))
    if alone.height == told.height:
        return alone.drop(RETRACTED)
    # Where statements of one month contradict each other, their values decide, not their order.
    order = [*same, KNOWN, RETRACTED, BEFORE, AMOUNT, CODE, DETAIL, SOURCE]
    late_first = [RETRACTED]
    repeated = told.filter(again).sort(
        order,
        descending=[name in late_first for name in order],
        nulls_last=[name == BEFORE for name in order],
    )
    last_of_month = pl.struct(*same, KNOWN).is_last_distinct() | pl.col(RETRACTED)
    repeated = repeated.filter(last_of_month)
    before = {name: pl.col(name).shift(1).over(same) for name in (RETRACTED, *_CONTENT)}
    says_the_same = (
        pl.all_horizontal(pl.col(name).eq_missing(was) for name, was in before.items())
        & pl.col(KNOWN).shift(1).over(same).is_not_null()
    )
    kept = repeated.filter(~says_the_same)
    kept = kept.with_columns(pl.col(KNOWN).shift(-1).over(same).fill_null(never).alias(GONE))
    return pl.concat([alone, kept.filter(~pl.col(RETRACTED))]).drop(RETRACTED)
