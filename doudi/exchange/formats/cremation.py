"""殡葬火化: whom the crematorium has cremated; ids are told by relatives and may be missing."""

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
    died = values.get("死亡日期")
    return (
        FactLine(
            "cremation",
            detail={"died": str(died)} if died else None,
            valid_since=day(values, "火化日期"),
        ),
    )


FORMAT = Format(
    code="cremation",
    label="殡葬火化",
    department="殡仪馆",
    authority="民政部门内部数据共享；民发〔2021〕57号：动态管理",
    about="发现火化而户籍尚未注销、仍在领取待遇的人员，下发核实。",
    columns=(
        Column("火化编号", ("火化证号", "编号"), required=True, longest=40),
        name_column("逝者姓名", "姓名", "死者姓名"),
        id_column("身份证号码", required=False),
        Column("死亡日期", ("死亡时间", "去世日期"), "date", past=True),
        Column("火化日期", ("火化时间",), "date", required=True, past=True),
    ),
    key=("火化编号",),
    facts=_facts,
    disagreement=not_before("死亡日期", "火化日期"),
)
