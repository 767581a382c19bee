"""人社登记失业: who is registered as without work, since when."""

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
    registered = day(values, "失业登记日期")
    return (
        FactLine(
            "unemployment",
            f"{registered:%Y%m%d}",
            code="登记失业",
            detail=detail(values, reason="失业原因", insured="是否领取失业保险金"),
            valid_since=registered,
            ended=text(values, "登记状态") == "注销",
        ),
    )


FORMAT = Format(
    code="jobless",
    label="人社登记失业",
    department="人力资源和社会保障局",
    authority="国办发〔2023〕39号：部门数据共享，低收入人口动态监测",
    about="发现失去工作而可能减收的家庭。",
    columns=(
        name_column("姓名", "人员姓名"),
        id_column("公民身份号码"),
        Column("失业登记日期", ("登记失业日期", "登记日期"), "date", required=True, past=True),
        Column("失业原因", ("登记原因",)),
        Column(
            "是否领取失业保险金",
            ("领取失业保险金", "是否领取失业金"),
            "choice",
            choices={"是": "是", "否": "否"},
        ),
        Column(
            "登记状态",
            ("失业登记状态", "状态"),
            "choice",
            choices={
                "登记失业": "登记失业", "失业": "登记失业", "有效": "登记失业",
                "注销": "注销", "已注销": "注销", "已就业": "注销", "就业": "注销", "退出": "注销",
            },
        ),
    ),
    key=("公民身份号码", "失业登记日期"),
    facts=_facts,
    roster=True,
)  # fmt: skip
