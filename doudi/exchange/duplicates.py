"""Persons who stand in the registry twice: found, shown side by side, merged and taken apart.

Nothing is merged by itself. The verbs of the merge are in ``people.merging``.
"""

from __future__ import annotations

import json
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import action
from doudi.base.handoff import consumes
from doudi.base.locks import lock
from doudi.exchange import _sql as sql
from doudi.exchange.linking.doubles import doubles
from doudi.exchange.linking.explaining import parts_of
from doudi.exchange.models import Duplicate
from doudi.exchange.scoring import Opened, registry_in_scope
from doudi.exchange.topics import DUPLICATES_ASKED
from doudi.kernel import clock
from doudi.kernel.problems import NotThere, Problem, require
from doudi.kernel.text import clip
from doudi.people.merging import merge_people, unmerge_people

# 疑似重复档案的状态。
WAITING, MERGED, DIFFERENT = "待核", "已合并", "不是同一人"


class DuplicateReasonMissing(Problem):
    code = "duplicate.reason_missing"
    say = "认定是否同一人要写明理由。"
    next = "请写明凭什么认定，例如“查看户口簿”“电话核实”。"


class DuplicateSettled(Problem):
    code = "duplicate.settled"
    status = 409
    say = "这一对档案已经认定为“{state}”。"
    next = "请刷新；要改变认定，先恢复。"
    fields = ("state",)


@action("duplicate.ask", needs="match.review")
def ask_for_duplicates(*, by: Actor) -> None:
    """Have the work list look for duplicates in the actor's range."""
    DUPLICATES_ASKED.emit(place=by.place)


@consumes(DUPLICATES_ASKED)
def look_for_duplicates(place: str) -> None:
    """Look as the machine; again finds nothing new."""
    find_duplicates(by=Actor.system(place))


@action("duplicate.find", needs="delivery.receive")
def find_duplicates(*, by: Actor) -> int:
    """Look for persons who stand twice in the actor's range; answers how many pairs are new.

    Pairs that were settled before are not asked about again.
    """
    lock(f"duplicates:{by.place}")
    today = clock.business_today()
    numbers, registry = registry_in_scope(today)
    if len(numbers) < 2:
        return 0
    found = doubles(registry, Opened(numbers))
    rows: list[list[Any]] = [
        [
            int(numbers[found.pairs.row[at]]), int(numbers[found.pairs.person[at]]),
            round(float(found.bits[at]), 1),
            [[name, words, round(bits, 1)] for name, words, bits in parts_of(found, at)],
        ]
        for at in range(len(found.pairs))
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(
            sql.INSERT_DUPLICATES, [clock.business_now(), json.dumps(rows, ensure_ascii=False)]
        )
        return int(cursor.rowcount)


@action("duplicate.merge", needs="match.review")
def merge_duplicate(duplicate_id: int, kept_id: int, why: str, *, by: Actor) -> Duplicate:
    """Say that both are one person, and whose file is kept; refused as ``merge_people`` says."""
    require(why.strip(), DuplicateReasonMissing())
    row = _waiting(duplicate_id)
    require(kept_id in (row.person_id, row.other_id), NotThere())
    gone = row.other_id if kept_id == row.person_id else row.person_id
    row.merge_id = merge_people(kept_id, gone, why, by=by).pk
    return _settled(row, MERGED, why, by)


@action("duplicate.dismiss", needs="match.review")
def dismiss_duplicate(duplicate_id: int, why: str, *, by: Actor) -> Duplicate:
    """Say that both are two persons; the pair is not asked about again."""
    require(why.strip(), DuplicateReasonMissing())
    return _settled(_waiting(duplicate_id), DIFFERENT, why, by)


@action("duplicate.reopen", needs="match.review")
def reopen_duplicate(duplicate_id: int, why: str, *, by: Actor) -> Duplicate:
    """Take a verdict back: merged files come apart exactly; the pair waits again."""
    require(why.strip(), DuplicateReasonMissing())
    row = _locked(duplicate_id)
    if row.state == WAITING:
        return row
    if row.merge_id is not None:
        unmerge_people(row.merge_id, why, by=by)
        row.merge_id = None
    return _settled(row, WAITING, why, by)


def _locked(duplicate_id: int) -> Duplicate:
    lock(f"duplicate:{duplicate_id}")
    found: Duplicate = one_or_not_there(Duplicate.objects.all(), pk=duplicate_id)
    return found


def _waiting(duplicate_id: int) -> Duplicate:
    row = _locked(duplicate_id)
    require(row.state == WAITING, DuplicateSettled(state=row.state))
    return row


def _settled(row: Duplicate, state: str, why: str, by: Actor) -> Duplicate:
    row.state, row.why = state, clip(why.strip(), 200)
    row.settled_by_id, row.settled_at = by.user_id, clock.business_now()
    row.save(update_fields=["state", "why", "merge_id", "settled_by", "settled_at"])
    return row


def duplicates(state: str = WAITING) -> QuerySet[Duplicate]:
    """Pairs in the scope, the likeliest first."""
    rows = Duplicate.objects.filter(state=state).select_related("person", "other")
    return rows.order_by("-bits", "id")


def duplicate_of(duplicate_id: int) -> Duplicate:
    """One pair, or ``NotThere``."""
    rows = Duplicate.objects.select_related("person", "other", "settled_by")
    found: Duplicate = one_or_not_there(rows, pk=duplicate_id)
    return found
