"""What two sources tell of one thing is counted once, by a dated rule that says why."""

from datetime import date, datetime

import pytest

from doudi.kernel import clock
from doudi.people import facts, means
from doudi.people.facts import FactSeen, FactValue
from doudi.people.precedence import REPLACEMENTS, counted, source_class, split
from tests.arrange import COUNTY
from tests.people.people import a_household, a_person, clerk, scope

JUNE = date(2022, 6, 1)
KNOWN = datetime(2022, 6, 1, tzinfo=clock.SHANGHAI)


def fact(
    kind: str, source: str, amount: int | None = None, code: str = "", key: str = ""
) -> FactSeen:
    return FactSeen(
        1, 1, kind, key or source, amount, code, None, date(2022, 1, 1), None, KNOWN, None, source
    )


def test_the_banks_balance_replaces_what_was_declared():
    bank, told = (
        fact("asset.financial", "delivery:4:2", 900),
        fact("asset.financial", "visit:1", 800),
    )
    left, replaced = split([told, bank], JUNE)
    assert left == [bank]
    assert [(each.fact, each.by) for each in replaced] == [(told, bank)]
    assert "不重复计算" in replaced[0].rule.why


def test_two_accounts_of_the_banks_both_count():
    both = [fact("asset.financial", f"delivery:4:{line}", 100) for line in (2, 3)]
    assert counted(both, JUNE) == both


def test_a_registered_flat_replaces_a_declared_flat_and_no_homestead_and_no_shop():
    flat = fact("house", "delivery:4:2", code="成套住宅")
    declared = [
        fact("house", "load:1", code=code) for code in ("楼房", "宅基地住房", "商铺")
    ]  # fmt: skip
    assert counted([flat, *declared], JUNE) == [flat, *declared[1:]]


def test_before_the_rule_is_in_force_both_count():
    both = [fact("asset.financial", "delivery:4:2", 900), fact("asset.financial", "visit:1", 800)]
    assert counted(both, REPLACEMENTS[0].since.replace(year=2021, month=6)) == both


def test_other_kinds_are_left_alone():
    both = [fact("vehicle", "delivery:4:2"), fact("vehicle", "visit:1")]
    assert counted(both, JUNE) == both


@pytest.mark.parametrize(
    ("source", "of"),
    [("delivery:1:2", "部门数据"), ("visit:3", "入户查实"), ("清水县2022", "申报或登记"),
     ("merge:7:delivery:1:2", "部门数据")],
)  # fmt: skip
def test_a_source_is_of_one_class(source, of):
    assert source_class(source) == of


@pytest.mark.django_db
def test_the_means_of_a_household_hold_a_deposit_once():
    person = a_person()
    home = a_household(person)
    since = date(2022, 1, 1)
    for source, key in (("visit:1", "申报"), ("delivery:9:2", "0052")):
        value = FactValue("asset.financial", key, 8_000_00, "", None, since)
        facts.record(person.pk, (value,), source, by=clerk())
    with scope(COUNTY):
        told = means.household_means(home.pk, JUNE)
    assert told.as_json()["values"]["金融资产"] == 8_000_00
