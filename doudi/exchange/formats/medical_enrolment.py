"""医保参保: who is insured for the year, and who is paid for."""

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
    since = day(values, "待遇开始日期")
    return (
        FactLine(
            "medical.enrolment",
            f"{since.year}",
            fen(values, "个人缴费额"),
            text(values, "参保类别"),
            detail(values, aid="资助类别", aid_fen="资助金额"),
            valid_since=since,
            ended=text(values, "医保状态") == "停保",
        ),
    )


FORMAT = Format(
    code="medical_enrolment",
    label="医保参保",
    department="医疗保障局",
    authority="国办发〔2023〕39号：部门数据共享，医疗救助资助参保",
    about="发现断保的低收入人口，核对资助参保是否到位。",
    columns=(
        name_column("参保人姓名", "姓名", "人员姓名"),
        id_column("证件号码"),
        Column("参保类别", ("参保险种", "医保险种", "险种类型"), required=True, longest=40),
        Column("待遇开始日期", ("参保日期", "待遇享受开始日期"), "date", required=True),
        Column("个人缴费额", ("个人缴费", "个人缴费金额"), "amount"),
        Column("资助类别", ("资助参保类别", "资助人员类别")),
        Column("资助金额", ("资助参保金额", "财政资助金额"), "amount"),
        Column(
            "医保状态",
            ("参保状态", "状态"),
            "choice",
            choices={
                "正常参保": "参保", "正常": "参保", "参保": "参保", "暂停参保": "停保",
                "停保": "停保", "终止参保": "停保", "断保": "停保", "未缴费": "停保",
            },
        ),
    ),
    key=("证件号码", "参保类别"),
    facts=_facts,
    roster=True,
    period="年",
)  # fmt: skip
