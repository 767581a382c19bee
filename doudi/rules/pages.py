"""Pages for policy officers from the rules: graph, formula beside article, figures by date.

`python -m doudi.rules.pages docs/programmes` writes them anew; a test holds them to the source.
"""

from __future__ import annotations

import inspect
import sys
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import ModuleType

from doudi.rules.book import DAY, Rulebook, rulebook
from doudi.rules.dialect import MONEY_UNITS, Programme, Rule
from doudi.rules.programmes import MODULES
from doudi.rules.tables import NATION, Parameter, ParameterValue

_MANY = 80  # rows of a table beyond which the page names the file instead
# What everybody asks for first: the words of the law, the rule and the figure behind them.
_FIRST = (
    ("低保边缘的 1.5 倍（1.5倍）", "边缘收入线", "边缘倍数"),
    ("渐退的六个月（6 个月、6个月）", "渐退阶段", "渐退最多月数"),
    ("小金额救助的 800 元（800元）", "小金额救助额", "小金额救助上限"),
    ("同一困难的六个月（6 个月、6个月）", "救助月数", "临时救助最多月数"),
)
_PER = {"月": "按月", "次": "按次", "年": "按年"}


def pages() -> dict[str, str]:
    """The text of every page by file name."""
    book = rulebook()
    homes = {rule.name: _name(module) for module in MODULES for rule in _rules(module)}
    found = {f"{_name(module)}.md": _page(module, book, homes) for module in MODULES}
    return {"README.md": _contents(), **found}


def write(folder: Path) -> None:
    """Write every page and take away those that no module stands for."""
    folder.mkdir(parents=True, exist_ok=True)
    made = pages()
    for path in folder.glob("*.md"):
        if path.name not in made:
            path.unlink()
    for name, text in made.items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


def _name(module: ModuleType) -> str:
    return module.__name__.rpartition(".")[2]


def _rules(module: ModuleType) -> list[Rule]:
    return [value for value in vars(module).values() if isinstance(value, Rule)]


def _programmes(module: ModuleType) -> tuple[Programme, ...]:
    return tuple(getattr(module, "PROGRAMMES", ()))


def _title(module: ModuleType) -> str:
    return (inspect.getdoc(module) or "").splitlines()[0].rstrip("。")


def _contents() -> str:
    lines = [
        "# 各项目的规则",
        "",
        "由规则源码生成，不要手改；改了 `doudi/rules` 之后运行",
        "`python -m doudi.rules.pages docs/programmes`。",
        "",
        "图里方框是本页的规则，圆框是参数，斜框是要问的资料，双边框是别页的规则。",
        "",
        "| 页 | 内容 | 项目 |",
        "|---|---|---|",
    ]
    for module in MODULES:
        codes = "、".join(programme.code for programme in _programmes(module)) or "（各项目共用）"
        lines.append(f"| [{_name(module)}]({_name(module)}.md) | {_title(module)} | {codes} |")
    return "\n".join([*lines, "", *_first()]) + "\n"


def _first() -> Iterator[str]:
    """Where the figures stand that everybody asks for first."""
    tables = rulebook().tables.parameters
    homes: dict[str, str] = {}
    for module in MODULES:
        homes |= {rule.name: _name(module) for rule in _rules(module)}
    yield from ("## 先看这几个", "", "| 要找的 | 规则 | 参数 | 全国现行值 |", "|---|---|---|---|")
    for words, rule, name in _FIRST:
        parameter, page = tables[name], homes[rule]
        row = parameter.values[()][NATION][-1]
        value = f"{row.value} 元" if parameter.unit in MONEY_UNITS else _plain(row, parameter)
        told = f"[{rule}]({page}.md#{rule}) | [{name}]({page}.md#{name})"
        yield f"| {words} | {told} | {value}，{row.document}（{row.mark}） |"


def _page(module: ModuleType, book: Rulebook, homes: Mapping[str, str]) -> str:
    rules = _rules(module)
    names = {rule.name for rule in rules}
    used = dict.fromkeys(name for rule in rules for name in rule.inputs if name not in names)
    for programme in _programmes(module):
        used.update(dict.fromkeys(_amount_names(programme, names)))
    parameters = [book.tables.parameters[name] for name in used if name in book.tables.parameters]
    lines = [f"# {_title(module)}", "", f"源码：`doudi/rules/programmes/{_name(module)}.py`", ""]
    lines += _outcomes(_programmes(module))
    lines += ["## 关系图", "", *_graph(rules, book, homes), ""]
    lines += ["## 规则", ""]
    for rule in rules:
        lines += _rule(rule)
    lines += _facts([name for name in used if name in book.schema], book)
    lines += _elsewhere([name for name in used if name in homes], homes)
    if parameters:
        lines += ["## 参数", ""]
        for parameter in parameters:
            lines += _parameter(parameter, book)
    return "\n".join(lines).rstrip() + "\n"


def _amount_names(programme: Programme, own: set[str]) -> Iterator[str]:
    for name in (programme.result, programme.amount, programme.applies):
        if name and name not in own:
            yield name


def _outcomes(programmes: Iterable[Programme]) -> list[str]:
    rows = [
        f"| {each.code} | {each.holder.value} | {each.result} | {each.amount or '—'} | "
        f"{_PER[each.per] if each.amount else '—'} | {each.to or '民政'} |"
        for each in programmes
    ]
    if not rows:
        return []
    head = ["| 项目 | 对象 | 结论 | 金额 | 发放 | 部门 |", "|---|---|---|---|---|---|"]
    return ["## 项目", "", *head, *rows, ""]


