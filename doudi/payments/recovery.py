"""Recovery (追缴): a claim on a family is told, heard, decided by a second person, and paid back.

Found is not decided (``overpaid``): nothing is asked back before the family was told in writing and
could speak. Then it repays, or part of later payments is kept by an agreed plan (``setoff``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import connection

from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import action
from doudi.base.calendars import calendar
from doudi.base.locks import lock
from doudi.base.tasks import TaskFacts, finish_tasks, open_task
from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.kernel.money import Fen
from doudi.kernel.problems import require
from doudi.payments import notices
from doudi.payments.models import Recovery, RecoveryLine, RecoveryNotice, Repayment
from doudi.payments.notices import MonthOver, Notice, Terms
from doudi.payments.overpaid import DECIDED, DROPPED, EVENT, FOUND, PAID_BACK, TOLD
from doudi.payments.parameters import figure
from doudi.payments.problems import PersonNeeded
from doudi.payments.problems_recovery import (
    ChoiceUnknown,
    InstalmentUnfit,
    MoreThanOwed,
    OtherPersonNeeded,
    ReasonMissing,
    RecoveryState,
    StillHeard,
    VoucherOtherAmount,
)
from doudi.payments.setoff import LEFT
from doudi.people import chain

KEEP, REPAY = "抵扣", "退款"
CASH, TRANSFER = "现金", "转账"
CLAIM, DROP = "追缴", "不予追缴"
TO_DECIDE = "追缴认定"


def subject_of(recovery: Recovery) -> str:
    """How tasks, events and the audit name a claim."""
    return f"payments.recovery:{recovery.pk}"


def taken(recovery_id: int, *states: str, step: str, by: Actor) -> Recovery:
    """The claim, held until the transaction ends, for a person and in one of these states."""
    lock(f"recovery:{recovery_id}")
    row: Recovery = one_or_not_there(Recovery.objects.all(), pk=recovery_id)
    require(by.user_id is not None, PersonNeeded(step=step))
    require(row.state in states, RecoveryState(number=row.number, state=row.state, step=step))
    return row


def demand_other(done_by: int | None, by: Actor, subject: str, done: str, step: str) -> None:
    """By person, not by role: somebody who holds two posts is still one person."""
    other = done_by is not None and done_by != by.user_id
    require(other, OtherPersonNeeded(subject=subject, done=done, step=step))


def choice(what: str, given: str, *allowed: str) -> None:
    """Raise ``ChoiceUnknown`` unless the answer is one of those offered."""
    fit = given in allowed
    require(fit, ChoiceUnknown(what=what, given=given, allowed="、".join(allowed)))


def stated(text: str, what: str) -> str:
    """The text without blanks around it; raises ``ReasonMissing`` for an empty one."""
    said = text.strip()
    require(said, ReasonMissing(what=what))
    return said


def left_of(recovery_id: int) -> int:
    """What is left of a claim in fen; what is kept in a batch on its way counts as given."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {LEFT} from payments_recovery r where r.id = %s",  # noqa: S608
            [recovery_id],
        )
        return int(cursor.fetchone()[0])


def terms_on(day: date) -> Terms:
    """The days that are given to a family, as they stand on a day."""
    return Terms(
        figure("recovery.heard_days", day),
        figure("recovery.repay_days", day),
        figure("recovery.review_days", day),
        figure("recovery.suit_months", day),
    )


def months_of(recovery: Recovery) -> list[MonthOver]:
    """The months of a claim in order, as a notice says them."""
    rows = RecoveryLine.objects.filter(recovery=recovery).order_by("month", "id")
    return [
        MonthOver(row.month, row.paid_fen, row.due_fen, row.over_fen, row.evidence) for row in rows
    ]


def issue(recovery: Recovery, notice: Notice, by: Actor) -> RecoveryNotice:
    """Keep what the family is told in writing, and say so in its aid chain."""
    row: RecoveryNotice = RecoveryNotice.objects.create(
        recovery=recovery,
        kind=notice.kind,
        number=f"{recovery.number}-{notice.kind}",
        article=notice.article,
        amount_fen=notice.amount_fen,
        days=notice.days,
        remedies=notice.remedies,
        text=notice.text,
        issued_on=clock.business_today(),
        by_id=by.user_id,
    )
    tell_chain(recovery, f"{recovery.scheme}多发资金{notice.kind}已送达", notice.amount_fen)
    return row


def tell_chain(recovery: Recovery, title: str, fen: int) -> None:
    """One event of the household's chain about a claim."""
    chain.append(
        recovery.household_id,
        EVENT,
        title,
        scheme=recovery.scheme,
        amount_fen=fen,
        subject=subject_of(recovery),
    )


@action("recovery.tell", needs="recovery.handle")
def tell_family(recovery_id: int, *, by: Actor) -> RecoveryNotice:
    """Tell the family in writing what was found, and until when it may speak (告知)."""
    row = taken(recovery_id, FOUND, step="告知", by=by)
    today = clock.business_today()
    terms = terms_on(today)
    until = calendar().add_workdays(today, terms.heard_days)
    row.state, row.told_by_id, row.heard_until = TOLD, by.user_id, until.day
    row.save(update_fields=["state", "told_by", "heard_until"])
    open_task(
        TaskFacts(
            kind=TO_DECIDE,
            title=f"追缴 {row.number} 陈述期满后认定",
            place=row.place,
            role="county_leader",
            subject=subject_of(row),
            article=notices.article_of(row.scheme, row.cause),
        ),
        due=until,
    )
    told = notices.told(row.scheme, row.cause, months_of(row), terms, until.day)
    return issue(row, told, by)


