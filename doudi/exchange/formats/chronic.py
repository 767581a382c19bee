"""医保门诊慢特病: whose chronic disease was recognised for treatment at reduced cost."""

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
            "illness.chronic",
            text(values, "慢特病病种"),
            code=text(values, "慢特病病种"),
            detail=detail(values, disease_code="病种编码", hospital="认定机构"),
            valid_since=day(values, "认定日期"),
            ended=text(values, "待遇状态") == "终止",
        ),
    )


FORMAT = Format(
    code="chronic",
    label="医保门诊慢特病",
    department="医疗保障局",
    authority="国办发〔2023〕39号：部门数据共享，低收入人口动态监测",
    about="发现新认定慢特病而刚性支出增加的家庭。",
    columns=(
        name_column("参保人姓名", "姓名", "患者姓名", "人员姓名"),
        id_column("证件号码"),
        Column("慢特病病种", ("慢性病病种", "病种名称", "病种"), required=True, longest=40),
        Column("病种编码", ("慢特病编码", "疾病编码")),
        Column(
            "认定日期", ("备案日期", "待遇开始日期", "认定时间"), "date", required=True, past=True
        ),
        Column("认定机构", ("备案医疗机构", "认定医院")),
        Column(
            "待遇状态",
            ("备案状态", "状态"),
            "choice",
            choices={
                "有效": "有效", "正常": "有效", "享受": "有效", "终止": "终止", "停止": "终止",
                "注销": "终止", "到期": "终止",
            },
        ),
    ),
    key=("证件号码", "慢特病病种"),
    facts=_facts,
    roster=True,
)  # fmt: skip
