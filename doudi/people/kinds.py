"""The dictionary of facts: every kind that may be known of a person, its unit and who tells it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FactKind:
    """A kind of fact.

    unit: what ``amount_fen`` measures ("分/月", "分", or "" where there is no amount).
    event: the day itself is the fact (a death, a discharge); a correction of the day leaves nothing
    of the old one. Other kinds are states, true from a day until a day.
    """

    code: str
    label: str
    unit: str
    department: str
    sensitive: bool = False
    event: bool = False


_ALL = (
    FactKind("income.wage", "工资性收入", "分/月", "人社"),
    FactKind("income.business", "经营净收入", "分/月", "本人申报"),
    FactKind("income.property", "财产净收入", "分/月", "本人申报"),
    FactKind("income.transfer", "转移性收入", "分/月", "本人申报"),
    # Says that incomes were gone through as a whole: kinds without a fact of their own are nil.
    FactKind("income.reviewed", "收入已全面核查", "", "民政"),
    FactKind("property.reviewed", "财产已全面核查", "", "民政"),
    FactKind("asset.financial", "金融资产", "分", "金融机构", sensitive=True),
    FactKind("medical.self_pay", "自付医疗费", "分", "医保", sensitive=True, event=True),
    FactKind("disability", "残疾", "", "残联", sensitive=True),
    FactKind("illness.major", "重特大疾病", "", "医保", sensitive=True),
    FactKind("illness.chronic", "慢性病", "", "医保", sensitive=True),
    FactKind("unemployment", "失业登记", "", "人社"),
    FactKind("pension", "养老金", "分/月", "人社"),
    FactKind("vehicle", "机动车", "分", "公安交管"),
    FactKind("house", "住房", "", "自然资源"),
    FactKind("enterprise", "经营主体", "", "市场监管"),
    FactKind("death", "死亡", "", "公安、卫健", event=True),
    FactKind("cremation", "火化", "", "殡葬", event=True),
    FactKind("schooling", "在校", "", "教育"),
    FactKind("enrolment", "学籍", "", "教育"),
    FactKind("fp", "防止返贫监测", "", "乡村振兴"),
    FactKind("benefit", "享受待遇", "分/月", "民政"),
    # What follows is a lead to be looked into: no rule counts it before somebody has.
    FactKind("hukou", "户籍登记", "", "公安"),
    FactKind("marriage", "婚姻登记", "", "民政"),
    FactKind("insurance", "社会保险参保", "分/月", "人社"),
    FactKind("medical.enrolment", "医保参保", "分", "医保"),
    FactKind("medical.outpatient", "门诊自付医疗费", "分", "医保", sensitive=True, event=True),
    FactKind("lifted", "脱贫户", "", "乡村振兴"),
    FactKind("subsidy", "惠农补贴", "分", "财政", event=True),
    FactKind("housing", "住房保障", "分/月", "住建"),
    FactKind("tax", "纳税申报收入", "分/月", "税务", sensitive=True),
    FactKind("provident_fund", "住房公积金", "分/月", "公积金", sensitive=True),
    FactKind("public_payroll", "财政供养", "分/月", "财政"),
    FactKind("disaster", "受灾", "分", "应急", event=True),
    FactKind("custody", "服刑和强制戒毒", "", "司法", sensitive=True),
    FactKind("appeal", "热线求助", "", "热线", event=True),
    FactKind("paid", "已发放", "分", "民政", event=True),
)

KINDS: dict[str, FactKind] = {kind.code: kind for kind in _ALL}
EVENTS: tuple[str, ...] = tuple(kind.code for kind in _ALL if kind.event)
INCOMES: tuple[str, ...] = ("income.wage", "income.business", "income.property", "income.transfer")


def label_of(kind: str) -> str:
    """The bureau's word for a kind; the code itself where the dictionary does not know it."""
    known = KINDS.get(kind)
    return known.label if known else kind
