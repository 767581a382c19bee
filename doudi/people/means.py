"""What a household has, from the facts, in the words of the rules (docs/people.md).

What no source says stays None (unknown), never 0. A source says "nothing" where it went through all
incomes (``income.reviewed``) or all property (``property.reviewed``), where it ended what it had
said before, or where it registered unemployment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from doudi.kernel.dates import add_months
from doudi.people import facts
from doudi.people.facts import FactSeen
from doudi.people.models import Household, Member
from doudi.people.precedence import counted
from doudi.people.relations import HEAD, relation_to_applicant
from doudi.rules import HouseholdFacts, PersonFacts
from doudi.rules.book import rulebook
from doudi.rules.tables import ParameterValue

Values = dict[str, int | bool | str | None]

_INCOME_NAMES = {
    "income.wage": "工资性收入",
    "income.business": "经营净收入",
    "income.property": "财产净收入",
    "income.transfer": "转移性收入",
}
_EXEMPT_NAMES = {
    "X01": "优待抚恤奖励金",
    "X02": "社会救助款物",
    "X03": "基础养老金",
    "X04": "地方规定不计收入",
    "X05": "亲属供养费",
}
_TIERS = ("一类", "二类", "三类", "四类")
_DISABILITY = re.compile(r"([1-7])([1-4])")
_POSTGRADUATE = ("研究生", "硕士", "博士")
_NOT_FOR_LIVING = ("商铺", "非住宅", "写字楼", "厂房", "仓库")
_EXCUSED_VEHICLES = ("摩托", "三轮", "残疾")


@dataclass(frozen=True, slots=True)
class _Known:
    """The facts of one person, split by what was in force on the day."""

    on: date
    window_since: date
    all: Sequence[FactSeen]

    def now(self, *kinds: str) -> list[FactSeen]:
        return [
            fact
            for fact in self.all
            if fact.kind in kinds
            and fact.valid_since <= self.on
            and (fact.valid_before is None or fact.valid_before > self.on)
        ]

    def ended(self, kind: str) -> bool:
        return any(
            fact.kind == kind and fact.valid_before is not None and fact.valid_before <= self.on
            for fact in self.all
        )

    def in_window(self, kind: str) -> list[FactSeen]:
        return [
            fact
            for fact in self.all
            if fact.kind == kind and self.window_since < fact.valid_since <= self.on
        ]


def household_means(
    household_id: int,
    on: date,
    as_known: datetime | None = None,
    *,
    applicant_id: int | None = None,
) -> HouseholdFacts:
    """The rules' view of a household on a day, as known at a moment (now); three queries.

    Relations are to the applicant, the head unless given; references are person ids.
    """
    return means_of([household_id], on, as_known, applicants={household_id: applicant_id})[
        household_id
    ]


def means_snapshot(household_id: int, on: date, as_known: datetime | None = None) -> dict[str, Any]:
    """The same as plain JSON, to be kept with a decision."""
    return household_means(household_id, on, as_known).as_json()


def means_of(
    household_ids: Iterable[int],
    on: date,
    as_known: datetime | None = None,
    *,
    applicants: dict[int, int | None] | None = None,
) -> dict[int, HouseholdFacts]:
    """The same for many households, in three queries whatever their number."""
    homes = Household.objects.in_bulk(list(household_ids))
    members: dict[int, list[Member]] = {}
    rows = Member.objects.filter(household_id__in=homes, since__lte=on)
    for row in rows.select_related("person").order_by("household_id", "person_id"):
        if row.before is None or row.before > on:
            members.setdefault(row.household_id, []).append(row)
    everybody = [row.person_id for rows in members.values() for row in rows]
    known = facts.facts_of(everybody, as_known=as_known)
    return {
        home.pk: _household(
            home, members.get(home.pk, []), known, on, (applicants or {}).get(home.pk)
        )
        for home in homes.values()
    }


def accounting_months(place: str, on: date) -> int:
    """Over how many months incomes are reckoned (最低生活保障审核确认办法 第十三条)."""
    found = rulebook().tables.find("收入核算月数", (), place, on)
    assert isinstance(found, ParameterValue), "收入核算月数 has a value of the nation"
    return int(found.value)


def _household(
    home: Household,
    members: list[Member],
    known: dict[int, list[FactSeen]],
    on: date,
    applicant_id: int | None,
) -> HouseholdFacts:
    months = accounting_months(home.place, on)
    since = add_months(on, -months)
    seen = {row.person_id: _Known(on, since, known[row.person_id]) for row in members}
    relations = {row.person_id: row.relation for row in members}
    relation_of_applicant = relations.get(applicant_id or 0, HEAD)
    people = []
    for row in members:
        values = _person(row, seen[row.person_id], months)
        values["与申请人关系"] = relation_to_applicant(
            row.relation, relation_of_applicant, is_applicant=row.person_id == applicant_id
        )
        people.append(PersonFacts(str(row.person_id), values))
    return HouseholdFacts(_property(home, list(seen.values())), tuple(people))


def _person(row: Member, known: _Known, months: int) -> Values:
    person = row.person
    values: Values = {"出生日期": person.birth.isoformat()}
    if person.died_on is not None and person.died_on <= known.on:
        values["人员状态"] = "死亡"
    values.update(_incomes(known, months))
    for fact in known.now("disability"):
        if found := _DISABILITY.fullmatch(fact.code):
            values["残疾类别"], values["残疾等级"] = int(found[1]), int(found[2])
    if known.now("illness.major"):
        values["重特大疾病"] = True
    if known.now("unemployment"):
        values["无业"] = True
    if schools := known.now("schooling", "enrolment"):
        graduate = any(word in fact.code for fact in schools for word in _POSTGRADUATE)
        values["在读层次"] = "研究生" if graduate else "本科及以下"
    if any(fact.key.startswith("特困") for fact in known.now("benefit")):
        values["已享受特困供养"] = True
    bills = [fact.amount_fen or 0 for fact in known.in_window("medical.self_pay")]
    if bills:
        values["自付医疗费"] = sum(bills)
    return values


def _incomes(known: _Known, months: int) -> Values:
    """Incomes of the accounting window: the monthly amounts now in force, times its months."""
    values: Values = {}
    reviewed = bool(known.now("income.reviewed"))
    for kind, name in _INCOME_NAMES.items():
        said = _transfers(known) if kind == "income.transfer" else known.now(kind)
        nil = reviewed or known.ended(kind)
        if kind == "income.wage":
            nil = nil or bool(known.now("unemployment"))
        values[name] = sum(fact.amount_fen or 0 for fact in said) * months if said or nil else None
    wage = values["工资性收入"]
    values["工资为净额"] = False if wage == 0 else _net(known.now("income.wage"))
    for code, name in _EXEMPT_NAMES.items():
        exempt = sum(f.amount_fen or 0 for f in _transfers(known) if f.code == code)
        if exempt:
            values[name] = exempt * months
    return values


def _transfers(known: _Known) -> list[FactSeen]:
    """Transfers with pensions; a pension told by its payer replaces what was declared."""
    pensions = known.now("pension")
    declared = known.now("income.transfer")
    if pensions:
        declared = [fact for fact in declared if "养老金" not in fact.key]
    return declared + pensions


def _net(wages: list[FactSeen]) -> bool | None:
    """Whether the wages are net of the costs of working; None where they do not agree."""
    said = {(fact.detail or {}).get("net") for fact in wages if fact.amount_fen}
    answer = said.pop() if len(said) == 1 else None
    return answer if isinstance(answer, bool) else None


def _property(home: Household, members: list[_Known]) -> Values:
    reviewed = bool(members) and all(member.now("property.reviewed") for member in members)
    houses = [fact for member in members for fact in counted(member.now("house"), member.on)]
    vehicles = [fact for member in members for fact in member.now("vehicle")]
    assets = [
        fact for member in members for fact in counted(member.now("asset.financial"), member.on)
    ]
    firms = [fact for member in members for fact in member.now("enterprise")]
    firms = [fact for fact in firms if "个体" not in f"{fact.code}{_detail(fact, 'type')}"]
    other = [fact for fact in houses if any(word in fact.code for word in _NOT_FOR_LIVING)]
    tiers = [
        fact.code
        for member in members
        for fact in member.now("benefit")
        if fact.key == "低保" and fact.code in _TIERS
    ]
    values: Values = {
        "城乡": "城市" if home.urban else "农村",
        "评定类别": tiers[0] if tiers else None,
        "金融资产": sum(f.amount_fen or 0 for f in assets) if assets or reviewed else None,
        "住房套数": _count(len(houses) - len(other), reviewed),
        "非居住房产数": _count(len(other), reviewed),
        "机动车数": _count(len(vehicles), reviewed),
        "经营企业数": _count(len(firms), reviewed),
    }
    excused = sum(any(word in fact.code for word in _EXCUSED_VEHICLES) for fact in vehicles)
    for name, count in (
        ("机动车豁免数", excused),
        ("企业豁免数", sum("注销" in _detail(fact, "status") for fact in firms)),
        ("企业待核数", sum("吊销" in _detail(fact, "status") for fact in firms)),
    ):
        if count:
            values[name] = count
    return values


def _count(found: int, reviewed: bool) -> int | None:
    return found if found or reviewed else None


def _detail(fact: FactSeen, name: str) -> str:
    return str((fact.detail or {}).get(name, ""))
