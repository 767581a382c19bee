"""自然资源不动产: which houses and shops a person has registered, and which were given up."""

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
            "house",
            text(values, "不动产单元号"),
            code=text(values, "规划用途"),
            detail=detail(
                values, place="坐落", area="建筑面积", share="共有情况", gained="取得方式"
            ),
            valid_since=day(values, "登簿日期"),
            secret=True,
            ended=text(values, "权属状态") == "历史",
        ),
    )


FORMAT = Format(
    code="real_estate",
    label="自然资源不动产",
    department="自然资源局不动产登记中心",
    authority="民发〔2021〕57号第十四条、第十七条：家庭财产信息核对",
    about="核对在保家庭的住房和非居住房产，发现新登记的不动产。",
    columns=(
        Column("不动产单元号", ("不动产单元编号", "单元号"), required=True, longest=40),
        Column("不动产权证号", ("产权证号", "不动产权证书号")),
        name_column("权利人名称", "权利人", "权利人姓名", "姓名"),
        id_column("证件号码"),
        Column("坐落", ("不动产坐落", "房屋坐落")),
        Column("规划用途", ("用途", "房屋用途"), required=True, longest=40),
        Column("建筑面积", ("面积", "建筑面积(平方米)")),
        Column("共有情况", ("共有方式",)),
        Column("取得方式", ("登记原因",)),
        Column("登簿日期", ("登记日期", "登记时间"), "date", required=True, past=True),
        Column(
            "权属状态",
            ("登记状态", "状态"),
            "choice",
            choices={"现势": "现势", "有效": "现势", "正常": "现势", "历史": "历史", "注销": "历史",
                     "已注销": "历史", "转移": "历史"},
        ),
    ),
    key=("不动产单元号", "证件号码"),
    facts=_facts,
    roster=True,
)  # fmt: skip
