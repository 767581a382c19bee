"""Whether a row that carries a registered id is about that person; pure, never on a name alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from doudi.exchange.normalising import comparable_name
from doudi.kernel.masks import mask_name
from doudi.kernel.text import clip

BY_ID, TO_REVIEW, NOBODY, BY_HAND = "证号", "待认", "无此人", "人工"
SCORED, NOT_FOUND = "评分", "未找到"
CONFIRMED = (BY_ID, SCORED, BY_HAND)
# What a human may still settle.
OPEN = (TO_REVIEW, NOT_FOUND)
# Kinds of facts that stop a benefit by themselves: no weight of evidence stores them without the
# id, a person does (domain/README.md, point 10).
NEVER_BY_WEIGHT = frozenset({"death", "cremation", "custody"})


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row as matching sees it: what it says, and whom its id belongs to (None: to nobody)."""

    row_id: int  # any number that tells rows apart, e.g. their line
    line: int
    name: str
    birth: date | None  # of a column of its own; the one inside the id proves nothing
    has_id: bool
    notes: tuple[str, ...]
    facts: list[list[Any]]
    person_id: int | None = None
    person_name: str = ""
    person_birth: date | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whose a row is, how we know, and why."""

    row_id: int
    person_id: int | None
    tier: str
    why: str


def judge(row: Candidate) -> Verdict:
    """Judge one row: the id finds, the name or the date of birth confirms."""
    noted = "；".join(row.notes)
    if not row.has_id:
        return Verdict(row.row_id, None, TO_REVIEW, clip(noted or "没有可用的证件号码", 200))
    if row.person_id is None:
        return Verdict(row.row_id, None, NOBODY, "登记册中没有这个证件号码")
    if comparable_name(row.name) == comparable_name(row.person_name):
        why = "证件号码和姓名一致"
    elif row.birth is not None and row.birth == row.person_birth:
        why = "证件号码和出生日期一致，姓名写法不同"
    else:
        said, known = mask_name(row.name), mask_name(row.person_name)
        why = f"证件号码在册，但姓名不一致（来文{said}，登记{known}）"
        return Verdict(row.row_id, row.person_id, TO_REVIEW, clip(why, 200))
    return Verdict(row.row_id, row.person_id, BY_ID, clip(f"{why}；{noted}" if noted else why, 200))


def judge_all(
    rows: Iterable[Candidate], weighed: Mapping[int, Verdict] | None = None
) -> list[Verdict]:
    """Judge all rows; rows that say different things of one person's same fact go to a human.

    ``weighed`` are the verdicts, by row, of those that no id decides.
    """
    judged = [(row, (weighed or {}).get(row.row_id) or judge(row)) for row in rows]
    said: dict[tuple[int, str, str], list[tuple[Candidate, list[Any]]]] = defaultdict(list)
    for row, verdict in judged:
        if verdict.tier in CONFIRMED and verdict.person_id is not None:
            for fact in row.facts:
                said[verdict.person_id, fact[0], fact[1]].append((row, fact))
    contradicting: dict[int, str] = {}
    for told in said.values():
        if any(fact != told[0][1] for _, fact in told[1:]):
            lines = "、".join(str(row.line) for row, _ in told[:6])
            for row, _ in told:
                contradicting[row.row_id] = f"第{lines}行关于同一人同一事项的内容不同"
    return [
        Verdict(row.row_id, verdict.person_id, TO_REVIEW, contradicting[row.row_id])
        if row.row_id in contradicting
        else verdict
        for row, verdict in judged
    ]