@action("recovery.hear", needs="recovery.handle")
def hear_family(recovery_id: int, statement: str, *, by: Actor) -> Recovery:
    """Write down what the family says to it (陈述申辩); the decision need not wait any longer."""
    row = taken(recovery_id, TOLD, step="登记陈述", by=by)
    row.statement = "\n".join(filter(None, [row.statement, stated(statement, "陈述内容")]))
    row.save(update_fields=["statement"])
    tell_chain(row, f"{row.scheme}多发资金：家庭已陈述", row.over_fen)
    return row


@action("recovery.decide", needs="recovery.decide", fresh_seal=True)
def decide_recovery(recovery_id: int, outcome: str, reason: str, *, by: Actor) -> Recovery:
    """Decide (认定) that the money is asked back (追缴) or not (不予追缴): by a second person.

    Not before the family has spoken or its days are over. 追缴 is told in writing with remedies.
    """
    row = taken(recovery_id, TOLD, step="认定", by=by)
    choice("认定结果", outcome, CLAIM, DROP)
    said = stated(reason, "认定理由")
    demand_other(row.told_by_id, by, f"追缴 {row.number} ", "告知", "认定")
    assert row.heard_until is not None, "who was told has days to speak"
    heard = bool(row.statement) or clock.business_today() > row.heard_until
    require(heard, StillHeard(number=row.number, until=row.heard_until))
    row.state = DECIDED if outcome == CLAIM else DROPPED
    row.decided_by_id, row.decided_at, row.reason = by.user_id, clock.business_now(), said
    row.closed_at = None if outcome == CLAIM else row.decided_at
    row.save(update_fields=["state", "decided_by", "decided_at", "reason", "closed_at"])
    finish_tasks(subject_of(row), by=by, kinds=(TO_DECIDE,))
    if outcome == CLAIM:
        terms = terms_on(clock.business_today())
        issue(row, notices.decision(row.scheme, row.cause, months_of(row), terms, said), by)
    else:
        tell_chain(row, f"{row.scheme}多发资金不予追缴", row.over_fen)
    return row


@dataclass(frozen=True, slots=True)
class PlanFacts:
    """How a family gives back: 抵扣 or 退款, fen a month, from a month on, signed on a day."""

    manner: str
    instalment_fen: int
    since: Month
    signed_on: date


@action("recovery.agree", needs="recovery.handle")
def agree_plan(recovery_id: int, plan: PlanFacts, *, by: Actor) -> Recovery:
    """Agree with the family how it gives back (分期); a later agreement replaces an earlier one."""
    row = taken(recovery_id, DECIDED, step="商定偿还", by=by)
    choice("偿还方式", plan.manner, KEEP, REPAY)
    left = left_of(row.pk)
    fit = 0 < plan.instalment_fen <= left
    require(fit, InstalmentUnfit(fen=plan.instalment_fen, left=left))
    row.manner, row.instalment_fen = plan.manner, plan.instalment_fen
    row.plan_since, row.agreed_on = str(plan.since), plan.signed_on
    row.save(update_fields=["manner", "instalment_fen", "plan_since", "agreed_on"])
    each = Fen(plan.instalment_fen).yuan()
    tell_chain(row, f"{row.scheme}多发资金商定{plan.manner}，每月 {each} 元", left)
    return row


@dataclass(frozen=True, slots=True)
class RepaymentFacts:
    """Money received from a family: number of the receipt, 现金 or 转账, fen, day."""

    voucher: str
    manner: str
    fen: int
    received_on: date


@action("recovery.repay", needs="recovery.repay")
def record_repayment(recovery_id: int, facts: RepaymentFacts, *, by: Actor) -> Repayment:
    """Record money that the family gave back; a receipt counts once, never more than is owed."""
    row = taken(recovery_id, DECIDED, PAID_BACK, step="登记退款", by=by)
    choice("收款方式", facts.manner, CASH, TRANSFER)
    voucher = stated(facts.voucher, "票据号")
    known = Repayment.objects.filter(recovery=row, voucher=voucher).first()
    if known is not None:
        other = VoucherOtherAmount(voucher=voucher, was=known.fen, fen=facts.fen)
        require((known.fen, known.received_on) == (facts.fen, facts.received_on), other)
        found: Repayment = known
        return found
    left = left_of(row.pk)
    fit = 0 < facts.fen <= left
    require(fit, MoreThanOwed(number=row.number, left=left, fen=facts.fen))
    made: Repayment = Repayment.objects.create(
        recovery=row,
        voucher=voucher,
        manner=facts.manner,
        fen=facts.fen,
        received_on=facts.received_on,
        by_id=by.user_id,
    )
    tell_chain(row, f"{row.scheme}多发资金退回 {Fen(facts.fen).yuan()} 元", facts.fen)
    if facts.fen == left and not _kept_under_way(row):
        row.state, row.closed_at = PAID_BACK, clock.business_now()
        row.save(update_fields=["state", "closed_at"])
    return made


def _kept_under_way(row: Recovery) -> bool:
    """Whether part of the claim was kept from payments that the bank has not answered yet."""
    kept = row.deductions.exclude(payable__transfers__kind__in=["post", "void"])
    return bool(kept.exists())
