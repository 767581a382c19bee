"""人社参保缴费: for whom social insurance is paid, by which employer, on what base."""

from doudi.exchange.formats.declaring import (
    Column,
    FactLine,
    Format,
    Values,
    detail,
    fen,
    id_column,
    name_column,
    text,
)
from doudi.kernel.dates import Month


def _facts(values: Values) -> tuple[FactLine, ...]:
    month = values["缴费年月"]
    assert isinstance(month, Month)
    return (
        FactLine(
            "insurance",
            text(values, "参保险种"),
            fen(values, "缴费基数"),
            text(values, "参保身份"),
            detail(values, employer="单位名称"),
            valid_since=month.first_day,
            ended=text(values, "缴费状态") == "停缴",
        ),
    )


FORMAT = Format(
    code="insured",
    label="人社参保缴费",
    department="人力资源和社会保障局",
    authority="民发〔2021〕57号第十七条：社会保险缴纳情况核对",
    about="发现就业和收入变化；缴费基数是线索，不直接作为收入。",
    columns=(
        name_column("姓名", "参保人姓名", "人员姓名"),
        Column(
            "社会保障号码",
            (*id_column("身份证号").names, "社会保障号", "社保号码"),
            "id",
            required=True,
        ),
        Column("参保险种", ("险种", "险种类型"), required=True, longest=40),
        Column("参保身份", ("缴费人员类别", "人员类别"), longest=40),
        Column("单位名称", ("参保单位", "缴费单位")),
        Column("缴费年月", ("缴费月份", "费款所属期", "缴费所属期"), "month", required=True),
        Column("缴费基数", ("月缴费基数", "月缴费工资", "缴费工资"), "amount"),
        Column(
            "缴费状态",
            ("参保缴费状态", "参保状态", "状态"),
            "choice",
            choices={
                "正常": "缴费", "参保缴费": "缴费", "正常缴费": "缴费", "已缴费": "缴费",
                "暂停缴费": "停缴", "暂停": "停缴", "停保": "停缴", "终止缴费": "停缴",
                "终止": "停缴",
            },
        ),
    ),
    key=("社会保障号码", "参保险种"),
    facts=_facts,
    roster=True,
)  # fmt: skip
