"""民政婚姻登记: who married or divorced, which changes whose means count together."""

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
            "marriage",
            text(values, "登记证字号"),
            code=text(values, "登记类别"),
            detail=detail(values, office="登记机关"),
            valid_since=day(values, "婚姻登记日期"),
            secret=True,
            ended=text(values, "登记状态") == "撤销",
        ),
    )


FORMAT = Format(
    code="marriage",
    label="民政婚姻登记",
    department="民政局婚姻登记处",
    authority="民发〔2021〕57号第十七条：民政内部婚姻信息核对",
    about="核对共同生活家庭成员和赡养、扶养义务人的变化；每名当事人一行。",
    columns=(
        Column("登记证字号", ("证件字号", "结婚证字号", "婚姻证字号"), required=True, longest=40),
        name_column("当事人姓名", "姓名"),
        id_column("当事人证件号码"),
        Column(
            "登记类别",
            ("婚姻登记类别", "业务类型", "登记类型"),
            "choice",
            required=True,
            choices={
                "结婚": "结婚", "结婚登记": "结婚", "补发结婚证": "结婚", "复婚": "结婚",
                "离婚": "离婚", "离婚登记": "离婚", "补发离婚证": "离婚", "判决离婚": "离婚",
            },
        ),
        Column("婚姻登记日期", ("登记日期", "登记时间"), "date", required=True, past=True),
        Column("登记机关", ("婚姻登记机关",)),
        Column(
            "登记状态",
            ("状态",),
            "choice",
            choices={
                "有效": "有效", "正常": "有效", "撤销": "撤销", "作废": "撤销", "无效": "撤销",
            },
        ),
    ),
    key=("登记证字号", "当事人证件号码"),
    facts=_facts,
)  # fmt: skip
