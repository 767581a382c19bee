"""The page of each format in docs/formats: ``python -m doudi.exchange.formats.pages``."""

from __future__ import annotations

from pathlib import Path

from doudi.exchange.formats import FORMATS
from doudi.exchange.formats.declaring import KIND_LABELS, Column, Format

FOLDER = Path(__file__).resolve().parents[3] / "docs" / "formats"


def page(format: Format) -> str:
    """The Markdown page of one format."""
    lines = [
        f"# {format.label}",
        "",
        f"<!-- Made from doudi/exchange/formats/{format.code}.py; do not edit. -->",
        "",
        f"- 代码：`{format.code}`",
        f"- 来源部门：{format.department}",
        f"- 依据：{format.authority}",
        f"- 用途：{format.about}",
        f"- 所属期：按{format.period}{'，每期报全部人员' if format.roster else ''}",
        f"- 一条记录由 {'、'.join(format.key)} 和姓名确定；相同而内容不同的行全部退回",
        *_widths(format),
        "",
        "| 列 | 必填 | 内容 | 也认这些列名 | 说明 |",
        "|---|---|---|---|---|",
        *(_line(column) for column in format.columns),
        "",
        "表头可以在前 20 行的任意一行；其他列保留在原始行中，不使用。"
        "也收每行一条记录的 JSON 和 XML，字段名就是列名。",
        "证件号码只做全角转半角、去空格、小写 x 转大写、15 位升 18 位；其余一律不改，退回更正。",
        "",
    ]
    return "\n".join(lines)


def _widths(format: Format) -> list[str]:
    if not format.widths:
        return []
    each = "、".join(
        f"{column.name} {width}"
        for column, width in zip(format.columns, format.widths, strict=True)
    )
    return [
        f"- 定长文本：没有表头，每行正好 {sum(format.widths)} 字节（按 GB18030，一个汉字 2 字节），"
        f"依次为 {each}；不足的用空格补齐"
    ]


def _line(column: Column) -> str:
    said = []
    if column.kind == "amount":
        said.append(f"表头或表上方没有写单位时按{column.unit}")
    if column.choices:
        said.append("可填：" + "、".join(column.choices))
    if column.past:
        said.append("不晚于接收当天")
    if column.kind == "id" and not column.required:
        said.append("缺少或不对的行不退回，转人工认定")
    cells = (
        column.name,
        "是" if column.required else "",
        KIND_LABELS[column.kind],
        "、".join(column.synonyms),
        "；".join(said),
    )
    return f"| {' | '.join(cells)} |"


def write_all(folder: Path = FOLDER) -> None:
    """Write every page."""
    folder.mkdir(parents=True, exist_ok=True)
    for format in FORMATS.values():
        (folder / f"{format.code}.md").write_text(page(format), encoding="utf-8")


if __name__ == "__main__":
    write_all()
