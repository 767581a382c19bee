"""Rows that no id decides, weighed against the registry of the delivery's place.

The registry is compared by what stands there in the open (name, birth, sex, place, household). Ids
stay sealed: those that came into question are opened in batches, for this comparison alone, and a
mistyped id is looked up by the tokens of the numbers that it may have meant (ADR 10).
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import polars as pl
from django.db import connection

from doudi.base.vault import decrypt, token
from doudi.exchange import _sql as sql
from doudi.exchange.agreeing import (
    BY_ID,
    NEVER_BY_WEIGHT,
    NOT_FOUND,
    SCORED,
    TO_REVIEW,
    Verdict,
)
from doudi.exchange.formats.declaring import Format
from doudi.exchange.linking.comparing import compare
from doudi.exchange.linking.deciding import Bands, beyond_names, confirmed_by
from doudi.exchange.linking.explaining import parts_of
from doudi.exchange.linking.features import Both, Ints, side_by_side
from doudi.exchange.linking.ids import MASKED, OUTCOMES, USABLE
from doudi.exchange.linking.linking import kinds_of
from doudi.exchange.linking.people import SYNONYMS, People, people_of
from doudi.exchange.linking.proposing import solutions_of
from doudi.exchange.linking.repairs import number_of
from doudi.exchange.linking.weighing import Question, Weighed, weigh
from doudi.exchange.linking.weights import Model
from doudi.exchange.normalising import plain_text
from doudi.exchange.reading import Row
from doudi.kernel import clock
from doudi.kernel.text import clip
from doudi.people.grams import tail_gram

# How many rows with a registered id teach the weights; more would teach nothing new.
MOST_TEACHERS = 20_000
_AT_ONCE = 5_000  # ids opened, or tokens looked up, in one query
_SHOWN = 3  # candidates that a person is shown
_BANDS = Bands()  # automatic from 10 bits, which is a precision of 0.999 and more; asked from 0
_LEAST_SHOWN = -6.0
_MOST_OF_AN_ID = 12  # characters, masks among them


@dataclass(frozen=True, slots=True)
class Asked:
    """A row to be weighed: what stood in its id's cell, who is registered under that id, and why
    it is not theirs.

    ``rejected`` rows go back to their source unless more than a name speaks for somebody.
    """

    row: Row
    sent_id: str
    holder: int | None = None
    why: str = ""
    rejected: bool = False


@dataclass(frozen=True, slots=True)
class Scored:
    """What came of weighing one row: its verdict, bits and the candidates with their reasons."""

    verdict: Verdict
    bits: float | None
    candidates: list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Scoring:
    """What came of all rows, by line, and the weights that decided it."""

    rows: dict[int, Scored]
    model: Model | None


def tells_more(row: Row, sent_id: str) -> bool:
    """Whether a row has anything beyond a name: most of an id, a date of birth, a household."""
    words = (*SYNONYMS["出生"], *SYNONYMS["户号"])
    return len(plain_text(sent_id)) >= _MOST_OF_AN_ID or any(row.values.get(word) for word in words)


def score_rows(
    format: Format, asked: Sequence[Asked], teachers: Sequence[tuple[Row, int]], registered: float
) -> Scoring:
    """Weigh rows of a file against the registry in the scope, inside an action.

    ``teachers`` are rows with the persons whom their ids found, ``registered`` the share of usable
    ids that are registered. Three queries and one for each 5,000 candidates.
    """
    if not asked:
        return Scoring({}, None)
    today = clock.business_today()
    numbers, registry = registry_in_scope(today)
    if not len(numbers):
        return Scoring({}, None)
    taught = _some(teachers, format, {_household(each.row, format) for each in asked})
    rows = [each.row for each in asked] + [row for row, _ in taught]
    sent = [each.sent_id for each in asked] + [""] * len(taught)
    file = _file(rows, sent, format, today)
    both = side_by_side(file, registry)
    question = _question(both, asked, [person for _, person in taught], numbers, registered, today)
    told = weigh(both, question, _BANDS, Opened(numbers))
    return Scoring(_verdicts(told, asked, both, numbers), told.model)


# ---- the two sides ----------------------------------------------------------------------------


def registry_in_scope(today: date) -> tuple[Ints, People]:
    """Persons in the scope, by number, without their ids."""
    with connection.cursor() as cursor, cursor.copy(sql.COPY_REGISTRY) as copy:
        told = b"".join(bytes(block) for block in copy)
    names = ("number", "姓名", "出生", "性别", "地区", "户号", "户主")
    if not told:
        return np.empty(0, np.int64), _nobody(today)
    frame = pl.read_csv(
        io.BytesIO(told), has_header=False, separator="\t", quote_char=None, infer_schema=False,
        null_values="\\N", new_columns=list(names),
    )  # fmt: skip
    numbers = frame["number"].cast(pl.Int64)
    called = pl.DataFrame({"head": numbers, "called": frame["姓名"]})
    heads = frame.select(pl.col("户主").cast(pl.Int64).alias("head"))
    found = heads.join(called, on="head", how="left", maintain_order="left")
    frame = frame.drop("number").with_columns(found["called"].alias("户主"))
    columns = {name: name for name in frame.columns}
    return numbers.to_numpy(), people_of(frame, columns, today, birth_from_id=False)


def _nobody(today: date) -> People:
    empty = pl.DataFrame({"姓名": pl.Series([], dtype=pl.String)})
    return people_of(empty, {"姓名": "姓名"}, today, birth_from_id=False)


def _file(rows: list[Row], sent: list[str], format: Format, today: date) -> People:
    told: dict[str, list[str]] = {"证号": sent, "姓名": [row.name for row in rows]}
    for what in ("性别", "出生", "地区", "户号", "户主"):
        column = _column(format, what)
        if column:
            told[what] = [str(row.values.get(column) or "") for row in rows]
    frame = pl.DataFrame(told, schema=dict.fromkeys(told, pl.String))
    return people_of(frame, {name: name for name in told}, today, birth_from_id=False)


def _column(format: Format, what: str) -> str:
    """The format's column that tells this of a person, "" where it has none."""
    names = {column.name for column in format.columns}
    return next((word for word in SYNONYMS[what] if word in names), "")


