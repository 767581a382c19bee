"""医保住院结算: what a family paid itself for a hospital stay."""

from doudi.exchange.formats.declaring import (
    Column,
    Disagreement,
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
            "medical.self_pay",
            text(values, "结算流水号"),
            fen(values, "个人自付"),
            detail=detail(
                values,
                hospital="定点医疗机构",
                total_fen="总费用",
                disease="主要诊断",
                disease_code="诊断编码",
            ),
            valid_since=day(values, "出院日期"),
        ),
    )


def _disagreement(values: Values) -> Disagreement | None:
    total, paid = fen(values, "总费用"), fen(values, "个人自付")
    if total is not None and paid is not None and paid > total:
        return Disagreement("个人自付", "个人自付大于总费用")
    return None


FORMAT = Format(
    code="medical",
    label="医保住院结算",
    department="医疗保障局",
    authority="国办发〔2023〕39号：部门数据共享，低收入人口动态监测",
    about="发现医疗费用负担沉重的家庭。",
    columns=(
        Column(
            "结算流水号",
            ("结算编号", "结算单号", "结算号", "住院结算号", "医保结算流水号", "流水号"),
            required=True,
            longest=40,
        ),
        name_column("参保人姓名", "姓名", "患者姓名", "人员姓名"),
        id_column("证件号码"),
        Column("定点医疗机构", ("医疗机构", "医疗机构名称", "医院", "医院名称", "就诊医院")),
        Column("出院日期", ("出院时间",), "date", required=True, past=True),
        Column("主要诊断", ("诊断", "诊断名称", "出院诊断")),
        Column("诊断编码", ("疾病编码", "ICD编码")),
        Column("总费用", ("医疗总费用", "医疗费总额", "费用总额"), "amount"),
        Column(
            "个人自付",
            ("个人自付金额", "个人负担", "个人负担金额", "自付金额", "个人支付"),
            "amount",
            required=True,
        ),
    ),
    key=("结算流水号",),
    facts=_facts,
    disagreement=_disagreement,
)
