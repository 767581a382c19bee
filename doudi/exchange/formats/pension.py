"""人社养老金: what pension a person is paid a month."""

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
    month = values["发放年月"]
    assert isinstance(month, Month)
    return (
        FactLine(
            "pension",
            text(values, "险种类型"),
            fen(values, "月待遇金额"),
            detail=detail(values, treatment="待遇类别"),
            valid_since=month.first_day,
            ended=text(values, "发放状态") == "停发",
        ),
    )


FORMAT = Format(
    code="pension",
    label="人社养老金",
    department="人力资源和社会保障局",
    authority="国办发〔2023〕39号：部门数据共享；民发〔2021〕57号第十七条：信息核对",
    about="核对养老金收入，发现在保人员新增的退休待遇。",
    columns=(
        name_column("姓名", "人员姓名"),
        Column(
            "社会保障号码",
            (*id_column("身份证号").names, "社会保障号", "社保号码"),
            "id",
            required=True,
        ),
        Column("险种类型", ("险种", "养老保险类型"), required=True, longest=40),
        Column("待遇类别", ("待遇类型",)),
        Column("发放年月", ("发放月份", "待遇年月", "费款所属期"), "month", required=True),
        Column(
            "月待遇金额",
            ("月养老金", "养老金金额", "待遇金额", "月待遇", "发放金额"),
            "amount",
            required=True,
        ),
        Column(
            "发放状态",
            ("状态",),
            "choice",
            choices={
                "已发放": "发放", "发放": "发放", "正常": "发放", "正常发放": "发放",
                "停发": "停发", "暂停": "停发", "暂停发放": "停发", "终止": "停发",
            },
        ),
    ),
    key=("社会保障号码", "险种类型"),
    facts=_facts,
    roster=True,
    worse="少",
)  # fmt: skip
