"""What the rules refuse: faults of the rule text at load, faults of the facts when asked."""

from __future__ import annotations

from doudi.kernel.problems import Problem


class RuleRefused(Exception):
    """A rule, parameter or input file is not acceptable; nothing starts until it is mended."""


class FactRefused(Problem):
    """A fact about a household is not one the input schema knows, or lies outside its range."""

    code = "rules.fact_refused"
    status = 422
    say = "资料“{name}”不能用：{why}。"
    next = "请核对该项资料，改正后再测算。"
    fields = ("name", "why")


class NoLawInForce(Problem):
    """No programme is in force on the day asked about."""

    code = "rules.no_law_in_force"
    status = 422
    say = "{on} 没有可适用的规则。"
    next = "请核对日期；规则自 {since} 起可用。"
    fields = ("on", "since")


class OverlayRefused(Problem):
    """A value from a county's overlay cannot be read."""

    code = "rules.overlay_refused"
    status = 422
    say = "地方参数“{name}”不能用：{why}。"
    next = "请按参数说明改正后再提交。"
    fields = ("name", "why")


class PlaceRefused(Problem):
    """The place asked about is not a division code."""

    code = "rules.place_refused"
    status = 422
    say = "地区“{place}”不是 6、9 或 12 位区划代码。"
    next = "请填写受理地的区划代码，例如 620521。"
    fields = ("place",)


class OnlySupposed(Problem):
    """An answer to a question of what would be: it is no decision and cannot be kept as one."""

    code = "rules.only_supposed"
    status = 422
    say = "这是假设“{names}”得出的结果，不是决定，不能保存。"
    next = "请去掉假设，按实际情况重新测算。"
    fields = ("names",)


class CountyRefused(Problem):
    """A folder of a county's own figures cannot be used; every mistake is in `mistakes`."""

    code = "rules.county_refused"
    status = 422
    say = "地方参数目录“{folder}”有 {count} 处要改。\n{mistakes}"
    next = "请逐处改正后再运行；写法见 docs/rules.md“A new county in ten minutes”。"
    fields = ("folder", "count", "mistakes")


class MonthsRefused(Problem):
    """The months asked about are none, or more than anybody asks about."""

    code = "rules.months_refused"
    status = 422
    say = "从 {since} 到 {before}（不含）不能逐月测算：{why}。"
    next = "请改正起止月份，如 2022-01 到 2022-07（不含 7 月）。"
    fields = ("since", "before", "why")
