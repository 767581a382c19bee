"""市监企业人员: who stands as owner, representative or shareholder of a market entity."""

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
    status = text(values, "登记状态")
    return (
        FactLine(
            "enterprise",
            text(values, "统一社会信用代码"),
            code=text(values, "职务"),
            detail=detail(
                values,
                status="登记状态",
                name="市场主体名称",
                type="市场主体类型",
                share="出资比例",
            ),
            valid_since=day(values, "成立日期"),
            ended="注销" in status or "吊销" in status,
        ),
    )


FORMAT = Format(
    code="enterprise",
    label="市监企业人员",
    department="市场监督管理局",
    authority="民发〔2021〕57号第十四条、第十七条：家庭财产信息核对",
    about="核对在保家庭成员的经营主体。",
    columns=(
        Column("统一社会信用代码", ("社会信用代码", "信用代码"), "credit_code", required=True),
        Column("市场主体名称", ("企业名称", "主体名称")),
        Column("市场主体类型", ("企业类型", "主体类型")),
        name_column("人员姓名", "姓名"),
        id_column("证件号码"),
        Column("职务", ("任职", "人员类型", "职务名称"), required=True, longest=40),
        Column("出资比例", ("持股比例",)),
        Column("成立日期", ("设立日期",), "date", required=True, past=True),
        Column("登记状态", ("经营状态", "主体状态")),
    ),
    key=("统一社会信用代码", "证件号码", "职务"),
    facts=_facts,
    roster=True,
)
