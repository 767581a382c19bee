"""What sources say against each other about one person: ranked, explained, settled by a rule.

Pure: facts in, sentences out. The gravest comes first; a conflict never decides anything by
itself, but the report names it, what was counted and why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from doudi.kernel.money import Fen
from doudi.people.facts import FactSeen
from doudi.people.kinds import label_of
from doudi.people.precedence import split

# How much a declared income may differ from what the payer reported, in percent [默认].
_DIFFERS_PERCENT = 10


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two statements that cannot both be right, or would be counted twice.

    ``rank`` 1 is the gravest; ``counted`` says what is gone by meanwhile, and what is to be done.
    """

    rank: int
    kinds: tuple[str, ...]
    text: str
    counted: str
    sources: tuple[str, ...]


def conflicts_of(facts: Iterable[FactSeen], on: date) -> list[Conflict]:
    """All conflicts among what is true of one person on a day, the gravest first."""
    every = list(facts)
    found = [conflict for rule in _RULES for conflict in rule(every, on)]
    return sorted(found, key=lambda conflict: (conflict.rank, conflict.text))


def _of(facts: Sequence[FactSeen], *kinds: str) -> list[FactSeen]:
    return [fact for fact in facts if fact.kind in kinds]


def _dead_and_paid(facts: Sequence[FactSeen], on: date) -> list[Conflict]:
    deaths = _of(facts, "death", "cremation")
    paid = _of(facts, "pension", "insurance", "public_payroll")
    return [
        Conflict(
            1, (death.kind, other.kind),
            f"{death.valid_since} 已登记{label_of(death.kind)}，仍有{label_of(other.kind)}",
            "以死亡登记为准，暂缓计算；请先核实是否本人、是否冒领",
            (death.source, other.source),
        )
        for death in deaths[:1]
        for other in paid
    ]  # fmt: skip


def _jobless_and_employed(facts: Sequence[FactSeen], on: date) -> list[Conflict]:
    wages = [
        fact
        for fact in _of(facts, "insurance", "tax", "public_payroll")
        if fact.kind != "insurance" or "职工" in fact.key
    ]
    return [
        Conflict(
            2, (jobless.kind, wage.kind),
            f"{jobless.valid_since} 登记失业，同时有{label_of(wage.kind)}（{wage.valid_since} 起）",
            "工资收入按需要核实处理，不按无业计为零",
            (jobless.source, wage.source),
        )
        for jobless in _of(facts, "unemployment")[:1]
        for wage in wages
    ]  # fmt: skip


def _declared_less(facts: Sequence[FactSeen], on: date) -> list[Conflict]:
    told = sum(fact.amount_fen or 0 for fact in _of(facts, "income.wage"))
    wages = [
        fact
        for fact in _of(facts, "tax", "public_payroll")
        if fact.kind == "public_payroll" or "工资" in fact.code
    ]
    paid = sum(fact.amount_fen or 0 for fact in wages)
    if not wages or paid * 100 <= told * (100 + _DIFFERS_PERCENT):
        return []
    return [
        Conflict(
            3, ("income.wage", wages[0].kind),
            f"申报的工资性收入每月 {Fen(told).display()} 元，发放或扣缴单位报的是 "
            f"{Fen(paid).display()} 元",
            "先按申报数列示；请本人说明差额，核实后以单位数为准",
            tuple(fact.source for fact in [*_of(facts, "income.wage"), *wages]),
        )
    ]  # fmt: skip


def _pension_twice(facts: Sequence[FactSeen], on: date) -> list[Conflict]:
    paid = _of(facts, "pension")
    declared = [fact for fact in _of(facts, "income.transfer") if "养老金" in fact.key]
    return [
        Conflict(
            4, ("income.transfer", "pension"),
            f"申报的养老金每月 {Fen(fact.amount_fen or 0).display()} 元，人社报的是 "
            f"{Fen(sum(each.amount_fen or 0 for each in paid)).display()} 元",
            "以发放单位的数为准，只计一次",
            (fact.source, paid[0].source),
        )
        for fact in declared
        if paid
    ]  # fmt: skip


def _counted_once(facts: Sequence[FactSeen], on: date) -> list[Conflict]:
    return [
        Conflict(
            5, (each.fact.kind,),
            f"{label_of(each.fact.kind)}有两个来源："
            f"{_worth(each.fact)}（申报或入户）和{_worth(each.by)}（部门数据）",
            f"只计部门数据；{each.rule.why}（{each.rule.mark}）",
            (each.fact.source, each.by.source),
        )
        for each in split(facts, on)[1]
    ]  # fmt: skip


def _worth(fact: FactSeen) -> str:
    if fact.amount_fen is not None:
        return f"{Fen(fact.amount_fen).display()} 元"
    return fact.code or "一项"


_Rule = Callable[[Sequence[FactSeen], date], list[Conflict]]
_RULES: tuple[_Rule, ...] = (
    _dead_and_paid, _jobless_and_employed, _declared_less, _pension_twice, _counted_once,
)  # fmt: skip
