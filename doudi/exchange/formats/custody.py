"""司法服刑和强制戒毒: who lives in custody and for how long, so not in the household."""

from datetime import date, timedelta

from doudi.exchange.formats.declaring import (
    Column,
    FactLine,
    Format,
    Values,
    day,
    detail,
    id_column,
    name_column,
    not_before,
    text,
)


def _facts(values: Values) -> tuple[FactLine, ...]:
    end = values.get("期满日期")
    return (
        FactLine(
            "custody",
            code=text(values, "人员类别"),
            detail=detail(values, place="执行场所"),
            valid_since=day(values, "开始日期"),
            valid_before=end + timedelta(days=1) if isinstance(end, date) else None,
            ended=text(values, "执行状态") == "解除",
        ),
    )


FORMAT = Format(
    code="custody",
    label="司法服刑和强制戒毒",
    department="司法局、公安局监管大队",
    authority="国办发〔2023〕39号：部门数据共享；民发〔2021〕57号第七条：共同生活家庭成员",
    about="核对共同生活家庭成员；期满人员及时接续救助。",
    columns=(
        name_column("姓名", "人员姓名"),
        id_column("公民身份号码"),
        Column(
            "人员类别",
            ("类别", "执行类别"),
            "choice",
            required=True,
            choices={
                "服刑": "服刑", "服刑人员": "服刑", "监狱服刑": "服刑",
                "强制隔离戒毒": "强制戒毒", "强制戒毒": "强制戒毒", "强戒": "强制戒毒",
            },
        ),
        Column("执行场所", ("羁押场所", "服刑场所")),
        Column("开始日期", ("入监日期", "入所日期", "刑期起日"), "date", required=True, past=True),
        Column("期满日期", ("刑满日期", "解除日期", "刑期止日"), "date"),
        Column(
            "执行状态",
            ("状态",),
            "choice",
            choices={
                "在押": "执行", "在所": "执行", "执行中": "执行", "刑满释放": "解除",
                "释放": "解除", "假释": "解除", "解除": "解除", "出所": "解除",
            },
        ),
    ),
    key=("公民身份号码", "开始日期"),
    facts=_facts,
    roster=True,
    disagreement=not_before("开始日期", "期满日期"),
)  # fmt: skip
