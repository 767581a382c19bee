"""公安户籍: who is registered in which household, and how the registration changed."""

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
    return (
        FactLine(
            "hukou",
            code=text(values, "户口性质"),
            detail=detail(
                values,
                number="户号",
                relation="与户主关系",
                address="户籍地址",
                status="户籍状态",
            ),
            valid_since=day(values, "变动日期"),
            ended=text(values, "户籍状态") in ("迁出", "注销"),
        ),
    )


FORMAT = Format(
    code="hukou",
    label="公安户籍",
    department="公安局",
    authority="民发〔2021〕57号第十七条：户籍信息核对；国办发〔2023〕39号：部门数据共享",
    about="核对共同生活家庭成员，发现迁入、迁出和户籍注销。",
    columns=(
        Column("户号", ("户籍号", "家庭户号"), required=True, longest=40),
        name_column("姓名", "人员姓名"),
        id_column("公民身份号码"),
        Column("与户主关系", ("户主关系", "家庭关系"), required=True, longest=40),
        Column("出生日期", ("出生年月日",), "date", past=True),
        Column("户口性质", ("户口类别", "户别"), longest=40),
        Column("户籍地址", ("户籍详细地址", "户籍所在地", "住址")),
        Column(
            "户籍状态",
            ("人员状态", "户口状态"),
            "choice",
            required=True,
            choices={
                "正常": "正常", "在册": "正常", "迁入": "正常", "出生": "正常", "迁出": "迁出",
                "注销": "注销", "死亡": "注销", "死亡注销": "注销", "参军": "迁出",
            },
        ),
        Column("变动日期", ("变动时间", "登记日期", "迁入日期"), "date", required=True, past=True),
    ),
    key=("公民身份号码",),
    facts=_facts,
    roster=True,
)  # fmt: skip
