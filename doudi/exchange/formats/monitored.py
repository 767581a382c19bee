"""乡村振兴监测对象: households watched against falling back into poverty, by their head."""

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

_KINDS = ("脱贫不稳定户", "边缘易致贫户", "突发严重困难户")


def _facts(values: Values) -> tuple[FactLine, ...]:
    return (
        FactLine(
            "fp",
            code=text(values, "监测对象类别"),
            detail=detail(
                values,
                risk="风险类型",
                number="户编号",
                size="家庭人口数",
                per_head_fen="人均纯收入",
            ),
            valid_since=day(values, "识别时间"),
            ended=text(values, "风险是否消除") == "是",
        ),
    )


FORMAT = Format(
    code="monitored",
    label="乡村振兴监测对象",
    department="乡村振兴局",
    authority="国办发〔2023〕39号；防止返贫监测对象信息共享",
    about="把防返贫监测对象与低收入人口相互比对。",
    columns=(
        Column("户编号", ("户号",)),
        name_column("户主姓名", "姓名"),
        Column(
            "户主证件号码",
            (*id_column("身份证号").names, "户主身份证号", "户主身份证号码"),
            "id",
            required=True,
        ),
        Column("家庭人口数", ("家庭人口", "人口数")),
        Column(
            "监测对象类别",
            ("监测对象类型", "监测类型", "户类型"),
            "choice",
            required=True,
            choices={
                **{kind: kind for kind in _KINDS},
                "脱贫不稳定": _KINDS[0], "边缘易致贫": _KINDS[1], "突发严重困难": _KINDS[2],
            },
        ),
        Column("风险类型", ("致贫返贫风险", "主要风险", "风险")),
        Column("识别时间", ("识别日期", "纳入时间", "纳入日期"), "date", required=True, past=True),
        Column(
            "风险是否消除",
            ("风险消除", "是否消除风险"),
            "choice",
            choices={"是": "是", "否": "否", "已消除": "是", "未消除": "否"},
        ),
        Column("人均纯收入", ("家庭人均纯收入",), "amount"),
    ),
    key=("户主证件号码",),
    facts=_facts,
    roster=True,
)  # fmt: skip
