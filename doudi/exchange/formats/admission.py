"""教育新录取: who was newly admitted to a college, and must pay for it from autumn on."""

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
    admitted = day(values, "录取日期")
    return (
        FactLine(
            "enrolment",
            f"{admitted.year}",
            code=text(values, "录取层次"),
            detail=detail(values, school="录取院校", subject="录取专业"),
            valid_since=admitted,
        ),
    )


FORMAT = Format(
    code="admission",
    label="教育新录取学生",
    department="教育局",
    authority="国办发〔2023〕39号：部门数据共享，教育救助",
    about="发现因学增加刚性支出的家庭。",
    columns=(
        Column("考生号", ("准考证号", "考号"), required=True, longest=40),
        name_column("姓名", "学生姓名", "考生姓名"),
        id_column("身份证号"),
        Column("录取院校", ("录取学校", "院校名称"), required=True),
        Column("录取专业", ("专业", "专业名称")),
        Column("录取层次", ("层次", "学历层次"), longest=40),
        Column("录取日期", ("录取时间",), "date", required=True, past=True),
    ),
    key=("考生号",),
    facts=_facts,
    period="学年",
)
