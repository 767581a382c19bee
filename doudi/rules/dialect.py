"""The one dialect in which the law is written: a rule is a plain function of its inputs.

Everything a rule may say comes from here: the decorator, two levels, the three findings, the
aggregations from person to household and the named roundings. `grammar` refuses the rest at load.
"""

from __future__ import annotations

import ast
import enum
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date

from doudi.rules import grammar
from doudi.rules.classes import CLASSES
from doudi.rules.errors import RuleRefused


class Level(enum.Enum):
    """Whom a value belongs to."""

    HOUSEHOLD = "户"
    PERSON = "人"
    OBLIGOR = "义务人"


户 = Level.HOUSEHOLD
人 = Level.PERSON
义务人 = Level.OBLIGOR

# The three findings are ordered so that the worst of several is their maximum.
符合 = 0
需复核 = 1
不符合 = 2
FINDINGS = {符合: "符合", 需复核: "需复核", 不符合: "不符合"}

# How a benefit is worked out, and how its fen become a payable amount.
差额 = 0
分档 = 1
定额 = 2
不取整 = 0
四舍五入到元方式 = 1
进到元方式 = 2
舍到元方式 = 3

# Numbers that carry a unit: they turn months into years, and a rate into a share of the whole.
每年月数 = 12
百分之百 = 10000
CONSTANT_UNITS = {"每年月数": "月/年", "百分之百": "万分比"}

_UNITS = (
    "分 分/月 分/人月 分/年 分/人年 分/核算期 万分比 倍 "
    "人 月 月/核算期 月/年 年 岁 天 小时 工作日 日期 项 类 级 种 套 辆 个 次 是否 结论 方式"
)
UNITS = frozenset(_UNITS.split())
MONEY_UNITS = frozenset(unit for unit in UNITS if unit.startswith("分"))


def 合计(values: tuple[int, ...]) -> int:
    """Sum over the persons of a household."""
    return sum(values)


def 人数(values: tuple[bool, ...]) -> int:
    """How many persons of a household it is true of."""
    return sum(1 for value in values if value)


def 任一(values: tuple[object, ...]) -> bool:
    """Whether it is true of any person; one known yes is enough whatever else is unknown."""
    from doudi.rules.missing import Missing

    if any(value for value in values if type(value) is not Missing):
        return True
    return any(values)


def 最重(values: tuple[int, ...]) -> int:
    """The heaviest finding (or the largest number) of several; 符合, that is 0, of none."""
    return max(values, default=0)


def 比例(amount: int, basis_points: int) -> int:
    """A share, in parts of ten thousand, of an amount in fen; a part of a fen is dropped."""
    return amount * basis_points // 10000


def 均分(amount: int, parts: int) -> int:
    """An amount in fen divided evenly; a part of a fen is dropped."""
    assert parts >= 1, "均分的份数必须至少为 1"
    return amount // parts


def 四舍五入到分(amount: int, parts: int) -> int:
    """An amount in fen divided evenly, to the nearest fen, half a fen upwards."""
    assert parts >= 1, "四舍五入到分的份数必须至少为 1"
    return (2 * amount + parts) // (2 * parts)


def 四舍五入到元(amount: int) -> int:
    """Round to the nearest whole yuan, half a yuan upwards."""
    return (amount + 50) // 100 * 100


