"""卫健重大疾病: who was diagnosed with a disease that can ruin a household."""

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
            "illness.major",
            text(values, "重大疾病名称"),
            code=text(values, "重大疾病名称"),
            detail=detail(values, disease_code="疾病编码", hospital="诊断机构"),
            valid_since=day(values, "确诊日期"),
            ended=text(values, "救治状态") == "治愈",
        ),
    )


FORMAT = Format(
    code="serious_illness",
    label="卫健重大疾病",
    department="卫生健康局",
    authority="国办发〔2023〕39号：部门数据共享，低收入人口动态监测",
    about="发现因患重大疾病可能陷入困难的家庭。",
    columns=(
        name_column("患者姓名", "姓名"),
        id_column("身份证号"),
        Column(
            "重大疾病名称", ("大病病种", "疾病名称", "大病名称"), required=True, longest=40
        ),
        Column("疾病编码", ("ICD编码", "诊断编码")),
        Column("确诊日期", ("诊断日期", "确诊时间"), "date", required=True, past=True),
        Column("诊断机构", ("确诊医院", "救治医院")),
        Column(
            "救治状态",
            ("救治情况", "状态"),
            "choice",
            choices={
                "救治中": "救治", "已救治": "救治", "随访": "救治", "未救治": "救治",
                "治愈": "治愈", "临床治愈": "治愈",
            },
        ),
    ),
    key=("身份证号", "重大疾病名称"),
    facts=_facts,
)  # fmt: skip
