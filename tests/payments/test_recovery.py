"""Money paid and not due: found with evidence, told, decided by two, given back, never twice."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from doudi.base.access import Actor, scope
from doudi.base.calendars import load_official_years
from doudi.cases.models import Award, AwardPerson
from doudi.kernel import clock
from doudi.payments import overpaid, parameters
from doudi.payments.models import Payable, Recovery, RecoveryLine, RecoveryNotice, WriteOff
from doudi.payments.overpaid import OverpaidFacts, find_overpaid, open_recovery
from doudi.payments.problems_recovery import (
    InstalmentUnfit,
    MoreThanOwed,
    NothingOverpaid,
    OtherPersonNeeded,
    RecoveryState,
    StillHeard,
    VoucherOtherAmount,
)
from doudi.payments.queries import balanced
from doudi.payments.recovery import (
    PlanFacts,
    RepaymentFacts,
    agree_plan,
    decide_recovery,
    hear_family,
    left_of,
    record_repayment,
    tell_family,
)
from doudi.payments.recovery_queries import recoveries, recovery_view
from doudi.payments.writing_off import decide_write_off, propose_write_off
from tests.arrange import COUNTY, arranging
from tests.payments.owing import AUGUST, JULY, JUNE, MAY, county, covered_by, paid, staff
from tests.payments.world import record_death

pytestmark = pytest.mark.django_db
NOW = datetime(2022, 9, 5, 9, tzinfo=clock.SHANGHAI)


@pytest.fixture(autouse=True)
def september():
    with clock.business_at(NOW):
        load_official_years(by=Actor.system())
        yield


@pytest.fixture
def reviewer():
    return staff("county_reviewer", "审核甲")


@pytest.fixture
def leader():
    return staff("county_leader", "领导乙")


def lines_of(household):
    with scope(COUNTY):
        rows = RecoveryLine.objects.filter(recovery__household=household).order_by("month", "id")
        return [(row.month, row.paid_fen, row.over_fen) for row in rows]


def ended(world, index, before, reason="收入超标"):
    """An award ends for months that were paid, as ``award.end`` leaves it."""
    with arranging():
        award = Award.objects.filter(household=world.households[index])
        award.update(before=before, stop_reason=reason)
        AwardPerson.objects.filter(award__in=award).update(before=before)


def claim(world, reviewer, index=0):
    """A claim of June and July on one household."""
    ended(world, index, date(2022, 6, 1))
    find_overpaid(COUNTY, by=reviewer)
    with scope(COUNTY):
        return Recovery.objects.get(household=world.households[index])


def decided(world, reviewer, leader, index=0):
    row = claim(world, reviewer, index)
    tell_family(row.pk, by=reviewer)
    hear_family(row.pk, "家里没有异议。", by=reviewer)
    return decide_recovery(row.pk, "追缴", "停发后仍发放", by=leader)


# -- finding


def test_a_death_makes_the_months_after_it_overpaid_by_the_share_of_that_person(reviewer):
    world = county(2, people=3)
    paid(world, MAY, JUNE, JULY)
    record_death(covered_by(world.households[0])[2], date(2022, 5, 20))
    assert find_overpaid(COUNTY, by=reviewer) == 2
    third = world.fen[0] // 3
    assert lines_of(world.households[0]) == [
        ("2022-06", world.fen[0], third),
        ("2022-07", world.fen[0], third),
    ]
    with scope(COUNTY):
        row = Recovery.objects.get()
        evidence = RecoveryLine.objects.first().evidence
    assert (row.cause, row.state, row.over_fen) == ("死亡", "待核实", 2 * third)
    assert "登记死亡 1 人，日期 2022-05-20" in evidence


def test_the_month_of_the_death_itself_is_due(reviewer):
    world = county(1)
    paid(world, MAY)
    record_death(world.payees[0], date(2022, 5, 1))
    assert find_overpaid(COUNTY, by=reviewer) == 0


def test_a_person_who_lived_alone_leaves_the_whole_line_and_a_second_death_adds_its_share(reviewer):
    world = county(1, people=2)
    paid(world, JUNE)
    first, second = covered_by(world.households[0])
    record_death(second)
    find_overpaid(COUNTY, by=reviewer)
    record_death(first)
    find_overpaid(COUNTY, by=reviewer)
    assert sum(over for _, _, over in lines_of(world.households[0])) == world.fen[0]
    with scope(COUNTY):
        assert Recovery.objects.get().over_fen == world.fen[0]


def test_an_award_ended_for_months_already_paid_is_claimed_with_its_reason(reviewer):
    world = county(3)
    paid(world, MAY, JUNE, JULY)
    row = claim(world, reviewer)
    assert (row.cause, row.over_fen) == ("收入超标", 2 * world.fen[0])
    assert [month for month, *_ in lines_of(world.households[0])] == ["2022-06", "2022-07"]
    assert lines_of(world.households[1]) == []


def test_what_a_new_award_gives_for_the_same_months_is_due_and_only_the_rest_is_claimed(reviewer):
    world = county(1)
    paid(world, JUNE)
    ended(world, 0, date(2022, 6, 1))
    with arranging():
        award = Award.objects.get(household=world.households[0])
        award.pk, award.since, award.before = None, date(2022, 6, 1), None
        award.amount_fen, award._state.adding = 10_000, True
        award.save()
    find_overpaid(COUNTY, by=reviewer)
    assert lines_of(world.households[0]) == [("2022-06", 30_000, 20_000)]


def test_the_same_person_paid_in_two_households_is_claimed_once_from_the_later_line(reviewer):
    world = county(2)
    with arranging():
        Award.objects.filter(household=world.households[1]).update(payee=world.payees[0])
    paid(world, JUNE)
    find_overpaid(COUNTY, by=reviewer)
    assert lines_of(world.households[0]) == []
    assert lines_of(world.households[1]) == [("2022-06", world.fen[1], world.fen[1])]


def test_finding_again_finds_nothing_new_even_after_a_claim_was_dropped(reviewer, leader):
    world = county(1)
    paid(world, JUNE)
    row = claim(world, reviewer)
    tell_family(row.pk, by=reviewer)
    hear_family(row.pk, "停发决定写错了月份。", by=reviewer)
    decide_recovery(row.pk, "不予追缴", "停发月份有误", by=leader)
    assert find_overpaid(COUNTY, by=reviewer) == 0
    with scope(COUNTY):
        assert Recovery.objects.count() == 1


def test_money_under_way_is_claimed_only_when_the_bank_has_paid_it(reviewer):
    from tests.payments.owing import answer
    from tests.payments.world import released

    world = county(1)
    batch = released(world, JUNE)
    ended(world, 0, date(2022, 6, 1))
    assert find_overpaid(COUNTY, by=reviewer) == 0
    answer(world, batch)
    assert find_overpaid(COUNTY, by=reviewer) == 1


def test_two_grounds_for_one_month_never_claim_more_than_was_paid(reviewer):
    world = county(1, people=2)
    paid(world, JUNE)
    record_death(covered_by(world.households[0])[1])
    find_overpaid(COUNTY, by=reviewer)
    ended(world, 0, date(2022, 6, 1), "骗取")
    find_overpaid(COUNTY, by=reviewer)
    assert sum(over for _, _, over in lines_of(world.households[0])) == world.fen[0]


def test_a_finder_that_forgets_what_is_claimed_already_is_caught(reviewer, monkeypatch):
    """The planted bug: every ground claims its whole amount."""
    monkeypatch.setattr(
        overpaid, "less_claimed", lambda found: [(one, one.over_fen) for one in found]
    )
    with pytest.raises(AssertionError):
        test_two_grounds_for_one_month_never_claim_more_than_was_paid(reviewer)


def test_prison_and_fraud_are_claimed_by_somebody_with_the_evidence(reviewer):
    world = county(1, people=3)
    paid(world, MAY, JUNE, JULY)
    facts = OverpaidFacts(
        world.households[0], "低保", "服刑", JUNE, "法院判决书", before=JULY, persons=1
    )
    row = open_recovery(facts, by=reviewer)
    assert (row.cause, row.over_fen) == ("服刑", world.fen[0] // 3)
    with pytest.raises(NothingOverpaid, match="2022-06"):
        open_recovery(facts, by=reviewer)


def test_the_worked_case_of_six_thousand_yuan_obtained_by_fraud(reviewer):
    world = county(1)
    with arranging():
        Award.objects.update(amount_fen=200_000)
    paid(world, MAY, JUNE, JULY)
    facts = OverpaidFacts(world.households[0], "低保", "骗取", MAY, "隐瞒车辆，交管部门证明")
    assert open_recovery(facts, by=reviewer).over_fen == 600_000


def test_finding_asks_as_many_questions_for_thirty_households_as_for_three(reviewer):
    counts = []
    for count, first in ((3, 0), (30, 100)):
        world = county(count, first=first)
        paid(world, JUNE)
        for index in range(count):
            ended(world, index, date(2022, 6, 1))
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert find_overpaid(COUNTY, by=reviewer) == count
        counts.append(len(asked))
        with arranging():
            Payable.objects.update(place="620522100201")
    assert counts[0] == counts[1]


# -- told, heard, decided


def test_the_family_is_told_in_writing_with_article_amount_remedies_and_days(reviewer, leader):
    world = county(1)
    paid(world, JUNE, JULY)
    row = decided(world, reviewer, leader)
    with scope(COUNTY):
        told, decision = RecoveryNotice.objects.filter(recovery=row).order_by("id")
    assert (told.kind, decision.kind) == ("告知书", "决定书")
    assert told.amount_fen == decision.amount_fen == 60_000
    assert told.days == 5
    assert decision.days == 30
    assert "2022-06：已发 300.00 元，应发 0.00 元，多发 300.00 元" in told.text
    for notice in (told, decision):
        assert "第三十二条" in notice.article
        assert notice.article in notice.text
        assert notice.remedies in notice.text
    assert "60 日内申请行政复议" in decision.remedies
    assert "6 个月内提起行政诉讼" in decision.remedies
    assert "还不是决定" in told.text


def test_nothing_is_decided_while_the_family_may_still_speak(reviewer, leader):
    world = county(1)
    paid(world, JUNE)
    row = claim(world, reviewer)
    notice = tell_family(row.pk, by=reviewer)
    with pytest.raises(StillHeard, match="2022-09-13"):  # five working days; 10 to 12 is a holiday
        decide_recovery(row.pk, "追缴", "停发后仍发放", by=leader)
    with clock.business_at(NOW + timedelta(days=9)):
        assert decide_recovery(row.pk, "追缴", "停发后仍发放", by=leader).state == "已认定"
    assert "2022-09-13" in notice.text


def test_who_told_the_family_cannot_decide_in_any_post(reviewer):
    world = county(1)
    paid(world, JUNE)
    row = claim(world, reviewer)
    tell_family(row.pk, by=reviewer)
    hear_family(row.pk, "没有异议。", by=reviewer)
    promoted = Actor(reviewer.user_id, reviewer.name, "county_leader", COUNTY)
    with pytest.raises(OtherPersonNeeded):
        decide_recovery(row.pk, "追缴", "停发后仍发放", by=promoted)
    with (
        pytest.raises(IntegrityError, match="who_tells_a_family_does_not_decide"),
        transaction.atomic(),
        arranging(),
    ):
        Recovery.objects.update(decided_by=reviewer.user_id)


def test_a_claim_that_nobody_decided_is_not_repaid_or_planned(reviewer):
    world = county(1)
    paid(world, JUNE)
    row = claim(world, reviewer)
    with pytest.raises(RecoveryState, match="待核实"):
        agree_plan(row.pk, PlanFacts("抵扣", 5_000, AUGUST, NOW.date()), by=reviewer)


# -- repaid and written off


def test_a_repayment_counts_once_by_its_receipt_and_never_exceeds_what_is_owed(reviewer, leader):
    world = county(1)
    paid(world, JUNE, JULY)
    row = decided(world, reviewer, leader)
    first = RepaymentFacts("票0001", "现金", 40_000, NOW.date())
    record_repayment(row.pk, first, by=world.maker)
    record_repayment(row.pk, first, by=world.maker)
    with scope(COUNTY):
        assert left_of(row.pk) == 20_000
    with pytest.raises(VoucherOtherAmount, match="40000 分"):
        record_repayment(
            row.pk, RepaymentFacts("票0001", "现金", 4_000, NOW.date()), by=world.maker
        )
    with pytest.raises(MoreThanOwed, match="尚欠 20000 分"):
        record_repayment(
            row.pk, RepaymentFacts("票0002", "转账", 20_001, NOW.date()), by=world.maker
        )
    record_repayment(row.pk, RepaymentFacts("票0002", "转账", 20_000, NOW.date()), by=world.maker)
    with scope(COUNTY):
        seen = recovery_view(row.pk)
    assert (seen.state, seen.left_fen) == ("已清偿", 0)


def test_what_is_left_is_given_up_only_by_a_second_person_and_the_family_is_told(reviewer, leader):
    world = county(1)
    paid(world, JUNE, JULY)
    row = decided(world, reviewer, leader)
    record_repayment(row.pk, RepaymentFacts("票1", "现金", 10_000, NOW.date()), by=world.maker)
    propose_write_off(row.pk, "户内无劳动能力，无财产", by=reviewer)
    promoted = Actor(reviewer.user_id, reviewer.name, "county_leader", COUNTY)
    with pytest.raises(OtherPersonNeeded):
        decide_write_off(row.pk, "核销", by=promoted)
    with (
        pytest.raises(IntegrityError, match="who_proposes_a_write_off_does_not_decide"),
        transaction.atomic(),
        arranging(),
    ):
        WriteOff.objects.update(decided_by=reviewer.user_id)
    decide_write_off(row.pk, "核销", by=leader)
    with scope(COUNTY):
        seen = recovery_view(row.pk)
        assert seen.notices[-1].kind == "核销通知"
    assert (seen.state, seen.left_fen, seen.write_offs[0].fen) == ("已核销", 0, 50_000)


def test_a_refused_write_off_leaves_the_claim_and_may_be_proposed_again(reviewer, leader):
    world = county(1)
    paid(world, JUNE)
    row = decided(world, reviewer, leader)
    propose_write_off(row.pk, "困难", by=reviewer)
    decide_write_off(row.pk, "不核销", by=leader)
    propose_write_off(row.pk, "仍困难", by=reviewer)
    with scope(COUNTY):
        (seen,) = recoveries()
        assert seen.left_fen == 30_000


def test_an_instalment_is_more_than_nothing_and_not_more_than_is_owed(reviewer, leader):
    world = county(1)
    paid(world, JUNE)
    row = decided(world, reviewer, leader)
    for fen in (0, 30_001):
        with pytest.raises(InstalmentUnfit, match="30000"):
            agree_plan(row.pk, PlanFacts("抵扣", fen, JULY, NOW.date()), by=reviewer)


def test_every_figure_has_its_mark_and_source():
    for each in parameters.parameters().values():
        assert all(value.source and value.mark for value in each.values), each.name
    assert parameters.figure("services.most", date(2022, 6, 1)) == 200


def test_the_books_hold_with_claims_on_them(reviewer, leader):
    world = county(2)
    paid(world, JUNE, JULY)
    decided(world, reviewer, leader)
    with scope(COUNTY):
        assert balanced().holds
