"""Months that were paid and not due (多发): found from what is known now, each ground once.

A finding is not a conclusion: claims begin as 待核实, the family is told and heard, and a second
person decides (``recovery``). Only what the bank has paid is claimed; lines under way come later.
"""

# ruff: noqa: S608  (statements are put together from constants of this package only)

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db import connection

from doudi.base.access import Actor, one_or_not_there, scope
from doudi.base.actions import action
from doudi.base.handoff import consumes
from doudi.base.locks import lock
from doudi.cases.models import Award
from doudi.cases.topics import AWARD_CHANGED
from doudi.exchange.queries import delivery_of
from doudi.exchange.topics import FACTS_CHANGED
from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.kernel.divisions import place_range
from doudi.kernel.problems import NotThere, require
from doudi.payments.models import Recovery, RecoveryLine
from doudi.payments.notices import CAUSES
from doudi.payments.problems_recovery import CauseUnknown, NothingOverpaid, ReasonMissing
from doudi.payments.schemes import code_of
from doudi.people import chain
from doudi.people.models import Household

FOUND, TOLD, DECIDED, PAID_BACK, WRITTEN_OFF, DROPPED = (
    "待核实", "已告知", "已认定", "已清偿", "已核销", "不予追缴",
)  # fmt: skip
EVENT = "追缴"

_ARRIVED = """exists (select 1 from payments_transfer s where s.payable_id = {0}.id
      and s.kind = 'post' and not exists (select 1 from payments_transfer b
        where b.settles_id = s.id))"""

# What arrived and stayed: a line less the shares of dead members that were kept back of it, and
# whose share it is where it gives one back.
_PAID = f"""paid as materialized (
  select p.id, p.household_id, p.scheme, p.place, p.month, p.line, p.award_id, p.payee_id,
    p.fen as whole, (p.fen - coalesce(kept.fen, 0))::bigint as fen,
    coalesce(kept.persons, 0) as less, own.person_id as of_person,
    (p.month || '-01')::date as first
  from payments_payable p
  left join (select payable_id, sum(fen) as fen, count(*) as persons
    from payments_withholding group by 1) kept on kept.payable_id = p.id
  left join payments_withholding own on own.id = case when starts_with(p.line, 'sh')
    then substr(split_part(p.line, 'r', 1), 3)::bigint end
  where p.place >= %(low)s and p.place < %(high)s
    and (%(household)s::bigint is null or p.household_id = %(household)s)
    and {_ARRIVED.format("p")})"""

# A person's share of a month is an equal part of the line, fen dropped; all of them: all of it.
_SHARE = """case when paid.of_person is not null or {0} >= a.people - paid.less then paid.fen
    else paid.whole * {0} / a.people end"""

_OF_PERSONS = """paid
  join cases_award a on a.id = paid.award_id and a.scheme = paid.scheme
  join cases_awardperson ap on ap.award_id = a.id and ap.since <= paid.first
    and (ap.before is null or ap.before > paid.first)
    and (paid.of_person is null or paid.of_person = ap.person_id)
    and not exists (select 1 from payments_withholding w
      where w.payable_id = paid.id and w.person_id = ap.person_id)
  join people_fact f on f.person_id = ap.person_id and f.known_before is null"""

_BY_LINE = "group by paid.id, paid.fen, paid.whole, paid.less, paid.of_person, a.people"

# A month is due when it begins before the death or in its month: what comes later is not.
_DEATH = f"""
select paid.id, '死亡' as cause, {_SHARE.format("count(distinct ap.person_id)")} as over_fen,
  'death:' || string_agg(distinct ap.person_id::text, ',') as ground,
  '登记死亡 ' || count(distinct ap.person_id) || ' 人，日期 ' || min(f.valid_since)
    || '，自次月起不计发' as evidence, 1 as rank
from {_OF_PERSONS} and f.kind in ('death', 'cremation')
  and date_trunc('month', f.valid_since)::date < paid.first
  and not exists (select 1 from watch_suspension s where s.person_id = ap.person_id
    and s.state = '不属实' and s.checked_at >= f.known_since)
{_BY_LINE}
"""

# Whoever serves a sentence is not counted in the household for the months spent there as a whole.
_CUSTODY = f"""
select paid.id, '服刑', {_SHARE.format("count(distinct ap.person_id)")},
  'custody:' || string_agg(distinct ap.person_id::text, ','),
  '司法部门通报 ' || count(distinct ap.person_id) || ' 人服刑或强制戒毒，自 '
    || min(f.valid_since) || ' 起，自次月起不计入保障人数', 5
from {_OF_PERSONS} and f.kind = 'custody'
  and date_trunc('month', f.valid_since)::date < paid.first
  and (f.valid_before is null or f.valid_before >= paid.first + interval '1 month')
{_BY_LINE}
"""

_EXCLUSIVE = f"""
select paid.id, '互斥项目', {_SHARE.format("count(distinct ap.person_id)")},
  'exclusive:' || string_agg(distinct ap.person_id::text, ','),
  count(distinct ap.person_id) || ' 人当月已享受特困供养', 2
from {_OF_PERSONS} and f.kind = 'benefit' and starts_with(f.key, '特困')
  and f.valid_since <= paid.first and (f.valid_before is null or f.valid_before > paid.first)
where paid.scheme = '低保'
{_BY_LINE}
"""

