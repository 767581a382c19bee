"""公安机动车: which vehicles a person has registered."""

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
            "vehicle",
            text(values, "号牌号码"),
            fen(values, "购置价"),
            text(values, "车辆类型"),
            detail(values, brand="车辆品牌", use="使用性质"),
            valid_since=day(values, "最近登记日期"),
            secret=True,
            ended=text(values, "机动车状态") == "注销",
        ),
    )


FORMAT = Format(
    code="vehicle",
    label="公安机动车",
    department="公安局交警大队",
    authority="民发〔2021〕57号第十四条、第十七条：家庭财产信息核对",
    about="核对在保家庭的车辆，发现新登记的机动车。",
    columns=(
        Column("号牌号码", ("车牌号", "车牌号码", "号牌"), required=True, longest=20),
        Column("车辆类型", ("机动车类型",), required=True, longest=40),
        Column("车辆品牌", ("品牌", "品牌型号", "中文品牌")),
        Column("使用性质"),
        name_column("机动车所有人", "所有人", "车主", "车主姓名", "姓名"),
        Column(
            "身份证明号码", id_column("身份证号").names, "id", required=True
        ),
        Column(
            "最近登记日期",
            ("登记日期", "注册登记日期"),
            "date",
            required=True,
            past=True,
        ),
        Column(
            "机动车状态",
            ("车辆状态", "状态"),
            "choice",
            choices={
                "正常": "正常", "逾期未检验": "正常", "违法未处理": "正常", "抵押": "正常",
                "查封": "正常", "扣留": "正常", "事故未处理": "正常", "达到报废标准": "正常",
                "注销": "注销", "已注销": "注销", "报废": "注销", "转出": "注销",
            },
        ),
        Column("购置价", ("购置价格", "车辆价格"), "amount", unit="百元"),
    ),
    key=("号牌号码",),
    facts=_facts,
    roster=True,
)  # fmt: skip
