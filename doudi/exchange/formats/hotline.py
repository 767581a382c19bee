"""热线求助: who called for help, so that somebody goes and looks."""

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
            "appeal",
            text(values, "工单编号"),
            code=text(values, "求助类别"),
            detail=detail(values, channel="来源渠道", about="诉求内容"),
            valid_since=day(values, "来电日期"),
        ),
    )


FORMAT = Format(
    code="hotline",
    label="热线求助",
    department="12345 政务服务热线、民政服务热线、信访局",
    authority="国办发〔2023〕39号：主动发现；民发〔2021〕57号第六条：主动发现",
    about="把群众求助变成线索，上门核实；多数来电没有证件号码，由经办人员认定是谁。",
    columns=(
        Column("工单编号", ("工单号", "受理编号", "信访编号"), required=True, longest=40),
        name_column("来电人姓名", "求助人姓名", "姓名", "反映人"),
        id_column("身份证号", required=False),
        Column("来源渠道", ("渠道", "受理渠道")),
        Column("求助类别", ("诉求类别", "问题分类"), required=True, longest=40),
        Column("诉求内容", ("反映内容", "工单内容")),
        Column("来电日期", ("受理日期", "来电时间", "受理时间"), "date", required=True, past=True),
    ),
    key=("工单编号",),
    facts=_facts,
    period="日",
)
