"""残联残疾证: who holds a certificate, of which category and level."""

from doudi.exchange.formats.declaring import (
    Column,
    Disagreement,
    FactLine,
    Format,
    Values,
    day,
    id_column,
    name_column,
    text,
)

CATEGORIES = ("视力", "听力", "言语", "肢体", "智力", "精神", "多重")
LEVELS = ("一级", "二级", "三级", "四级")
_CATEGORY_WORDS = {
    word: str(number)
    for number, name in enumerate(CATEGORIES, start=1)
    for word in (name, f"{name}残疾", str(number))
}
_LEVEL_WORDS = {
    word: str(number)
    for number, name in enumerate(LEVELS, start=1)
    for word in (name, str(number), f"{name[0]}")
}


def _facts(values: Values) -> tuple[FactLine, ...]:
    number = text(values, "残疾人证号")
    return (
        FactLine(
            "disability",
            "证",
            code=number[18:20],
            valid_since=day(values, "发证日期"),
            ended=text(values, "证件状态") == "失效",
        ),
    )


def _disagreement(values: Values) -> Disagreement | None:
    number = text(values, "残疾人证号")
    if number[:18] != text(values, "身份证号"):
        return Disagreement("残疾人证号", "残疾人证号前18位与身份证号不一致")
    category, level = text(values, "残疾类别"), text(values, "残疾等级")
    if category and category != number[18]:
        return Disagreement("残疾类别", "残疾类别与残疾人证号第19位不一致")
    if level and level != number[19]:
        return Disagreement("残疾等级", "残疾等级与残疾人证号第20位不一致")
    return None


FORMAT = Format(
    code="disability",
    label="残联残疾证",
    department="残疾人联合会",
    authority="国办发〔2023〕39号：部门数据共享；国发〔2015〕52号：残疾人两项补贴",
    about="发现未纳入救助和两项补贴的残疾人。",
    columns=(
        name_column("姓名", "残疾人姓名"),
        id_column("身份证号"),
        Column(
            "残疾人证号",
            ("残疾证号", "残疾人证号码", "残疾证号码"),
            "certificate",
            required=True,
        ),
        Column("残疾类别", ("残疾类型",), "choice", choices=_CATEGORY_WORDS),
        Column("残疾等级", ("残疾级别",), "choice", choices=_LEVEL_WORDS),
        Column(
            "发证日期", ("首次发证日期", "办证日期", "签发日期"), "date", required=True, past=True
        ),
        Column(
            "证件状态",
            ("残疾证状态", "状态"),
            "choice",
            choices={
                "有效": "有效", "正常": "有效", "注销": "失效", "失效": "失效", "过期": "失效",
                "冻结": "失效",
            },
        ),
    ),
    key=("身份证号",),
    facts=_facts,
    roster=True,
    disagreement=_disagreement,
)  # fmt: skip
