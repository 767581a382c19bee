"""税务个人所得: what income was declared for a person's tax in a month."""

from doudi.exchange.formats.declaring import (
    Column,
    FactLine,
    Format,
    Values,
    detail,
    fen,
    id_column,
    name_column,
    text,
)
from doudi.kernel.dates import Month


def _facts(values: Values) -> tuple[FactLine, ...]:
    month = values["所得月份"]
    assert isinstance(month, Month)
    return (
        FactLine(
            "tax",
            f"{text(values, '所得项目')}:{text(values, '扣缴义务人')}",
            fen(values, "收入额"),
            text(values, "所得项目"),
            detail(values, payer="扣缴义务人", tax_fen="已缴税额"),
            valid_since=month.first_day,
            valid_before=month.next_first_day,
        ),
    )


FORMAT = Format(
    code="tax",
    label="税务个人所得",
    department="税务局",
    authority="民发〔2021〕57号第十七条：纳税情况核对",
    about="发现工资和经营收入；申报数是线索，核实以后才计入家庭收入。",
    columns=(
        name_column("纳税人姓名", "姓名"),
        Column(
            "纳税人识别号", id_column("身份证号").names, "id", required=True
        ),
        Column(
            "所得项目",
            ("所得项目名称", "征收品目"),
            "choice",
            required=True,
            choices={
                "工资薪金": "工资薪金", "工资、薪金所得": "工资薪金", "工资薪金所得": "工资薪金",
                "劳务报酬": "劳务报酬", "劳务报酬所得": "劳务报酬", "经营所得": "经营所得",
                "稿酬所得": "稿酬所得", "特许权使用费所得": "特许权使用费所得",
                "财产租赁所得": "财产租赁所得", "财产转让所得": "财产转让所得",
                "利息股息红利所得": "利息股息红利所得", "利息、股息、红利所得": "利息股息红利所得",
                "偶然所得": "偶然所得",
            },
        ),
        Column("扣缴义务人", ("扣缴义务人名称", "单位名称"), longest=50),
        Column("所得月份", ("税款所属期", "所得期间", "所属月份"), "month", required=True),
        Column("收入额", ("收入", "申报收入", "收入金额"), "amount", required=True),
        Column("已缴税额", ("应纳税额", "实缴税额"), "amount"),
    ),
    key=("纳税人识别号", "所得项目", "扣缴义务人", "所得月份"),
    facts=_facts,
)  # fmt: skip
