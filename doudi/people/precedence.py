"""Which source replaces which, by kind of fact and day: what two of them tell is counted once.

A deposit that the applicant declared and the bank's balance of it have different keys, so they are
two facts; both are kept and shown, and one is counted. Pure: facts in, facts out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from doudi.people.facts import FactSeen

DEPARTMENT, FOUND, DECLARED = "部门数据", "入户查实", "申报或登记"
_FIRST = {"delivery": DEPARTMENT, "visit": FOUND, "decision": FOUND}
_NOT_FOR_LIVING = ("商铺", "商业", "非住宅", "写字楼", "办公", "厂房", "工业", "仓库")
_HOMESTEAD = ("宅基地", "农村住房", "农房")


def source_class(source: str) -> str:
    """What kind of source told a fact: a department's file, a visit, or a declaration."""
    parts = source.split(":")
    if parts[0] == "merge":  # mirrored from a file that was merged into another one
        parts = parts[2:] or [""]
    return _FIRST.get(parts[0], DECLARED)


def _all_alike(fact: FactSeen) -> str:
    return ""


def _use_of(fact: FactSeen) -> str:
    """A homestead is seldom registered, a shop is no dwelling: each has its own likes."""
    if any(word in fact.code for word in _NOT_FOR_LIVING):
        return "非居住"
    return "宅基地" if any(word in fact.code for word in _HOMESTEAD) else "居住"


@dataclass(frozen=True, slots=True)
class Replacement:
    """From a day on, facts of the first source replace those of the later ones that are alike.

    ``mark``: 已核 (read in the document) or 默认 (the project's choice).
    """

    kind: str
    order: tuple[str, ...]
    since: date
    before: date | None
    alike: Callable[[FactSeen], str]
    why: str
    mark: str


REPLACEMENTS: tuple[Replacement, ...] = (
    Replacement(
        "asset.financial", (DEPARTMENT, FOUND, DECLARED), date(2021, 7, 1), None, _all_alike,
        "银行按授权反馈的存款替代申报数，两边都有的不重复计算", "默认",
    ),
    Replacement(
        "house", (DEPARTMENT, FOUND, DECLARED), date(2021, 7, 1), None, _use_of,
        "不动产登记替代申报的同类住房，宅基地与商品房、商铺分别计算", "默认",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Replaced:
    """A fact that is not counted, and by which fact it was replaced under which rule."""

    fact: FactSeen
    by: FactSeen
    rule: Replacement


def counted(facts: Iterable[FactSeen], on: date) -> list[FactSeen]:
    """Facts of one person that are counted on a day, in their order."""
    return split(facts, on)[0]


def split(facts: Iterable[FactSeen], on: date) -> tuple[list[FactSeen], list[Replaced]]:
    """Facts of one person that are counted on a day, and those that another source replaces."""
    every = list(facts)
    left: list[FactSeen] = []
    replaced: list[Replaced] = []
    for fact in every:
        found = _replacing(fact, every, on)
        if found is None:
            left.append(fact)
        else:
            replaced.append(Replaced(fact, *found))
    return left, replaced


def _replacing(
    fact: FactSeen, every: Sequence[FactSeen], on: date
) -> tuple[FactSeen, Replacement] | None:
    for rule in REPLACEMENTS:
        if rule.kind != fact.kind or on < rule.since or (rule.before and on >= rule.before):
            continue
        own = rule.order.index(source_class(fact.source))
        for other in every:
            better = other.kind == fact.kind and rule.alike(other) == rule.alike(fact)
            if better and rule.order.index(source_class(other.source)) < own:
                return other, rule
    return None


__all__ = [
    "DECLARED", "DEPARTMENT", "FOUND", "REPLACEMENTS", "Replaced", "Replacement", "counted",
    "source_class", "split",
]  # fmt: skip
