"""Programmes that exclude each other stay apart through moves, joined homes and merged files."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from doudi.cases.models import Award, AwardPerson
from doudi.payments import exclusion
from doudi.payments.exclusion import ExclusiveAwards
from doudi.people.merging import merge_people, unmerge_people
from doudi.people.models import Household, Member
from tests.arrange import actor, arranging
from tests.payments.owing import county, covered_by

pytestmark = pytest.mark.django_db
REVIEWER = actor("county_reviewer")
JULY = date(2022, 7, 1)


@pytest.fixture
def world():
    """Two people who live alone; the second one's 低保 became 特困."""
    world = county(2)
    with arranging():
        Award.objects.filter(household=world.households[1]).update(scheme="特困")
    return world


def people(world):
    return [covered_by(home)[0] for home in world.households]


def end(world, index, before):
    with arranging():
        award = Award.objects.filter(household=world.households[index])
        AwardPerson.objects.filter(award__in=award).update(before=before)
        award.update(before=before)


def start(world, index, person, since=JULY):
    """An award of the household's scheme counts a person from a month on, as a decision has it."""
    with arranging():
        award = Award.objects.get(household=world.households[index])
        AwardPerson.objects.create(award=award, person_id=person, group="基本生活", since=since)


def refused(*args, **kwargs):
    with pytest.raises(IntegrityError), transaction.atomic():
        start(*args, **kwargs)
    return True


def merge(world):
    kept, gone = people(world)
    return merge_people(kept, gone, "同一人两份档案", by=REVIEWER)


def test_who_moves_to_another_household_takes_no_second_award_there(world):
    mover = people(world)[0]
    with arranging():
        Member.objects.filter(person_id=mover).update(before=JULY)
        Member.objects.create(
            household_id=world.households[1], person_id=mover, relation="其他", since=JULY
        )
    assert refused(world, 1, mover)
    end(world, 0, JULY)
    start(world, 1, mover)


def test_households_that_join_end_the_one_award_before_the_other_counts_everybody(world):
    mover = people(world)[0]
    with arranging():
        Household.objects.filter(pk=world.households[0]).update(before=JULY)
    assert refused(world, 1, mover, date(2022, 3, 1))
    end(world, 0, date(2022, 3, 1))
    start(world, 1, mover, date(2022, 3, 1))


def test_files_that_both_receive_are_not_merged_and_the_sentence_says_what(world):
    with pytest.raises(ExclusiveAwards, match="低保和特困"):
        merge(world)
    end(world, 1, date(2022, 6, 1))
    merge(world)


def test_after_a_merge_neither_file_takes_a_second_award_of_the_group(world):
    kept, gone = people(world)
    end(world, 1, date(2022, 6, 1))
    done = merge(world)
    third = county(1, first=5)
    with arranging():
        Award.objects.filter(household__in=third.households).update(scheme="特困")
    assert refused(third, 0, gone)
    assert refused(third, 0, kept)
    # Other groups are free, and so is the time before.
    with arranging():
        award = Award.objects.get(household=third.households[0])
        AwardPerson.objects.create(award=award, person_id=gone, group="临时救助", since=JULY)
    unmerge_people(done.pk, "查明是两个人", by=REVIEWER)
    start(third, 0, gone)


def test_a_merge_that_does_not_ask_is_caught(world, monkeypatch):
    planted = exclusion._BOTH.replace("y.person_id = %(gone)s", "y.person_id = %(kept)s")
    assert planted != exclusion._BOTH
    monkeypatch.setattr(exclusion, "_BOTH", planted)
    merge(world)  # the planted bug lets it pass, which the test above would see
