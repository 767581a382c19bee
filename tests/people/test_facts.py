"""Facts have two times; a correction closes one and opens another; nothing is overwritten."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doudi.base.access import NATION, Actor, scope
from doudi.kernel import clock
from doudi.people import facts
from doudi.people.facts import FactValue, MergeCount
from doudi.people.models import Fact
from tests.arrange import COUNTY, arranging
from tests.people.people import a_person, clerk

pytestmark = pytest.mark.django_db

JAN, MARCH, MAY = date(2022, 1, 1), date(2022, 3, 1), date(2022, 5, 1)


def wage(amount: int, since: date = JAN, before: date | None = None, key: str = "") -> FactValue:
    return FactValue("income.wage", key, amount, valid_since=since, valid_before=before)


def state(fact: facts.FactSeen) -> tuple:
    return (fact.kind, fact.key, fact.amount_fen, fact.code, fact.valid_since, fact.valid_before)


def view(person_id: int, **asked) -> list[tuple]:
    with scope(NATION):
        return [state(fact) for fact in facts.facts_of([person_id], **asked)[person_id]]


def merge(rows, source: str = "delivery:1") -> MergeCount:
    with arranging():
        facts.create_staging()
        facts.stage((person_id, value, source) for person_id, value in rows)
        return facts.merge_staged(source)


def test_a_change_in_the_world_keeps_what_was_true_before_it():
    who = a_person().pk
    facts.record(who, (wage(3000),), "visit:1", by=clerk())
    facts.record(who, (wage(4000, since=MAY),), "visit:2", by=clerk())
    assert view(who) == [
        ("income.wage", "", 3000, "", JAN, MAY),
        ("income.wage", "", 4000, "", MAY, None),
    ]
    assert [row[2] for row in view(who, on=MARCH)] == [3000]


def test_a_correction_of_the_same_day_replaces_the_whole_statement():
    who = a_person().pk
    facts.record(who, (wage(3000, since=MARCH),), "visit:1", by=clerk())
    facts.record(who, (wage(4000, since=JAN),), "visit:2", by=clerk())
    assert view(who) == [("income.wage", "", 4000, "", JAN, None)]


def test_an_end_said_later_ends_the_fact():
    who = a_person().pk
    facts.record(who, (wage(3000),), "visit:1", by=clerk())
    facts.record(who, (wage(3000, before=MAY),), "visit:2", by=clerk())
    assert view(who, on=MARCH)
    assert not view(who, on=MAY)


def test_a_corrected_day_of_death_leaves_nothing_of_the_wrong_day():
    who = a_person().pk
    for day in (date(2022, 5, 3), date(2022, 5, 20), date(2022, 5, 10)):
        facts.record(who, (FactValue("death", valid_since=day),), "delivery:1:1", by=clerk())
        assert [row[4] for row in view(who)] == [day]


def test_what_was_believed_in_the_past_is_still_there():
    who = a_person().pk
    with clock.business_at(date(2022, 4, 30)) as april:
        facts.record(who, (wage(3000),), "visit:1", by=clerk())
    with clock.business_at(date(2022, 6, 10)) as june:
        facts.record(who, (wage(1000),), "visit:2", by=clerk())
    assert [row[2] for row in view(who, as_known=april)] == [3000]
    assert [row[2] for row in view(who, as_known=june - timedelta(seconds=1))] == [3000]
    assert [row[2] for row in view(who, as_known=june)] == [1000]
    assert view(who, as_known=april - timedelta(seconds=1)) == []


def test_the_same_merge_again_is_a_no_op_and_one_changed_row_changes_one_fact():
    who, other = a_person().pk, a_person("李梅", 2).pk
    rows = [(who, wage(3000)), (other, wage(2000)), (other, wage(9000, key="兼职"))]
    assert merge(rows) == MergeCount(new=3, changed=0, same=0)
    assert merge(rows) == MergeCount(new=0, changed=0, same=3)
    rows[1] = (other, wage(2500))
    assert merge(rows, "delivery:2") == MergeCount(new=0, changed=1, same=2)


def test_a_monthly_file_that_says_the_same_again_changes_nothing():
    who = a_person().pk
    assert merge([(who, wage(3000, since=JAN))]).new == 1
    assert merge([(who, wage(3000, since=MAY))], "delivery:2") == MergeCount(0, 0, 1)


def test_two_statements_of_one_key_in_one_file_follow_each_other_in_time():
    who = a_person().pk
    rows = [(who, wage(4000, since=MAY)), (who, wage(3000, since=JAN))]
    assert merge(rows) == MergeCount(2, 0, 0)
    assert [row[2:] for row in view(who)] == [(3000, "", JAN, MAY), (4000, "", MAY, None)]
    assert merge(rows[::-1]) == MergeCount(0, 0, 2)


def test_a_gap_in_what_was_known_is_told_and_what_follows_it_still_stands():
    who = a_person().pk
    merge([(who, wage(3000))])
    merge([(who, wage(500, since=MARCH)), (who, wage(3000, since=MAY))], "delivery:2")
    assert [row[2:] for row in view(who)] == [
        (3000, "", JAN, MARCH),
        (500, "", MARCH, MAY),
        (3000, "", MAY, None),
    ]


def test_statements_that_contradict_each_other_give_the_same_fact_in_any_order():
    one, two = a_person().pk, a_person("李梅", 2).pk
    merge([(one, wage(3000)), (one, wage(4000))])
    merge([(two, wage(4000)), (two, wage(3000))])
    assert view(one) == view(two)
    assert len(view(one)) == 1


def test_only_the_rows_of_the_named_source_are_merged():
    who = a_person().pk
    with arranging():
        facts.create_staging()
        facts.stage([(who, wage(3000), "delivery:1:7"), (who, wage(1, key="x"), "delivery:12:7")])
        assert facts.merge_staged("delivery:1").new == 1
        assert facts.merge_staged("delivery:12").new == 1
    assert len(view(who)) == 2


def test_a_merge_takes_the_same_few_statements_whatever_its_size(django_assert_num_queries):
    people = [a_person(serial=serial).pk for serial in range(1, 6)]
    merge([(who, wage(1000)) for who in people])
    with arranging():
        facts.create_staging()
        facts.stage((who, wage(2000, since=MARCH), "delivery:2") for who in people)
        with django_assert_num_queries(10):
            facts.merge_staged("delivery:2")


def test_facts_of_many_people_are_one_query(django_assert_num_queries):
    people = [a_person(serial=serial).pk for serial in range(1, 4)]
    merge([(who, wage(1000)) for who in people])
    with scope(COUNTY), django_assert_num_queries(1):
        found = facts.facts_of(people, on=MARCH, as_known=clock.business_now(), kinds=["pension"])
    assert found == {who: [] for who in people}


def test_a_withdrawn_source_gives_way_to_what_it_had_replaced():
    who = a_person().pk
    merge([(who, wage(3000))], "delivery:11:1")
    before = view(who)
    merge([(who, wage(500, since=MARCH)), (who, wage(7, key="x"))], "delivery:12:1")
    with arranging():
        assert facts.close_source("delivery:12") == 2
    assert view(who) == before
    with arranging():
        assert facts.close_source("delivery:12") == 0


def test_a_withdrawal_leaves_later_statements_and_never_brings_back_a_withdrawn_one():
    who = a_person().pk
    for number, amount in ((10, 1000), (11, 2000), (12, 3000)):
        merge([(who, wage(amount))], f"delivery:{number}:1")
    with arranging():
        facts.close_source("delivery:11")
    assert [row[2] for row in view(who)] == [3000]
    with arranging():
        facts.close_source("delivery:12")
    assert [row[2] for row in view(who)] == [1000]


def test_a_correction_does_not_touch_the_rows_that_decisions_were_made_on():
    who = a_person().pk
    facts.record(who, (wage(3000),), "visit:1", by=clerk())
    with scope(COUNTY):
        was = Fact.objects.values().get()
    facts.record(who, (wage(4000),), "visit:2", by=clerk())
    with scope(COUNTY):
        now = Fact.objects.values().get(pk=was["id"])
    assert {k for k in was if was[k] != now[k]} == {"known_before"}


SOURCES = ("delivery:1", "delivery:2", "visit:3", "delivery:11")
DAYS = [date(2022, month, 1) for month in range(1, 7)]
STATEMENTS = st.builds(
    lambda kind, key, amount, since, length: FactValue(
        kind,
        key,
        amount,
        valid_since=DAYS[since],
        valid_before=DAYS[since + length] if length and since + length < len(DAYS) else None,
    ),
    st.sampled_from(["income.wage", "death"]),
    st.sampled_from(["", "a"]),
    st.integers(0, 2),
    st.integers(0, 4),
    st.integers(0, 3),
)
STEPS = st.lists(
    st.tuples(st.sampled_from(SOURCES), st.lists(STATEMENTS, max_size=4)), min_size=1, max_size=7
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=STEPS, withdrawn=st.sampled_from([*SOURCES, None]))
def test_every_past_view_can_be_rebuilt_after_any_sequence_of_statements(db, steps, withdrawn):
    from django.db import transaction

    with transaction.atomic():
        who = a_person().pk
        seen = []
        for number, (source, values) in enumerate(steps):
            with clock.business_at(date(2022, 7, 1) + timedelta(days=number)) as moment:
                merge([(who, value) for value in values], source)
                again = merge([(who, value) for value in values], source)
                assert (again.new, again.changed) == (0, 0)
                seen.append((moment, view(who)))
        if withdrawn:
            with clock.business_at(date(2022, 8, 1)), arranging():
                facts.close_source(withdrawn)
            assert not any(
                fact.source == withdrawn for fact in _all(who) if fact.known_before is None
            )
        for moment, was in seen:
            assert view(who, as_known=moment) == was
        _nothing_overlaps(_all(who))
        transaction.set_rollback(True)


def _all(person_id: int) -> list[Fact]:
    with scope(NATION):
        return list(Fact.objects.filter(person_id=person_id, known_before=None))


def _nothing_overlaps(rows: list[Fact]) -> None:
    for one in rows:
        for other in rows:
            if one.pk < other.pk and (one.kind, one.key) == (other.kind, other.key):
                first, second = sorted((one, other), key=lambda fact: fact.valid_since)
                assert first.valid_before is not None
                assert first.valid_before <= second.valid_since


def test_a_kind_outside_the_dictionary_is_a_programmers_error():
    with pytest.raises(AssertionError, match="dictionary"):
        facts.record(
            a_person().pk, (FactValue("shoe.size", valid_since=JAN),), "visit:1", by=Actor.system()
        )
