"""A death in the register suspends that member's share, never the family's, until somebody checks.

Only where id number and name both agreed a fact of death exists (docs/exchange.md); a cremation
without deregistration suspends nothing, its alert asks. Reducing or stopping stays a decision.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db.models import Q

from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import action
from doudi.base.calendars import calendar
from doudi.base.locks import lock
from doudi.base.tasks import TaskFacts, finish_tasks, open_task
from doudi.kernel import clock
from doudi.kernel.dates import add_months
from doudi.kernel.problems import require
from doudi.kernel.workdays import Due
from doudi.people import chain
from doudi.people.facts import FactSeen, facts_of
from doudi.people.models import Household, Member
from doudi.watch.models import Suspension
from doudi.watch.parameters import told_on
from doudi.watch.problems import DeathFindingMissing, SuspensionSettled
from doudi.watch.states import ALIVE, DEAD_INDEED, SUSPENDED, TASK_DEATH, suspension_subject
from doudi.watch.views import yuan
from doudi.watch.writing import CLERK, township_of

ARTICLES = {
    "低保": "最低生活保障审核确认办法 第三十一条、第三十二条",
    "特困": "特困人员认定办法 第二十四条、第二十六条",
}
# Where a scheme has no article of its own: three months after any member's death.
GENERAL = "民发〔2022〕83号"
# On its holder for the whole household; any other scheme is its holder's alone.
_OF_THE_HOUSEHOLD = ("低保",)


@action("death.suspend", needs="death.suspend")
def suspend_share(person_id: int, household_id: int, *, by: Actor) -> int:
    """Suspend the share of a member whose death is registered; returns how many were suspended.

    Nothing happens without a registered death, without a benefit that counts the person, or where
    the same fact led to a suspension before.
    """
    lock(f"watch.death:{person_id}")
    household = one_or_not_there(Household.objects.all(), pk=household_id)
    today = clock.business_today()
    members = _members(household_id, person_id, today)
    known = facts_of(members, kinds=["benefit", "death"])
    deaths = [fact for fact in known.get(person_id, []) if fact.kind == "death"]
    if not deaths:
        return 0
    death = min(deaths, key=lambda fact: (fact.valid_since, fact.id))
    done = 0
    for benefit in _counting(person_id, known, told_on(today)["R26.schemes"], today):
        done += _suspend(household, person_id, death, benefit, len(members))
    return done


def _members(household_id: int, person_id: int, on: date) -> list[int]:
    """Members of the day; the dead one too, where a record of the death ended the membership."""
    rows = Member.objects.filter(household_id=household_id, since__lte=on).filter(
        Q(before=None) | Q(before__gt=on) | Q(person_id=person_id)
    )
    return sorted(set(rows.values_list("person_id", flat=True)))


def _counting(
    person_id: int, known: dict[int, list[FactSeen]], schemes: Sequence[str], on: date
) -> list[FactSeen]:
    """Benefits that are paid today and count the person."""
    return [
        fact
        for holder, facts in sorted(known.items())
        for fact in facts
        if fact.kind == "benefit"
        and fact.key in schemes
        and (holder == person_id or fact.key in _OF_THE_HOUSEHOLD)
        and fact.valid_since <= on
        and (fact.valid_before is None or fact.valid_before > on)
        and (fact.amount_fen or 0) > 0
    ]


def share_of(benefit: FactSeen, members: int) -> int:
    """Fen a month that one member's share comes to, rounded down: never more than is theirs."""
    whole = benefit.amount_fen or 0
    if benefit.key not in _OF_THE_HOUSEHOLD:
        return whole
    told = benefit.detail or {}
    people = told.get("people") or len(told.get("members") or ()) or members
    return max(1, whole // max(1, int(people)))


def _suspend(
    household: Household, person_id: int, death: FactSeen, benefit: FactSeen, members: int
) -> int:
    known = Suspension.objects.filter(person_id=person_id, scheme=benefit.key)
    if known.filter(Q(fact_id=death.id) | Q(state__in=(SUSPENDED, DEAD_INDEED))).exists():
        return 0
    today = clock.business_today()
    told = told_on(today)
    check = calendar().add_workdays(today, told["due.死亡"][0])
    row: Suspension = Suspension.objects.create(
        person_id=person_id,
        household=household,
        place=household.place,
        scheme=benefit.key,
        household_fen=benefit.amount_fen or 0,
        share_fen=share_of(benefit, members),
        died_on=death.valid_since,
        ground=f"{death.valid_since} 死亡登记（证号、姓名一致），{benefit.key}仍在发放",
        source=death.source,
        fact_id=death.id,
        suspended_at=clock.business_now(),
        check_due=check.day,
        due_provisional=check.provisional,
        legal_due=add_months(death.valid_since, int(told["due.legal_months"])),
        state=SUSPENDED,
    )
    _ask(row, check)
    return 1


def _ask(row: Suspension, due: Due) -> None:
    share = f"核实前暂缓发放（本人份额 {yuan(row.share_fen)}，全户 {yuan(row.household_fen)}）"
    open_task(
        TaskFacts(
            kind=TASK_DEATH,
            title=f"死亡核实：{row.person.name}，{row.scheme}{share}"[:200],
            place=township_of(row.place),
            role=CLERK,
            subject=suspension_subject(row.pk),
            article=ARTICLES.get(row.scheme, GENERAL),
        ),
        due=due,
    )
    _event(row, f"{row.scheme}{share}，待核实死亡", fen=row.share_fen)


@action("death.check", needs="death.check")
def check_death(suspension_id: int, dead: bool, finding: str, *, by: Actor) -> Suspension:
    """Say what a person found: dead indeed, or alive and the share is paid again from now on.

    A share of somebody dead stays suspended until the award is changed by a decision.
    """
    row = _take(suspension_id)
    require(finding.strip(), DeathFindingMissing())
    _settle(row, DEAD_INDEED if dead else ALIVE, finding.strip(), by)
    said = "死亡属实，应在" if dead else "没有死亡，恢复发放"
    until = f" {row.legal_due} 前减人重算或停发" if dead else ""
    _event(row, f"{row.scheme}死亡核实：{said}{until}")
    return row


def _take(suspension_id: int) -> Suspension:
    lock(suspension_subject(suspension_id))
    row: Suspension = one_or_not_there(
        Suspension.objects.select_for_update().select_related(None), pk=suspension_id
    )
    require(row.state == SUSPENDED, SuspensionSettled(state=row.state))
    return row


def _settle(row: Suspension, state: str, finding: str, by: Actor) -> None:
    row.state, row.finding = state, finding
    row.checked_by_id, row.checked_at = by.user_id, clock.business_now()
    row.save(update_fields=["state", "finding", "checked_by", "checked_at"])
    finish_tasks(suspension_subject(row.pk), by=by, kinds=(TASK_DEATH,))


def lift(row: Suspension, state: str, finding: str, by: Actor) -> None:
    """End a suspension whose ground was taken away, inside another action."""
    _settle(row, state, finding, by)
    _event(row, f"{row.scheme}恢复发放：{finding}")


def _event(row: Suspension, title: str, fen: int | None = None) -> None:
    chain.append(
        row.household_id,
        "预警",
        title,
        scheme=row.scheme,
        person_id=row.person_id,
        detail={"suspension": row.pk, "state": row.state},
        amount_fen=fen,
        subject=suspension_subject(row.pk),
    )
