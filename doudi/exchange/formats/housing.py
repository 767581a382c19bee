"""住建住房保障: who rents public housing, is paid for rent, or lives in a house at risk."""

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
            "housing",
            text(values, "保障编号"),
            fen(values, "月补贴或月租金"),
            text(values, "保障方式"),
            detail(values, grade="危房等级", address="房屋坐落"),
            valid_since=day(values, "保障开始日期"),
            ended=text(values, "保障状态") == "退出",
        ),
    )


FORMAT = Format(
    code="housing",
    label="住建住房保障",
    department="住房和城乡建设局",
    authority="国办发〔2023〕39号：部门数据共享，住房救助",
    about="核对住房救助是否到位，发现住危房的低收入家庭。",
    columns=(
        Column("保障编号", ("合同编号", "档案编号", "鉴定编号"), required=True, longest=40),
        name_column("保障对象姓名", "姓名", "申请人姓名", "户主姓名"),
        id_column("身份证号"),
        Column(
            "保障方式",
            ("保障类型", "住房保障方式"),
            "choice",
            required=True,
            choices={
                "公租房": "公租房", "公共租赁住房": "公租房", "实物配租": "公租房",
                "租赁补贴": "租赁补贴", "货币补贴": "租赁补贴", "危房改造": "危房改造",
                "农村危房改造": "危房改造", "危房鉴定": "危房鉴定",
            },
        ),
        Column(
            "危房等级",
            ("鉴定等级", "房屋等级"),
            "choice",
            choices={
                each: each[0] for each in ("A级", "B级", "C级", "D级", "A", "B", "C", "D")
            },
        ),
        Column("房屋坐落", ("坐落", "房屋地址")),
        Column("月补贴或月租金", ("月补贴", "月租金", "月补贴金额"), "amount"),
        Column(
            "保障开始日期",
            ("合同开始日期", "开始日期", "鉴定日期"),
            "date",
            required=True,
            past=True,
        ),
        Column(
            "保障状态",
            ("合同状态", "状态"),
            "choice",
            choices={"在保": "在保", "有效": "在保", "正常": "在保", "退出": "退出", "终止": "退出",
                     "腾退": "退出"},
        ),
    ),
    key=("保障编号",),
    facts=_facts,
    roster=True,
    period="季",
)  # fmt: skip
