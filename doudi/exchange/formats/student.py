"""教育学籍: which school has a child on its roll, and who left it."""

from doudi.exchange.formats.declaring import (
    Column,
    FactLine,
    Format,
    Values,
    day,
    detail,
    id_column,
    name_column,
    text,
)


def _facts(values: Values) -> tuple[FactLine, ...]:
    return (
        FactLine(
            "schooling",
            "学籍",
            code=text(values, "学段"),
            detail=detail(values, school="学校名称", grade="年级", status="学籍状态"),
            valid_since=day(values, "入学日期"),
            ended=text(values, "学籍状态") == "离校",
        ),
    )


FORMAT = Format(
    code="student",
    label="教育学籍",
    department="教育局",
    authority="国办发〔2023〕39号：部门数据共享，教育救助",
    about="了解家庭的在校学生，发现辍学。",
    columns=(
        Column("学籍号", ("全国学籍号", "学生学籍号"), required=True, longest=40),
        name_column("学生姓名", "姓名"),
        id_column("身份证件号"),
        Column("学校名称", ("学校", "就读学校"), required=True),
        Column("学段", ("教育阶段", "培养层次"), required=True, longest=40),
        Column("年级", ("就读年级",)),
        Column("入学日期", ("入学年月", "入学时间"), "date", required=True, past=True),
        Column(
            "学籍状态",
            ("在校状态", "状态"),
            "choice",
            choices={
                "在读": "在读", "在校": "在读", "正常": "在读", "休学": "休学", "毕业": "离校",
                "退学": "离校", "转出": "离校", "离校": "离校", "辍学": "离校", "注销": "离校",
            },
        ),
    ),
    key=("学籍号",),
    facts=_facts,
    roster=True,
    period="学期",
)  # fmt: skip
