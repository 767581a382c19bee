"""Each month: who is due to be looked at, whose facts changed; a person decides."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from doudi.base.access import scope
from doudi.base.models import Task
from doudi.cases import queries, reviews
from doudi.cases.law import read_means
from doudi.cases.models import Award, AwardPerson, Case, Decision, Review
from doudi.cases.problems import NotPhasedOut, ReviewSettled, StillDue
from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.people.facts import facts_of
from tests.arrange import COUNTY, arranging
from tests.cases import world as w
from tests.cases.world import World, drive

pytestmark = pytest.mark.django_db


def later(world: World, day: date) -> Month:
    w.pass_days(world, (day - world.day).days)
    return Month.of(day)


def prepared(world: World, month: Month) -> tuple[int, ...]:
    """How many were looked at, are due, and changed."""
    told = reviews.prepare(COUNTY, month, by=world.by("reviewer"))
    return tuple(int(number) for number in re.findall(r"\d+", told))


def earns(world: World, wage: int) -> None:
    """What is known of the family's wages from now on, in fen over twelve months."""
    means = world.means()
    for one in world.people[:2]:
        means[str(one)] = {**means[str(one)], "工资性收入": wage}  # type: ignore[dict-item]
    with arranging():
        Case.objects.filter(pk=world.case_id).update(declared={"declared": read_means(means)})


def only_review() -> Review:
    with scope(COUNTY):
        return Review.objects.get()


def test_an_award_of_the_second_class_is_looked_at_after_twelve_months_and_not_before(world):
    """By May the standard is another: that is for the raise of standards, not for a review."""
    drive(world, "已确认")  # decided in June 2022
    assert prepared(world, later(world, date(2023, 5, 4))) == (1, 0, 0)
    assert prepared(world, later(world, date(2023, 6, 5))) == (1, 1, 0)
    review = only_review()
    assert (review.why, review.before_fen) == ("定期核查", 125100)
    assert review.after_fen > 125100
    with scope(COUNTY):
        task = Task.objects.get(kind="review.settle")
    assert (task.role, task.subject) == ("county_reviewer", f"cases.review:{review.pk}")


def test_preparing_again_opens_nothing_twice(world):
    drive(world, "已确认")
    month = later(world, date(2023, 6, 5))
    prepared(world, month)
    assert prepared(world, month) == (0, 0, 0)
    assert prepared(world, month + 1) == (0, 0, 0), "the open review is not doubled next month"


def test_a_family_whose_income_changed_is_looked_at_at_once(world):
    drive(world, "已确认")
    earns(world, 900_000)
    assert prepared(world, later(world, date(2022, 8, 3))) == (1, 0, 1)
    review = only_review()
    assert (review.why, review.result, review.after_fen) == ("情况变化", "不符合", 0)
    assert any("不低于当地低保标准" in reason for reason in review.reasons)


def test_keeping_an_award_changes_nothing_and_sets_the_clock_anew(world):
    drive(world, "已确认")
    prepared(world, later(world, date(2023, 6, 5)))
    reviews.settle(only_review().pk, "维持", "没有明显变化", by=world.by("chief"))
    with scope(COUNTY):
        assert Award.objects.get().before is None
        assert not Task.objects.filter(kind="review.settle", done_at=None).exists()
    assert prepared(world, later(world, date(2024, 5, 6))) == (1, 0, 0)
    assert prepared(world, later(world, date(2024, 6, 3))) == (1, 1, 0)
    with scope(COUNTY):
        first = Review.objects.order_by("id").first().pk
    with pytest.raises(ReviewSettled):
        reviews.settle(first, "维持", "再来", by=world.by("chief"))


def test_what_is_no_longer_due_stops_with_the_next_month_and_can_be_computed_again(world):
    drive(world, "已确认")
    earns(world, 9_000_000)
    prepared(world, later(world, date(2022, 8, 3)))
    reviews.settle(only_review().pk, "停发", "收入超过标准", by=world.by("chief"))
    with scope(COUNTY):
        award = Award.objects.get()
        decision = Decision.objects.order_by("-id").first()
        again = queries.recompute(decision.pk)
        held = facts_of([world.applicant_id], on=date(2022, 9, 1), kinds=["benefit"])
    assert (award.before, award.stop_reason) == (date(2022, 9, 1), "复核停发")
    assert (decision.outcome, decision.amount_fen) == ("停发", 0)
    assert again.same
    assert held[world.applicant_id] == []


def test_what_is_still_due_is_not_stopped(world):
    drive(world, "已确认")
    prepared(world, later(world, date(2023, 6, 5)))
    with pytest.raises(StillDue):
        reviews.settle(only_review().pk, "停发", "不想发了", by=world.by("chief"))
    with pytest.raises(NotPhasedOut):
        reviews.settle(only_review().pk, "渐退", "x", by=world.by("chief"))


def test_work_that_lifts_a_family_above_the_line_is_phased_out_over_six_months(world):
    drive(world, "已确认")
    earns(world, 900_000)  # 500 a head and month, above 439, below twice that
    prepared(world, later(world, date(2022, 8, 3)))
    reviews.settle(only_review().pk, "渐退", "夫妻外出务工", by=world.by("chief"))
    with scope(COUNTY):
        rows = list(Award.objects.order_by("since").values_list("since", "before", "amount_fen"))
        last = AwardPerson.objects.order_by("-before").first()
    assert rows[0] == (date(2022, 7, 1), date(2022, 9, 1), 125100)
    assert rows[1] == (date(2022, 9, 1), date(2022, 12, 1), 125100)
    assert rows[2][:2] == (date(2022, 12, 1), date(2023, 3, 1))
    assert rows[2][2] < 125100
    assert last.before == date(2023, 3, 1)


def test_a_higher_class_is_paid_from_the_next_month_on(world):
    drive(world, "已确认")
    told = {"declared": read_means(world.means()), "checked": read_means({"评定类别": "一类"})}
    with arranging():
        Case.objects.filter(pk=world.case_id).update(declared=told)
    prepared(world, later(world, date(2022, 8, 3)))
    review = only_review()
    assert review.after_fen > review.before_fen
    reviews.settle(review.pk, "变更", "重新评定为一类", by=world.by("chief"))
    with scope(COUNTY):
        old, new = Award.objects.order_by("since")
        assert (old.before, new.since, new.before) == (date(2022, 9, 1), date(2022, 9, 1), None)
        assert new.amount_fen == review.after_fen
        assert new.covered.count() == 3


def decided_again(number: int) -> World:
    """Another family, decided in the same June."""
    with clock.business_at(w.START):
        return drive(w.build(f"620521100201-{number:04d}"), "已确认")


def test_awards_are_looked_through_in_a_fixed_number_of_queries(world):
    drive(world, "已确认")
    with CaptureQueriesContext(connection) as one:
        assert prepared(world, later(world, date(2023, 6, 5)))[1] == 1
    for number in range(2, 5):
        decided_again(number)
    with CaptureQueriesContext(connection) as three:
        assert prepared(world, later(world, date(2023, 7, 4)))[1] == 3
    assert len(three) == len(one)
