"""住房公积金: for whom a fund is paid, by which employer, on what base."""

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
    month = values["缴存年月"]
    assert isinstance(month, Month)
    return (
        FactLine(
            "provident_fund",
            text(values, "个人账号"),
            fen(values, "缴存基数"),
            text(values, "账户状态"),
            detail(values, employer="单位名称", paid_fen="月缴存额", balance_fen="账户余额"),
            valid_since=month.first_day,
            secret=True,
            ended=text(values, "账户状态") == "销户",
        ),
    )


FORMAT = Format(
    code="provident_fund",
    label="住房公积金",
    department="住房公积金管理中心",
    authority="民发〔2021〕57号第十七条：住房公积金核对",
    about="发现稳定工资收入；缴存基数和余额是线索，核实以后才计入。",
    columns=(
        Column("个人账号", ("公积金账号", "职工账号"), required=True, longest=40),
        name_column("职工姓名", "姓名"),
        id_column("证件号码"),
        Column("单位名称", ("缴存单位",)),
        Column("缴存年月", ("缴至年月", "缴存月份"), "month", required=True),
        Column("缴存基数", ("月缴存基数", "工资基数"), "amount", required=True),
        Column("月缴存额", ("缴存额", "月缴额"), "amount"),
        Column("账户余额", ("公积金余额", "余额"), "amount"),
        Column(
            "账户状态",
            ("缴存状态", "状态"),
            "choice",
            choices={"正常": "正常", "缴存": "正常", "封存": "封存", "停缴": "封存", "销户": "销户",
                     "已销户": "销户"},
        ),
    ),
    key=("个人账号",),
    facts=_facts,
    roster=True,
    worse="少",
)  # fmt: skip
