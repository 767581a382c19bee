"""公安死亡注销: whose registration was ended because they died."""

from doudi.exchange.formats.declaring import (
    Column,
    FactLine,
    Format,
    Values,
    day,
    id_column,
    name_column,
    not_before,
)


def _facts(values: Values) -> tuple[FactLine, ...]:
    ended = values.get("注销日期")
    return (
        FactLine(
            "death",
            code="户籍注销",
            detail={"deregistered": str(ended)} if ended else None,
            valid_since=day(values, "死亡日期"),
        ),
    )


FORMAT = Format(
    code="death",
    label="公安死亡注销",
    department="公安局",
    authority="国办发〔2023〕39号：部门数据共享；民发〔2021〕57号：动态管理",
    about="停止向已去世的人发放，发现失去主要劳力的家庭。",
    columns=(
        name_column("姓名", "死者姓名", "死亡人员姓名"),
        id_column("公民身份号码"),
        Column("死亡日期", ("死亡时间", "去世日期"), "date", required=True, past=True),
        Column("注销日期", ("注销户口日期", "户口注销日期", "注销时间"), "date", past=True),
    ),
    key=("公民身份号码",),
    facts=_facts,
    disagreement=not_before("死亡日期", "注销日期"),
)
