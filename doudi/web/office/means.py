"""The means form: incomes of each member and property of the household, in the law's own words.

The same form serves the application (what the family declares) and the investigation (what was
found); both are read by ``read_means_form`` into what ``cases`` takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from doudi.kernel.money import Fen
from doudi.kernel.problems import Problem
from doudi.rules import HouseholdFacts, inputs

HOUSEHOLD = ("评定类别", "金融资产", "住房套数", "机动车数", "经营企业数", "非居住房产数")
PERSON = ("工资性收入", "经营净收入", "财产净收入", "转移性收入", "自付医疗费")
NET_WAGES = "工资为净额"


class MeansNotANumber(Problem):
    """A number on the means form cannot be read."""

    code = "means.not_a_number"
    status = 400
    say = "“{name}”填写的“{text}”不是数字。"
    next = "请改填数字；没有的填 0，还不知道的留空。"
    fields = ("name", "text")


@dataclass(frozen=True)
class Field:
    """One field of the form, filled with what is known."""

    key: str
    name: str
    hint: str
    value: str
    options: tuple[tuple[str, bool], ...] = ()
    money: bool = False


def shown(name: str, value: Any) -> str:
    """A value as the form shows it: money in yuan, nothing for what is not known."""
    told = inputs()[name]
    if value is None:
        return ""
    if told.unit.startswith("分") and isinstance(value, int):
        return Fen(value).yuan()
    return str(value)


def _field(key: str, name: str, value: Any) -> Field:
    told = inputs()[name]
    labels = _YES_NO if told.unit == "是否" else tuple(told.options or ())
    chosen = _chosen_label(told.options, value)
    return Field(
        key=key,
        name=name,
        hint=told.label,
        value="" if labels else shown(name, value),
        options=tuple((label, label == chosen) for label in labels),
        money=told.unit.startswith("分"),
    )


_YES_NO = ("是", "否")


def _chosen_label(options: Any, value: Any) -> str:
    if isinstance(value, bool):
        return _YES_NO[not value]
    if isinstance(options, Mapping) and isinstance(value, int):
        return next((label for label, number in options.items() if number == value), "")
    return str(value or "")


def household_fields(known: HouseholdFacts, names: Iterable[str] = HOUSEHOLD) -> list[Field]:
    """Fields about the household."""
    return [_field(f"h:{name}", name, known.values.get(name)) for name in names]


def member_fields(known: HouseholdFacts, names: Iterable[str] = PERSON) -> dict[str, list[Field]]:
    """Fields about each member, by the person's number as text."""
    asked = tuple(names)
    return {
        member.reference: [
            _field(f"p:{member.reference}:{name}", name, member.values.get(name)) for name in asked
        ]
        for member in known.members
    }


def read_means_form(
    request: HttpRequest,
    person_ids: Iterable[int],
    household: Iterable[str] = HOUSEHOLD,
    person: Iterable[str] = PERSON,
) -> dict[str, Any]:
    """What the form says: names of the household, and per member the names of a person.

    Empty fields are unknown and left out; money is yuan on the form and fen here. Wages on this
    form are net of the cost of working, because that is how families state them.
    """
    told: dict[str, Any] = {}
    asked = tuple(person)
    for name in household:
        value = _read(request, f"h:{name}", name)
        if value is not None:
            told[name] = value
    for person_id in person_ids:
        own = {
            name: value
            for name in asked
            if (value := _read(request, f"p:{person_id}:{name}", name)) is not None
        }
        if "工资性收入" in own:
            own[NET_WAGES] = True
        if own:
            told[str(person_id)] = own
    return told


def _read(request: HttpRequest, key: str, name: str) -> Any:
    text = request.POST.get(key, "").strip()
    if not text:
        return None
    told = inputs()[name]
    if told.unit == "是否" and text in _YES_NO:
        return text == _YES_NO[0]
    if told.options:
        if text in told.options:
            return text
        raise MeansNotANumber(name=name, text=text[:20])
    if told.unit.startswith("分"):
        return int(Fen.from_yuan(text))
    if not text.isdigit():
        raise MeansNotANumber(name=name, text=text[:20])
    return int(text)
