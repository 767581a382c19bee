"""What may be verified of a person, who is asked, and how an answer reads."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from doudi.kernel.money import Fen
from doudi.kernel.text import clip
from doudi.people.facts import FactSeen
from doudi.people.precedence import counted


@dataclass(frozen=True)
class Item:
    """One thing to verify: who is asked, and the kinds of facts that answer it (none: by hand)."""

    label: str
    source: str
    kinds: tuple[str, ...] = ()
    of_person: str = ""  # a field of the person that answers it where no department did
    by_request: bool = False  # asked for somebody only: no record here is no answer


ITEMS: dict[str, Item] = {
    "户籍": Item("户籍登记", "公安局", ("hukou",), of_person="registered_place"),
    "婚姻": Item("婚姻状况", "民政局", ("marriage",), of_person="marital"),
    "死亡": Item("死亡、火化", "公安局、殡仪馆", ("death", "cremation")),
    "社保": Item(
        "社会保险待遇、参保、失业登记",
        "人力资源和社会保障局",
        ("pension", "insurance", "unemployment"),
    ),
    "养老金": Item("养老金", "人力资源和社会保障局", ("pension",)),
    "车辆": Item("机动车", "公安局交警大队", ("vehicle",)),
    "市场主体": Item("市场主体", "市场监督管理局", ("enterprise",)),
    "不动产": Item("不动产", "自然资源局", ("house",)),
    "住房保障": Item("住房保障", "住房和城乡建设局", ("housing",)),
    "财政供养": Item("财政供养", "财政局", ("public_payroll",)),
    "惠农补贴": Item("惠农补贴", "财政局", ("subsidy",)),
    "残疾": Item("残疾证", "残疾人联合会", ("disability",)),
    "医疗": Item("住院自付费用", "医疗保障局", ("medical.self_pay",)),
    "金融资产": Item("金融资产", "银行等金融机构", ("asset.financial",), by_request=True),
    "存款": Item("存款", "银行", ("asset.financial",), by_request=True),
    "证券": Item("证券", "证券登记结算机构"),
    "商业保险": Item("商业保险", "保险机构"),
    "公积金": Item("住房公积金", "住房公积金管理中心", ("provident_fund",), by_request=True),
    "纳税": Item("纳税", "税务局", ("tax",), by_request=True),
    "互联网金融资产": Item("互联网金融资产", "支付机构"),
}


# Told for one month after the other: the latest month within this many days is the answer.
_MONTHLY, _MONTHLY_DAYS = frozenset({"tax"}), 100


def as_of(facts: Iterable[FactSeen], on: date) -> list[FactSeen]:
    """What is true on a day; of what is told month by month, the latest month told."""
    told = list(facts)
    latest = {
        kind: max((fact.valid_since for fact in told if fact.kind == kind), default=None)
        for kind in _MONTHLY
    }
    since = on - timedelta(days=_MONTHLY_DAYS)
    return [
        fact
        for fact in told
        if (fact.kind in _MONTHLY and since <= fact.valid_since == latest[fact.kind])
        or (
            fact.kind not in _MONTHLY
            and fact.valid_since <= on
            and (fact.valid_before is None or fact.valid_before > on)
        )
    ]


def told_of(
    item: Item, person: Any, known: list[FactSeen], on: date
) -> tuple[bool, str, int | None] | None:
    """Found or not, a sentence, fen; None where only somebody outside can say."""
    rows = [fact for fact in known if fact.kind in item.kinds]
    if not rows and item.of_person:
        value = str(getattr(person, item.of_person) or "")
        return bool(value), f"{item.label}：{value or '无记录'}", None
    if not item.kinds or (not rows and item.by_request):
        return None
    if not rows:
        return False, f"{item.label}：无记录", None
    rows = counted(rows, on)
    shown = "；".join(dict.fromkeys(_SENTENCES[row.kind](row) for row in rows))
    amounts = [amount for row in rows if (amount := _amount(row)) is not None]
    return True, clip(shown, 300), sum(amounts) if amounts else None


# What is no money that somebody has or gets: the base of a contribution, the price of a car.
_NO_SUM = frozenset({"insurance", "vehicle"})


def _amount(row: FactSeen) -> int | None:
    if row.kind == "provident_fund":
        return _balance(row)
    return None if row.kind in _NO_SUM else row.amount_fen


def _balance(row: FactSeen) -> int | None:
    told = (row.detail or {}).get("balance_fen")
    return told if isinstance(told, int) else None


def _yuan(row: FactSeen) -> str:
    return _fen(row.amount_fen)


def _fen(amount: int | None) -> str:
    return f"{Fen(amount).display()} 元" if amount is not None else "金额不详"


def _detail(row: FactSeen, name: str) -> str:
    return str((row.detail or {}).get(name, ""))


def _at(row: FactSeen) -> str:
    place = _detail(row, "place") or _detail(row, "address")
    return f"（{place}）" if place else ""


def _of(row: FactSeen) -> str:
    employer = _detail(row, "employer") or _detail(row, "payer")
    return f"（{employer}）" if employer else ""


_SENTENCES: dict[str, Callable[[FactSeen], str]] = {
    "death": lambda row: f"{row.valid_since} 死亡",
    "cremation": lambda row: f"{row.valid_since} 火化",
    "pension": lambda row: f"{row.key or '养老金'}每月 {_yuan(row)}",
    "unemployment": lambda row: f"{row.valid_since} 登记失业",
    "vehicle": lambda row: f"{row.code} {_detail(row, 'brand')}，{row.valid_since} 登记",
    "enterprise": lambda row: f"{_detail(row, 'name')} {row.code}，{_detail(row, 'status')}",
    "house": lambda row: f"{row.code or '住房'}一套{_at(row)}",
    "housing": lambda row: f"{row.code or '住房保障'}，每月 {_yuan(row)}，{row.valid_since} 起",
    "hukou": lambda row: f"{row.code or '户籍'}{_at(row)}，{row.valid_since} 变动",
    "marriage": lambda row: f"{row.valid_since} {row.code}",
    "insurance": lambda row: f"{row.key}{_of(row)}，缴费基数 {_yuan(row)}",
    "asset.financial": lambda row: f"{_detail(row, 'bank')}{row.code} {_yuan(row)}",
    "provident_fund": lambda row: f"缴存基数 {_yuan(row)}{_of(row)}，余额 {_fen(_balance(row))}",
    "tax": lambda row: f"{row.valid_since:%Y-%m} {row.code or '申报收入'} {_yuan(row)}{_of(row)}",
    "public_payroll": lambda row: f"{row.code or '财政供养'}，月应发 {_yuan(row)}（{row.key}）",
    "subsidy": lambda row: f"{row.valid_since} {row.code or '惠农补贴'} {_yuan(row)}",
    "disability": lambda row: f"残疾类别 {row.code[:1]}、等级 {row.code[1:]}",
    "medical.self_pay": lambda row: f"{row.valid_since} 出院自付 {_yuan(row)}",
}
