"""财政供养: who is paid by the public purse, which has to be looked into first."""

from doudi.exchange.formats.declaring import (
    Column,
    FactLine,
    Format,
    Values,
    day,
    fen,
    id_column,
    name_column,
    text,
)


def _facts(values: Values) -> tuple[FactLine, ...]:
    return (
        FactLine(
            "public_payroll",
            text(values, "供养单位"),
            fen(values, "月应发工资"),
            text(values, "供养类别"),
            valid_since=day(values, "供养开始日期"),
            ended=text(values, "供养状态") == "停发",
        ),
    )


FORMAT = Format(
    code="public_payroll",
    label="财政供养",
    department="财政局",
    authority="民发〔2021〕57号第十七条：信息核对",
    about="发现在保家庭中由财政供养的成员；按收入重算，不自动停发。",
    columns=(
        name_column("姓名", "人员姓名"),
        id_column("身份证号"),
        Column("供养单位", ("单位名称", "所在单位"), required=True, longest=40),
        Column("供养类别", ("人员类别", "编制类别"), required=True, longest=40),
        Column("月应发工资", ("应发工资", "月工资"), "amount"),
        Column("供养开始日期", ("开始日期", "入编日期"), "date", required=True, past=True),
        Column(
            "供养状态",
            ("状态",),
            "choice",
            choices={
                "在职": "在发", "离退休": "在发", "正常": "在发", "停发": "停发", "调出": "停发",
                "死亡": "停发",
            },
        ),
    ),
    key=("身份证号", "供养单位"),
    facts=_facts,
    roster=True,
    worse="少",
    period="季",
)  # fmt: skip
