"""What one month hands to the next: declared beside the rules, checked when the book is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from doudi.rules.dialect import Carry, Rule
from doudi.rules.errors import RuleRefused
from doudi.rules.schema import Input


def check_carries(
    carries: Iterable[Carry], rules: Iterable[Rule], schema: Mapping[str, Input]
) -> None:
    """Refuse a carry whose names are not there or whose two sides cannot hold the same value."""
    versions: dict[str, list[Rule]] = {}
    for rule in rules:
        versions.setdefault(rule.name, []).append(rule)
    seen: set[str] = set()
    for carry in carries:
        fact = schema.get(carry.fact)
        if fact is None:
            raise RuleRefused(f"结转的“{carry.fact}”不是资料。")
        if carry.fact in seen:
            raise RuleRefused(f"资料“{carry.fact}”结转了两次。")
        seen.add(carry.fact)
        if carry.found not in versions:
            raise RuleRefused(f"“{carry.fact}”结转自“{carry.found}”，但没有这条规则。")
        for rule in versions[carry.found]:
            _check_same(fact, rule)


def _check_same(fact: Input, rule: Rule) -> None:
    sides = (
        ("层级", fact.level.value, rule.level.value),
        ("单位", fact.unit, rule.unit),
        ("选项", dict(fact.options), dict(rule.options)),
    )
    for what, wanted, given in sides:
        if wanted != given:
            raise RuleRefused(
                f"“{fact.name}”结转自“{rule.name}”，但两边的{what}不同：{wanted} 和 {given}。"
            )
