"""财政惠农补贴: what a farming household was paid by card, item by item."""

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
            "subsidy",
            ":".join(text(values, each) for each in ("补贴项目", "补贴年度", "发放批次")),
            fen(values, "补贴金额"),
            text(values, "补贴项目"),
            valid_since=day(values, "兑付日期"),
        ),
    )


FORMAT = Format(
    code="subsidy",
    label="财政惠农补贴",
    department="财政局、农业农村局",
    authority="民发〔2021〕57号第十三条、第十七条：转移性收入核对",
    about="核对惠农补贴；是否计入家庭收入由县的规定决定，这里只记事实。",
    columns=(
        name_column("收款人姓名", "姓名", "户主姓名", "补贴对象"),
        id_column("身份证号"),
        Column("补贴项目", ("补贴项目名称", "补贴名称"), required=True, longest=40),
        Column("补贴年度", ("年度",), required=True, longest=10),
        Column("补贴金额", ("兑付金额", "发放金额"), "amount", required=True),
        Column("兑付日期", ("发放日期", "打卡日期"), "date", required=True, past=True),
        Column("发放批次", ("批次",), longest=12),
    ),
    key=("身份证号", "补贴项目", "补贴年度", "发放批次"),
    facts=_facts,
    widths=(20, 18, 40, 4, 12, 8, 20),
    period="季",
)