def 进到元(amount: int) -> int:
    """Round up to a whole yuan."""
    return -(-amount // 100) * 100


def 舍到元(amount: int) -> int:
    """Round down to a whole yuan."""
    return amount // 100 * 100


def 取整(amount: int, manner: int) -> int:
    """Round in the manner a locality has fixed by parameter."""
    if manner == 四舍五入到元方式:
        return 四舍五入到元(amount)
    if manner == 进到元方式:
        return 进到元(amount)
    if manner == 舍到元方式:
        return 舍到元(amount)
    return amount


@dataclass(frozen=True, slots=True)
class Reading:
    """In one rule an input is read in a unit that is not its own, for a reason."""

    name: str
    unit: str
    why: str


@dataclass(frozen=True, slots=True)
class Rule:
    """One dated version of a rule, with its checked syntax tree for whoever emits code from it."""

    name: str
    level: Level
    function: Callable[..., int]
    inputs: tuple[str, ...]
    article: str
    unit: str
    since: date | None
    before: date | None
    meaning: str
    tree: ast.FunctionDef = field(repr=False, compare=False)
    asks_all: bool = True
    readings: tuple[Reading, ...] = ()

    @property
    def options(self) -> Mapping[str, int]:
        """The words of a rule of unit 类; empty for every other unit."""
        return CLASSES[self.name] if self.unit == "类" else {}

    def __call__(self, *values: object) -> int:
        return self.function(*values)

    def in_force(self, on: date) -> bool:
        """Whether this version applies on the day: `since` included, `before` not."""
        return (self.since is None or self.since <= on) and (
            self.before is None or on < self.before
        )


def 规则(
    level: Level,
    *,
    依据: str = "",
    单位: str = "是否",
    自: str | None = None,
    至: str | None = None,
    名: str | None = None,
    读作: Mapping[str, tuple[str, str]] | None = None,
) -> Callable[[Callable[..., object]], Rule]:
    """Make a function a rule; raises `RuleRefused` when it is not a plain function of its inputs.

    `自` is the first day in force, `至` the first day no longer; `名` names the rule where a later
    version of the same rule needs a function name of its own. `读作` gives an input's unit in this
    rule and why, where the law means by it what the units alone cannot show.
    """

    def make(function: Callable[..., object]) -> Rule:
        name = 名 or function.__name__
        tree = grammar.function_tree(function)
        if not 依据:
            raise RuleRefused(f'规则“{name}”没有写依据。请写明文件和条号：依据="文件 第几条"。')
        if 单位 not in UNITS:
            raise RuleRefused(f"规则“{name}”的单位“{单位}”不在单位表里。")
        if 单位 == "类" and name not in CLASSES:
            raise RuleRefused(f"规则“{name}”的单位是类，但 classes.py 里没有它的选项。")
        meaning = inspect.getdoc(function) or ""
        if not meaning:
            raise RuleRefused(f"规则“{name}”没有写含义。请在函数第一行写一句话。")
        grammar.check(name, tree, level=level.value)
        return Rule(
            name=name,
            level=level,
            function=function,  # type: ignore[arg-type]
            inputs=tuple(argument.arg for argument in tree.args.args),
            article=依据,
            unit=单位,
            since=date.fromisoformat(自) if 自 else None,
            before=date.fromisoformat(至) if 至 else None,
            meaning=" ".join(meaning.split()),
            tree=tree,
            asks_all=grammar.always_reads_everything(tree),
            readings=tuple(Reading(each, *told) for each, told in (读作 or {}).items()),
        )

    return make


@dataclass(frozen=True, slots=True)
class Carry:
    """What one month finds and the next month takes as given: the fact takes the rule's value.

    Only a question that runs from month to month carries anything; its article is the rule's. What
    cannot be decided is unknown in the next month too; with `keeps` the fact stays as it was, for a
    grant that was not decided was not made.
    """

    fact: str
    found: str
    keeps: bool = False


@dataclass(frozen=True, slots=True)
class Reason:
    """What to tell the family about one value; `{name}` in a text is the value of that name.

    A value in `ends` settles the matter: nothing further is told.
    """

    about: str
    texts: dict[int, str]
    ends: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Programme:
    """What a programme answers: the rule that finds, the one that gives the amount, reasons.

    `per` says for what the amount is: 月 each month, 次 once, 年 each year. With `applies`, a rule,
    the programme answers only for those of whom it is true (or unknown). `to` is the department to
    which a special assistance is referred; what the bureau itself decides has none.
    """

    code: str
    result: str
    amount: str | None
    holder: Level
    reasons: tuple[Reason, ...]
    applies: str | None = None
    per: str = "月"
    to: str = ""
