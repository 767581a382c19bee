"""银行存款（按申请）: what a person had in each account on the day that was asked about."""

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
            "asset.financial",
            text(values, "账号"),
            fen(values, "账户余额"),
            text(values, "账户类型"),
            detail(values, bank="开户银行"),
            valid_since=day(values, "余额日期"),
            secret=True,
            ended=text(values, "开户状态") == "销户",
        ),
    )


FORMAT = Format(
    code="bank_balance",
    label="银行存款（按申请）",
    department="银行机构",
    authority="民发〔2021〕57号第十四条、第十七条：经本人授权的金融资产核对",
    about="核对提出申请、已签授权的家庭的存款；没有授权的人不得查询。",
    columns=(
        Column("账号", ("银行账号", "卡号", "银行卡号"), required=True, longest=40),
        name_column("户名", "客户姓名", "账户名称", "姓名"),
        id_column("证件号码"),
        Column("开户银行", ("开户行", "银行名称")),
        Column("账户类型", ("账户种类", "产品类型"), longest=40),
        Column(
            "余额日期", ("余额截止日", "查询日期", "截止日期"), "date", required=True, past=True
        ),
        Column("账户余额", ("余额", "存款余额"), "amount", required=True),
        Column(
            "开户状态",
            ("账户状态", "状态"),
            "choice",
            choices={"正常": "正常", "睡眠": "正常", "冻结": "正常", "挂失": "正常", "销户": "销户",
                     "已销户": "销户"},
        ),
    ),
    key=("账号",),
    facts=_facts,
    period="次",
    widths=(30, 20, 18, 40, 20, 8, 16, 6),
)  # fmt: skip