_DUPLICATE = f"""
select paid.id, '重复享受', paid.fen, 'duplicate:' || min(q.id),
  '同一人当月在另一户已发同一项目：' || min(q.reference), 3
from paid join payments_payable q on q.payee_id = paid.payee_id and q.scheme = paid.scheme
  and q.month = paid.month and q.household_id <> paid.household_id and q.id < paid.id
  and {_ARRIVED.format("q")}
group by paid.id, paid.fen
"""

# An award that was ended for months already paid: what another award gives for the month is due.
_ENDED = """
select paid.id, coalesce(nullif(a.stop_reason, ''), '待遇终止'),
  paid.fen - least(paid.fen, case when left(paid.line, 2) in ('up', 'sh') then 0
    else coalesce(n.amount_fen, 0) end),
  'award:' || a.id,
  '待遇自 ' || to_char(a.before, 'YYYY-MM') || ' 起停发', 4
from paid join cases_award a on a.id = paid.award_id and a.scheme = paid.scheme
  and a.before <= paid.first
left join cases_award n on n.household_id = paid.household_id and n.scheme = paid.scheme
  and n.since <= paid.first and (n.before is null or n.before > paid.first)
"""

_FIND = f"""
with {_PAID}, found as (
  {_DEATH} union all {_EXCLUSIVE} union all {_DUPLICATE} union all {_ENDED}
  union all {_CUSTODY})
select paid.id, paid.household_id, paid.scheme, paid.place, paid.month, paid.fen,
  coalesce((select sum(l.over_fen) from payments_recoveryline l
    join payments_recovery r on r.id = l.recovery_id and r.state <> '{DROPPED}'
    where l.payable_id = paid.id), 0)::bigint,
  found.cause, found.over_fen::bigint, left(found.ground, 80), left(found.evidence, 200)
from found join paid on paid.id = found.id
where found.over_fen > 0 and not exists (select 1 from payments_recoveryline l
  where l.payable_id = found.id and l.ground = left(found.ground, 80))
order by paid.household_id, paid.month, paid.id, found.rank
"""


@dataclass(frozen=True, slots=True)
class Found:
    """A paid line that is over on one ground: ``claimed_fen`` of it is claimed already."""

    payable_id: int
    household_id: int
    scheme: str
    place: str
    month: str
    paid_fen: int
    claimed_fen: int
    cause: str
    over_fen: int
    ground: str
    evidence: str


def less_claimed(found: Iterable[Found]) -> list[tuple[Found, int]]:
    """Each ground with what it adds: never is more claimed of a line than was paid."""
    claimed: dict[int, int] = {}
    added: list[tuple[Found, int]] = []
    for one in found:
        before = claimed.setdefault(one.payable_id, one.claimed_fen)
        more = min(one.over_fen, one.paid_fen) - before
        if more > 0:
            claimed[one.payable_id] = before + more
            added.append((replace(one, claimed_fen=before), more))
    return added


@action("recovery.find", needs="recovery.find")
def find_overpaid(place: str, household_id: int | None = None, *, by: Actor) -> int:
    """Claim every paid month that is not due by what is known now; returns how many are new.

    Death, custody, an exclusive programme, the same person paid twice, an award ended for months
    already paid. Again finds nothing new, also after a claim was dropped by decision.
    """
    require(by.covers(place), NotThere())
    lock(f"recovery.find:{place[:6]}")
    low, high = place_range(place)
    with connection.cursor() as cursor:
        cursor.execute(_FIND, {"low": low, "high": high, "household": household_id})
        found = [Found(*row) for row in cursor.fetchall()]
    return _claim(less_claimed(found), by)


@consumes(AWARD_CHANGED)
def find_after_award(award_id: int, place: str) -> None:
    """Consumer: an award that ends for months already paid leaves a claim on its household."""
    by = Actor.system(place)
    with scope(by):
        award = Award.objects.filter(pk=award_id).values_list("household_id", flat=True).first()
    if award is not None:
        find_overpaid(place, award, by=by)


# Files that tell of people who are no longer there.
_GONE = frozenset({"death", "cremation", "custody"})


@consumes(FACTS_CHANGED)
def find_after_delivery(delivery_id: int, place: str, period: str) -> None:
    """Consumer: deaths and custody that became known leave claims on months paid since."""
    by = Actor.system(place)
    with scope(by):
        told_of = delivery_of(delivery_id).format
    if told_of in _GONE:
        find_overpaid(place, by=by)


@dataclass(frozen=True, slots=True)
class OverpaidFacts:
    """What somebody found out: months from ``since`` to ``before`` (not) that were not due.

    ``persons`` of the covered persons are concerned; 0: the whole line. ``evidence`` is said to
    the family, so it names documents and not people.
    """

    household_id: int
    scheme: str
    cause: str
    since: Month
    evidence: str
    before: Month | None = None
    persons: int = 0


