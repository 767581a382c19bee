"""医保门诊结算: what a family paid itself for treatment without a stay."""

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
            "medical.outpatient",
            text(values, "门诊结算号"),
            fen(values, "个人自付"),
            text(values, "门诊类别"),
            detail(
                values,
                hospital="定点医疗机构",
                total_fen="门诊总费用",
                disease="病种名称",
            ),
            valid_since=day(values, "就诊日期"),
        ),
    )


def _disagreement(values: Values) -> Disagreement | None:
    total, paid = fen(values, "门诊总费用"), fen(values, "个人自付")
    if total is not None and paid is not None and paid > total:
        return Disagreement("个人自付", "个人自付大于门诊总费用")
    return None


FORMAT = Format(
    code="outpatient",
    label="医保门诊结算",
    department="医疗保障局",
    authority="国办发〔2023〕39号：部门数据共享，低收入人口动态监测",
    about="发现长期门诊治疗负担沉重的家庭；与住院自付分开记，不混入单次住院指标。",
    columns=(
        Column(
            "门诊结算号", ("门诊结算流水号", "门诊流水号", "处方结算号"), required=True, longest=40
        ),
        name_column("参保人姓名", "姓名", "患者姓名", "人员姓名"),
        id_column("证件号码"),
        Column(
            "门诊类别",
            ("就诊类别", "医疗类别"),
            "choice",
            required=True,
            choices={
                "普通门诊": "普通门诊", "门诊统筹": "普通门诊", "门诊慢特病": "门诊慢特病",
                "门诊慢性病": "门诊慢特病", "门诊特殊病": "门诊慢特病", "急诊": "急诊",
                "药店购药": "药店购药",
            },
        ),
        Column("定点医疗机构", ("医疗机构", "医疗机构名称", "医院", "医院名称", "定点药店")),
        Column("病种名称", ("病种", "诊断名称", "诊断")),
        Column("就诊日期", ("门诊日期", "就诊时间"), "date", required=True, past=True),
        Column("门诊总费用", ("总费用", "医疗总费用"), "amount"),
        Column(
            "个人自付",
            ("个人自付金额", "个人负担", "个人负担金额", "自付金额", "个人支付"),
            "amount",
            required=True,
        ),
    ),
    key=("门诊结算号",),
    facts=_facts,
    disagreement=_disagreement,
)  # fmt: skip
