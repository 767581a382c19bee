"""Families for the tests: ordinary ones, those of the YAML cases, and random ones."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import yaml
from hypothesis import strategies as st

from doudi.rules import HouseholdFacts, ObligorFacts, Overlay, ParameterValue, PersonFacts

CASES = Path(__file__).parent / "cases"
EMPTY = {"金融资产": 0, "住房套数": 1, "机动车数": 0, "经营企业数": 0, "非居住房产数": 0}
NOTHING = {"工资性收入": 0, "经营净收入": 0, "财产净收入": 0, "转移性收入": 0}


def person(reference: str = "甲", **values: Any) -> PersonFacts:
    """A person without income; the applicant unless said otherwise."""
    usual = {"与申请人关系": "本人", "出生日期": "1975-05-05", **NOTHING}
    return PersonFacts(reference, {**usual, **values})


def family(*members: PersonFacts, **values: Any) -> HouseholdFacts:
    """A family in town without property."""
    return HouseholdFacts({"城乡": "城市", **EMPTY, **values}, members or (person(),))


def read_cases() -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
    """Name, usual values and content of every case in every file."""
    found = []
    for path in sorted(CASES.glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        found += [(case["名称"], content["通常"], case) for case in content["算例"]]
    return found


def _known(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: None if value == "未知" else value for name, value in values.items()}


def family_of(usual: Mapping[str, Any], case: Mapping[str, Any]) -> HouseholdFacts:
    """The household a case describes."""
    members = tuple(
        PersonFacts(reference, _known({**usual["成员"], **values}))
        for reference, values in case["成员"].items()
    )
    obligors = tuple(
        ObligorFacts(
            reference,
            tuple(values["属于"]),
            _known({name: value for name, value in values.items() if name != "属于"}),
        )
        for reference, values in case.get("义务人", {}).items()
    )
    return HouseholdFacts(_known({**usual["家庭"], **case.get("家庭", {})}), members, obligors)


def overlay_of(case: Mapping[str, Any]) -> Overlay | None:
    """The local parameters of a case."""
    fixed = {"名", "地区", "自", "值", "文件", "标记"}
    rows = [
        ParameterValue(
            name=row["名"],
            place=row["地区"],
            since=row["自"],
            value=row["值"],
            document=row["文件"],
            mark=row["标记"],
            keys=tuple((key, value) for key, value in row.items() if key not in fixed),
        )
        for row in case.get("地方参数", ())
    ]
    return Overlay(tuple(rows)) if rows else None


amounts = st.one_of(
    st.just(0),
    st.integers(0, 3_000_000),
    # Around the thresholds of one person: twelve months at the standard and at the edge line.
    st.sampled_from([62300 * 12 + step for step in (-12, -1, 0, 1, 12)]),
    st.sampled_from([93450 * 12 + step for step in (-12, -1, 0, 1, 12)]),
)


@st.composite
def people(draw: st.DrawFn, reference: str, relation: int) -> PersonFacts:
    """Any person who is complete enough to decide on."""
    values: dict[str, Any] = {
        "与申请人关系": relation,
        "出生日期": draw(st.integers(1930, 2020)) * 10000 + 515,
        "工资性收入": draw(amounts),
        "工资为净额": draw(st.booleans()),
        "经营净收入": draw(st.one_of(amounts, st.integers(-500_000, 0))),
        "财产净收入": draw(st.integers(0, 100_000)),
        "转移性收入": draw(amounts),
        "经常性转出": draw(st.integers(0, 100_000)),
        "自付医疗费": draw(st.integers(0, 1_000_000)),
        "残疾类别": draw(st.integers(0, 7)),
        "残疾等级": draw(st.integers(0, 4)),
        "无业": draw(st.booleans()),
        "人员状态": draw(st.sampled_from([0, 0, 0, 0, 1, 4])),
        "不能独立生活": draw(st.booleans()),
    }
    return PersonFacts(reference, values)


@st.composite
def households(draw: st.DrawFn) -> HouseholdFacts:
    """Any household of one to five persons, in town or country."""
    count = draw(st.integers(1, 5))
    relations = [1, *draw(st.lists(st.sampled_from([2, 3, 4, 9]), min_size=4, max_size=4))]
    members = tuple(draw(people(f"P{number}", relations[number])) for number in range(count))
    values = {
        "城乡": draw(st.sampled_from(["城市", "农村"])),
        "评定类别": draw(st.integers(1, 4)),
        **EMPTY,
        "金融资产": draw(st.sampled_from([0, 0, 1_495_200, 1_495_201, 9_000_000])),
        "机动车数": draw(st.sampled_from([0, 0, 0, 1])),
        "机动车待核数": draw(st.sampled_from([0, 1])),
    }
    return HouseholdFacts(values, members)


CLEAR_DAY = date(2021, 8, 1)
QINGSHUI = "620521"
