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
    FactKind("paid", "已发放", "分", "民政", event=True),
)

KINDS: dict[str, FactKind] = {kind.code: kind for kind in _ALL}
EVENTS: tuple[str, ...] = tuple(kind.code for kind in _ALL if kind.event)
INCOMES: tuple[str, ...] = ("income.wage", "income.business", "income.property", "income.transfer")


def label_of(kind: str) -> str:
    """The bureau's word for a kind; the code itself where the dictionary does not know it."""
    known = KINDS.get(kind)
    return known.label if known else kind