def _graph(rules: list[Rule], book: Rulebook, homes: Mapping[str, str]) -> list[str]:
    """The rules and what they read: round a parameter, slanted a fact, double a rule elsewhere."""
    numbers: dict[str, str] = {}
    shapes: list[str] = []
    arrows: list[str] = []

    def node(name: str) -> str:
        if name not in numbers:
            numbers[name] = f"n{len(numbers)}"
            shapes.append(f"  {numbers[name]}{_shape(name, own, book)}")
        return numbers[name]

    own = {rule.name for rule in rules}
    for rule in rules:
        target = node(rule.name)
        arrows += [f"  {node(name)} --> {target}" for name in rule.inputs]
    return ["```mermaid", "flowchart LR", *shapes, *dict.fromkeys(arrows), "```"]


def _shape(name: str, own: set[str], book: Rulebook) -> str:
    if name in own:
        return f'["{name}"]'
    if name in book.tables.parameters:
        return f'(["{name}"])'
    if name in book.schema or name == DAY:
        return f'[/"{name}"/]'
    return f'[["{name}"]]'


def _rule(rule: Rule) -> list[str]:
    when = [f"自 {rule.since}"] if rule.since else []
    when += [f"至 {rule.before}（不含）"] if rule.before else []
    read = [f"“{each.name}”读作 {each.unit}：{each.why}" for each in rule.readings]
    facts = [f"{rule.level.value}的规则", f"单位：{rule.unit}", *read, *when]
    words = "；".join(f"{number} = {label}" for label, number in rule.options.items())
    return [
        f"### {rule.function.__name__}",
        "",
        f"{rule.meaning}",
        "",
        f"依据：{rule.article}　（{'，'.join(facts)}）",
        *(["", f"取值：{words}"] if words else []),
        "",
        "```python",
        *_formula(rule),
        "```",
        "",
    ]


def _formula(rule: Rule) -> list[str]:
    """The rule's own text without decorator and meaning, which stand above it."""
    source = textwrap.dedent(inspect.getsource(rule.function)).splitlines()
    tree = rule.tree
    head = source[tree.lineno - 1 : tree.body[0].lineno - 1]
    return [*head, *source[tree.body[1].lineno - 1 :]]


def _facts(names: list[str], book: Rulebook) -> list[str]:
    if not names:
        return []
    lines = ["## 要问的资料", "", "| 资料 | 谁的 | 单位 | 不填时 | 说明 |", "|---|---|---|---|---|"]
    for name in names:
        fact = book.schema[name]
        default = "必填" if fact.required else fact.show(fact.default or 0)
        if fact.unit == "是否" and not fact.required:
            default = "是" if fact.default else "否"
        words = "、".join(fact.options) or fact.unit
        lines.append(f"| {name} | {fact.level.value} | {words} | {default} | {fact.label} |")
    return [*lines, ""]


def _elsewhere(names: list[str], homes: Mapping[str, str]) -> list[str]:
    if not names:
        return []
    lines = [f"- {name}：见 [{homes[name]}]({homes[name]}.md)" for name in names]
    return ["## 别处的规则", "", *lines, ""]


def _parameter(parameter: Parameter, book: Rulebook) -> list[str]:
    base = book.tables.parameters[parameter.view_of] if parameter.view_of else parameter
    fixed = dict(parameter.fixed)
    rows = [
        value
        for keys, by_place in base.values.items()
        if all(dict(zip(base.keys, keys, strict=True))[name] == at for name, at in fixed.items())
        for values in by_place.values()
        for value in values
    ]
    lines = [f"### {parameter.name}", "", f"{parameter.label}（{parameter.unit}）。"]
    lines += [f"依据：{parameter.article}", ""]
    if not rows:
        return [*lines, "没有通用的数，由地方补录。", ""]
    if len(rows) > _MANY:
        return [*lines, f"共 {len(rows)} 行，见 `doudi/rules/parameters/`。", ""]
    keys = [key for key in base.keys if key not in fixed]
    head = ["地区", *keys, "自", "至（不含）", "值", "文件", "标记", "注"]
    lines += ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    rows.sort(key=lambda row: (row.place != NATION, row.place, row.keys, row.since))
    return [*lines, *(_row(row, keys, base) for row in rows), ""]


def _row(row: ParameterValue, keys: list[str], parameter: Parameter) -> str:
    words = dict(row.keys)
    place = "全国" if row.place == NATION else row.place
    value = f"{row.value} 元" if parameter.unit in MONEY_UNITS else _plain(row, parameter)
    cells = [place, *(words[key] for key in keys), row.since.isoformat()]
    cells += [row.before.isoformat() if row.before else "", value]
    cells += [f"{row.document}{row.article}", row.mark, row.note]
    return "| " + " | ".join(cells) + " |"


def _plain(row: ParameterValue, parameter: Parameter) -> str:
    if parameter.unit == "万分比":
        sign = "-" if row.number < 0 else ""
        return f"{sign}{abs(row.number) // 100}.{abs(row.number) % 100:02d}%"
    return str(row.value) if parameter.options else f"{row.value} {parameter.unit}"


if __name__ == "__main__":
    write(Path(sys.argv[1]))