def _household(row: Row, format: Format) -> str:
    column = _column(format, "户号")
    return str(row.values.get(column) or "") if column else ""


def _some(
    teachers: Sequence[tuple[Row, int]], format: Format, homes: set[str]
) -> list[tuple[Row, int]]:
    """Those that teach: evenly over the file, and who shares a household with a weighed row."""
    every = max(1, -(-len(teachers) // MOST_TEACHERS))
    if not _column(format, "户号"):
        return list(teachers[::every])
    return [
        each
        for at, each in enumerate(teachers)
        if at % every == 0 or (_household(each[0], format) or None) in homes
    ]


# ---- the question -----------------------------------------------------------------------------


def _question(
    both: Both, asked: Sequence[Asked], persons: list[int], numbers: Ints, registered: float,
    today: date,
) -> Question:  # fmt: skip
    """What to weigh, with whom ids and their fragments point at."""
    rows = np.arange(len(asked))
    place = {int(number): at for at, number in enumerate(numbers)}
    held = [(at, place[each.holder]) for at, each in enumerate(asked) if each.holder in place]
    taught = [(at, place[each]) for at, each in enumerate(persons, len(asked)) if each in place]
    anchors = compare(both, *_pairs(taught), np.zeros(len(both.file.people), np.int64), ids=False)
    further = [*held, *_by_solutions(both.file.people, place, today), *_by_tails(both, place)]
    return Question(
        rows, kinds_of(both.file.people, _pairs(held)[0]), _pairs(further),
        anchors, registered,
    )  # fmt: skip


def _pairs(found: Iterable[tuple[int, int]]) -> tuple[Ints, Ints]:
    both = np.array(list(found), np.int64).reshape(-1, 2)
    return both[:, 0], both[:, 1]


def _by_solutions(file: People, place: dict[int, int], today: date) -> Iterator[tuple[int, int]]:
    """Rows whose mistyped id may have meant a registered one, found by token."""
    found = solutions_of(file, today)
    asked: dict[bytes, list[int]] = {}
    for row, key in zip(found.row.tolist(), found.key.tolist(), strict=True):
        asked.setdefault(token(number_of(key)), []).append(row)
    for sealed, person in _looked_up(sql.BY_TOKENS, list(asked)):
        if person in place:
            yield from ((row, place[person]) for row in asked[bytes(sealed)])


def _by_tails(both: Both, place: dict[int, int]) -> Iterator[tuple[int, int]]:
    """Rows whose masked id shows its last four, with persons of the same family name."""
    ids = both.file.people.ids
    asked: dict[str, list[int]] = {}
    for row in np.flatnonzero(ids.outcome == MASKED).tolist():
        tail = ids.plain[row][-4:]
        if len(tail) == 4 and "*" not in tail:
            asked.setdefault(tail_gram(tail), []).append(row)
    for gram, person in _looked_up(sql.BY_GRAMS, list(asked)):
        at = place.get(person)
        if at is None:
            continue
        family = both.family[both.registry.name[at]]
        for row in asked[gram]:
            if both.family[both.file.name[row]] == family:
                yield row, at


def _looked_up(statement: str, keys: list[Any]) -> Iterator[tuple[Any, int]]:
    for at in range(0, len(keys), _AT_ONCE):
        with connection.cursor() as cursor:
            cursor.execute(statement, [keys[at : at + _AT_ONCE]])
            yield from cursor.fetchall()


class Opened:
    """Opens the ids of the persons who came into question; kept no longer than the comparison."""

    def __init__(self, numbers: Ints) -> None:
        self._numbers = numbers

    def __call__(self, persons: Ints) -> Ints:
        keys: dict[int, int] = {}
        wanted = self._numbers[persons].tolist()
        for person, cipher in _looked_up(sql.SEALED_IDS, wanted):
            keys[person] = int(decrypt(cipher)[:17])  # type: ignore[arg-type]
        return np.array([keys.get(person, 0) for person in wanted], np.int64)


# ---- the verdicts -----------------------------------------------------------------------------


def _verdicts(
    told: Weighed, asked: Sequence[Asked], both: Both, numbers: Ints
) -> dict[int, Scored]:
    order = np.lexsort((told.pairs.person, -told.bits, told.pairs.row))
    start = np.searchsorted(told.pairs.row[order], np.arange(len(asked) + 1))
    found: dict[int, Scored] = {}
    for at, each in enumerate(asked):
        own = order[start[at] : start[at + 1]]
        scored = _verdict(told, at, each, own, both, numbers)
        if scored is not None:
            found[each.row.line] = scored
    return found


def _verdict(
    told: Weighed, at: int, each: Asked, own: Ints, both: Both, numbers: Ints
) -> Scored | None:
    """What becomes of one row; None leaves it as it was."""
    least = _LEAST_SHOWN if each.holder is None else -np.inf  # the namesakes too
    shown = [pair for pair in own[:_SHOWN] if told.bits[pair] >= least]
    if each.holder is not None:
        shown = _holder_first(told, own, shown, numbers, each.holder)
    candidates = [_candidate(told, int(pair), numbers) for pair in shown]
    best = int(own[0]) if len(own) else None
    bits = round(float(told.bits[best]), 1) if best is not None else None
    line, outcome = each.row.line, int(both.file.people.ids.outcome[at])
    if each.holder is not None:
        return _doubtful(told, each, shown, candidates, bits, numbers)
    said = _said(outcome)
    firm = best is not None and bool(beyond_names(told.pairs.take(np.array([best])))[0])
    if best is None or not candidates or not told.decided.automatic[at] | told.decided.review[at]:
        if each.rejected:
            return None
        why = f"{said}；登记册中没有足够相近的人"
        return Scored(Verdict(line, None, NOT_FOUND, why), bits, candidates)
    if each.rejected and not firm:
        return None
    person = int(numbers[told.pairs.person[best]])
    automatic = bool(told.decided.automatic[at])
    stops = any(fact.kind in NEVER_BY_WEIGHT for fact in each.row.facts)
    tier = SCORED if automatic and not stops else TO_REVIEW
    why = clip(f"{said}；{_reasons(candidates[0])}；{_ends(tier, bool(stops), firm)}", 200)
    return Scored(Verdict(line, person, tier, why), bits, candidates)


def _said(outcome: int) -> str:
    return "证件号码在册" if outcome <= USABLE else f"证件号码{OUTCOMES[outcome]}"


def _ends(tier: str, stops: bool, firm: bool) -> str:
    if tier == SCORED:
        return "达到自动认定的分值"
    if stops:
        return "涉及停发待遇，须人工核对"
    return "不足以自动认定，须人工核对" if firm else "只有姓名等相符，须人工核对"


def _doubtful(
    told: Weighed, each: Asked, shown: list[int], candidates: list[dict[str, Any]],
    bits: float | None, numbers: Ints,
) -> Scored | None:  # fmt: skip
    """A row whose id is registered under another name: confirmed if the names are one, or asked."""
    own = [pair for pair in shown if numbers[told.pairs.person[pair]] == each.holder]
    if not own:
        return None
    pair = told.pairs.take(np.array(own[:1]))
    stops = any(fact.kind in NEVER_BY_WEIGHT for fact in each.row.facts)
    if not stops and bool(confirmed_by(pair)[0]):
        why = f"证件号码在册，姓名{_words(candidates[0], '姓名')}"
        return Scored(Verdict(each.row.line, each.holder, BY_ID, why), None, [])
    why = clip(f"{each.why}；{_reasons(candidates[0])}；须核对是谁的号码", 200)
    return Scored(Verdict(each.row.line, each.holder, TO_REVIEW, why), bits, candidates)


def _holder_first(
    told: Weighed, own: Ints, shown: list[int], numbers: Ints, holder: int
) -> list[int]:
    first = [int(pair) for pair in own if numbers[told.pairs.person[pair]] == holder]
    return first + [pair for pair in shown if pair not in first]


def _candidate(told: Weighed, pair: int, numbers: Ints) -> dict[str, Any]:
    return {
        "person": int(numbers[told.pairs.person[pair]]),
        "bits": round(float(told.bits[pair]), 1),
        "parts": [[name, words, round(bits, 1)] for name, words, bits in parts_of(told, pair)],
    }


def _reasons(candidate: dict[str, Any]) -> str:
    parts = [f"{name}{words}{bits:+.1f}" for name, words, bits in candidate["parts"]]
    return "，".join([*parts, f"合计{candidate['bits']:+.1f}比特"])


def _words(candidate: dict[str, Any], field: str) -> str:
    return next((words for name, words, _ in candidate["parts"] if name == field), "相近")


__all__ = ["Asked", "Opened", "Scored", "Scoring", "registry_in_scope", "score_rows", "tells_more"]
