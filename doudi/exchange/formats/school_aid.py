"""教育资助: who is at school, and where."""

import re

from doudi.exchange.formats.declaring import (
    Column,
    FactLine,
    Format,
    Values,
    detail,
    id_column,
    name_column,
    text,
)
from doudi.kernel.dates import Month


def _facts(values: Values) -> tuple[FactLine, ...]:
    term = text(values, "资助学期")
    found = re.fullmatch(r"([0-9]{4})([春秋])", term)
    assert found is not None, "a term was read before"
    first = Month(int(found[1]), 3 if found[2] == "春" else 9)
    return (
        FactLine(
            "schooling",
            term,
            code=text(values, "学段"),
            detail=detail(values, school="学校名称", grade="年级"),
            valid_since=first.first_day,
            valid_before=(first + 6).first_day,
        ),
    )


FORMAT = Format(
    code="school_aid",
    label="教育学生资助",
    department="教育局",
    authority="国办发〔2023〕39号：部门数据共享，教育救助",
    about="了解家庭的在校学生和资助情况。",
    columns=(
        name_column("学生姓名", "姓名"),
        id_column("身份证件号"),
        Column("学校名称", ("学校", "就读学校")),
        Column("学段", ("教育阶段",), required=True, longest=40),
        Column("年级"),
        Column("资助学期", ("学期",), "term", required=True),
        Column("资助项目", ("资助项目名称", "资助类型")),
        Column("资助金额", ("金额",), "amount"),
    ),
    key=("身份证件号", "资助学期", "资助项目"),
    facts=_facts,
    roster=True,
    period="学期",
)