_STATED = f"""
with {_PAID}
select paid.id, paid.household_id, paid.scheme, paid.place, paid.month, paid.fen,
  coalesce((select sum(l.over_fen) from payments_recoveryline l
    join payments_recovery r on r.id = l.recovery_id and r.state <> '{DROPPED}'
    where l.payable_id = paid.id), 0)::bigint, %(cause)s,
  (case when %(persons)s = 0 or a.id is null then paid.fen
    else {_SHARE.format("%(persons)s")} end)::bigint, %(ground)s, %(evidence)s
from paid left join cases_award a on a.id = paid.award_id and a.scheme = paid.scheme
where paid.scheme = %(scheme)s and paid.month >= %(since)s
  and (%(before)s::text is null or paid.month < %(before)s)
  and not exists (select 1 from payments_recoveryline l
    where l.payable_id = paid.id and l.ground = %(ground)s)
order by paid.month, paid.id
"""


@action("recovery.open", needs="recovery.handle")
def open_recovery(facts: OverpaidFacts, *, by: Actor) -> Recovery:
    """Claim months that somebody found out about (prison, fraud, a duplicate elsewhere).

    Raises ``NothingOverpaid`` where none of these months was paid, or all are claimed already.
    """
    require(facts.cause in CAUSES, CauseUnknown(cause=facts.cause, allowed="、".join(CAUSES)))
    require(facts.evidence.strip(), ReasonMissing(what="依据"))
    home: Household = one_or_not_there(Household.objects.all(), pk=facts.household_id)
    lock(f"recovery.find:{home.place[:6]}")
    low, high = place_range(home.place)
    told: dict[str, Any] = {
        "low": low,
        "high": high,
        "household": home.pk,
        "scheme": facts.scheme,
        "cause": facts.cause,
        "since": str(facts.since),
        "before": str(facts.before) if facts.before else None,
        "persons": facts.persons,
        "evidence": facts.evidence[:200],
        "ground": f"said:{facts.cause}:{facts.since}:{facts.persons}",
    }
    with connection.cursor() as cursor:
        cursor.execute(_STATED, told)
        added = less_claimed(Found(*row) for row in cursor.fetchall())
    require(added, NothingOverpaid(scheme=facts.scheme, since=facts.since))
    _claim(added, by)
    found: Recovery = Recovery.objects.filter(
        household=home, scheme=facts.scheme, cause=facts.cause, state=FOUND
    ).latest("id")
    return found


def _claim(added: list[tuple[Found, int]], by: Actor) -> int:
    """Write claims by household, scheme and cause; one that nobody was told of yet grows."""
    if not added:
        return 0
    groups: dict[tuple[int, str, str], list[tuple[Found, int]]] = defaultdict(list)
    for one, more in added:
        groups[one.household_id, one.scheme, one.cause].append((one, more))
    households = {household_id for household_id, _, _ in groups}
    known: dict[tuple[int, str, str], Recovery] = {}
    count: dict[int, int] = defaultdict(int)
    for row in Recovery.objects.filter(household__in=households):
        count[row.household_id] += 1
        if row.state == FOUND:
            known[row.household_id, row.scheme, row.cause] = row
    fresh: list[Recovery] = []
    grown: list[Recovery] = []
    for key, lines in groups.items():
        if key in known:
            known[key].over_fen += sum(more for _, more in lines)
            grown.append(known[key])
        else:
            count[key[0]] += 1
            known[key] = _new_claim(lines, count[key[0]], by)
            fresh.append(known[key])
    Recovery.objects.bulk_create(fresh)
    Recovery.objects.bulk_update(grown, ["over_fen"])
    _write_lines(groups, known)
    return len(added)


def _new_claim(lines: list[tuple[Found, int]], at: int, by: Actor) -> Recovery:
    one = lines[0][0]
    return Recovery(
        number=f"{code_of(one.scheme)}-H{one.household_id}-{at}",
        place=one.place,
        household_id=one.household_id,
        scheme=one.scheme,
        cause=one.cause,
        state=FOUND,
        over_fen=sum(more for _, more in lines),
        found_at=clock.business_now(),
        found_by_id=by.user_id,
    )


def _write_lines(
    groups: dict[tuple[int, str, str], list[tuple[Found, int]]],
    claims: dict[tuple[int, str, str], Recovery],
) -> None:
    RecoveryLine.objects.bulk_create(
        RecoveryLine(
            recovery=claims[key],
            payable_id=one.payable_id,
            month=one.month,
            paid_fen=one.paid_fen,
            due_fen=one.paid_fen - more - one.claimed_fen,
            over_fen=more,
            evidence=one.evidence,
            ground=one.ground,
        )
        for key, lines in groups.items()
        for one, more in lines
    )
    chain.append_many(
        chain.ChainRow(
            key[0],
            EVENT,
            f"{key[1]}发现多发 {len(lines)} 个月，待核实：{key[2]}",
            scheme=key[1],
            amount_fen=sum(more for _, more in lines),
            subject=f"payments.recovery:{claims[key].pk}",
        )
        for key, lines in groups.items()
    )
