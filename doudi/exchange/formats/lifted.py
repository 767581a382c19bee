"""乡村振兴脱贫户: whose household was lifted out of poverty and still counts as such."""

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
            "lifted",
            code=text(values, "脱贫户类别"),
            detail=detail(
                values,
                number="脱贫户编号",
                relation="与户主关系",
                worked="务工地点",
                per_head_fen="人均纯收入",
            ),
            valid_since=day(values, "脱贫日期"),
            ended=text(values, "户状态") == "退出",
        ),
    )


FORMAT = Format(
    code="lifted",
    label="乡村振兴脱贫户",
    department="乡村振兴局",
    authority="国办发〔2023〕39号；脱贫人口信息共享",
    about="把脱贫人口与低收入人口相互比对，不作为减少救助的理由。",
    columns=(
        Column("脱贫户编号", ("户编号", "脱贫户编码"), required=True, longest=40),
        name_column("姓名", "人员姓名"),
        id_column("证件号码"),
        Column("与户主关系", ("户主关系",)),
        Column("脱贫户类别", ("脱贫户属性", "脱贫类别"), longest=40),
        Column("脱贫日期", ("脱贫年月日", "脱贫时间"), "date", required=True, past=True),
        Column("务工地点", ("务工所在地",)),
        Column("人均纯收入", ("家庭人均纯收入",), "amount"),
        Column(
            "户状态",
            ("状态",),
            "choice",
            choices={
                "正常": "正常", "有效": "正常", "退出": "退出", "自然减少": "退出", "删除": "退出",
            },
        ),
    ),
    key=("脱贫户编号", "证件号码"),
    facts=_facts,
    roster=True,
    period="季",
)  # fmt: skip
