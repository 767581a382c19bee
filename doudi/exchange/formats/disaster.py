"""应急受灾: whom a flood, a fire or another disaster has struck."""

from doudi.exchange.formats.declaring import (
    Column,
    FactLine,
    Format,
    Values,
    day,
    detail,
    fen,
    id_column,
    name_column,
    text,
)


def _facts(values: Values) -> tuple[FactLine, ...]:
    return (
        FactLine(
            "disaster",
            text(values, "灾害编号"),
            fen(values, "损失金额"),
            text(values, "灾害种类"),
            detail(values, loss="受灾情况", house="房屋损坏", aid="已救助情况"),
            valid_since=day(values, "受灾日期"),
        ),
    )


FORMAT = Format(
    code="disaster",
    label="应急受灾",
    department="应急管理局、消防救援大队",
    authority="国办发〔2023〕39号：部门数据共享，受灾人员救助",
    about="发现因灾陷入困难的家庭，衔接临时救助。",
    columns=(
        Column("灾害编号", ("灾情编号", "事件编号"), required=True, longest=40),
        name_column("受灾人姓名", "户主姓名", "姓名"),
        id_column("身份证号"),
        Column("灾害种类", ("灾种", "灾害类型"), required=True, longest=40),
        Column("受灾日期", ("发生日期", "灾害发生日期"), "date", required=True, past=True),
        Column("受灾情况", ("灾情描述",)),
        Column("房屋损坏", ("房屋受损情况", "倒损房屋")),
        Column("损失金额", ("直接经济损失", "损失"), "amount"),
        Column("已救助情况", ("救助情况",)),
    ),
    key=("灾害编号", "身份证号"),
    facts=_facts,
    period="次",
)
