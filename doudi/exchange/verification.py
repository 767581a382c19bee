"""核对: what a household owns and earns, asked with everyone's consent, answered by sources.

What the registry knows from the departments' files is answered at once; what it cannot know
(deposits, securities) is entered by hand with its source, or stands in the report as unanswered.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from django.db import connection

from doudi.base.access import Actor, one_or_not_there, scope
from doudi.base.actions import action
from doudi.base.calendars import calendar
from doudi.base.locks import lock
from doudi.base.tasks import TaskFacts, finish_tasks, open_task
from doudi.exchange.conflicts import conflicts_of
from doudi.exchange.models import Verification, VerificationAnswer, VerificationObjection
from doudi.exchange.verification_items import ITEMS, Item, as_of, told_of
from doudi.kernel import clock
from doudi.kernel.dates import add_months, age_on
from doudi.kernel.masks import mask_name
from doudi.kernel.problems import NotThere, Problem, require
from doudi.kernel.text import clip
from doudi.people.consents import missing_consents
from doudi.people.facts import facts_of
from doudi.people.models import Person

# T102: 县级民政部门收到提请后启动核对的期限，工作日（已核：民发〔2021〕57号第十七条）。
START_WITHIN_WORKDAYS = 3
ARTICLE = "最低生活保障审核确认办法 第十七条"
_ADULT = 18
# 报告有效期，月 [默认：没有文件规定，各地三个月至一年]。
VALID_MONTHS = 6
# 异议的处理：维持原报告，或者重新核对。
UPHELD, AGAIN = "维持", "重新核对"


class ConsentMissing(Problem):
    code = "verification.consent_missing"
    status = 409
    say = "以下人员没有有效的核对授权：{people}。"
    next = "请先请本人（或监护人）签署授权书并登记，再提请核对。"
    fields = ("people",)


class UnknownItem(Problem):
    code = "verification.unknown_item"
    say = "没有“{item}”这个核对事项。"
    next = "可核对的事项：{known}。"
    fields = ("item", "known")


class NobodyToVerify(Problem):
    code = "verification.nobody"
    say = "没有选择核对的人员或事项。"
    next = "请至少选择一名家庭成员和一个核对事项。"


class NotFinished(Problem):
    code = "verification.not_finished"
    status = 409
    say = "这次核对还没有办结，没有报告可以提出异议或重新核对。"
    next = "请先办结；还没有办结的，可以直接补充答复。"


class ObjectionEmpty(Problem):
    code = "verification.objection_empty"
    say = "没有填写异议内容或答复。"
    next = "请写明对哪一项有异议、理由是什么。"


class ObjectionAnswered(Problem):
    code = "verification.objection_answered"
    status = 409
    say = "这条异议已经答复过。"
    next = "请刷新页面；有新的情况可以再次提出。"


class VerificationFinished(Problem):
    code = "verification.finished"
    status = 409
    say = "这次核对已经办结，不能再补充答复。"
    next = "情况有变化的，请重新提请核对。"


@action("verification.request", needs="case.check")
def request(
    subject: str, place: str, person_ids: Iterable[int], items: Iterable[str], *, by: Actor
) -> Verification:
    """Ask for a verification of these persons about a case; refuses without each adult's consent.

    To be started within three working days. An open request of the same content is found again.
    """
    wanted, people = list(dict.fromkeys(items)), sorted(set(person_ids))
    require(wanted and people, NobodyToVerify())
    for item in wanted:
        require(item in ITEMS, UnknownItem(item=clip(item, 20), known="、".join(ITEMS)))
    require(by.covers(place), NotThere())
    rows = list(Person.objects.filter(pk__in=people).values_list("id", "name", "birth"))
    require(len(rows) == len(people), NotThere())
    today = clock.business_today()
    adults = [person_id for person_id, _, birth in rows if age_on(birth, today) >= _ADULT]
    missing = set(missing_consents(adults, wanted, today))
    named = "、".join(mask_name(name) for person_id, name, _ in rows if person_id in missing)
    require(not missing, ConsentMissing(people=named))
    lock(f"verification:{subject}")
    found: Verification | None = Verification.objects.filter(
        subject=subject, people=people, items=wanted, finished_at=None
    ).first()
    if found is not None:
        return found
    due = calendar().add_workdays(today, START_WITHIN_WORKDAYS)
    made: Verification = Verification.objects.create(
        subject=subject, place=place, people=people, items=wanted,
        requested_at=clock.business_now(), requested_by_id=by.user_id, start_due=due.day,
    )  # fmt: skip
    told = TaskFacts(
        "启动核对", f"{len(people)} 人经济状况核对", place, "county_reviewer",
        f"exchange.verification:{made.pk}", ARTICLE,
    )  # fmt: skip
    open_task(told, due=due)
    return made


def answer_from_registry(verification_id: int) -> int:
    """Answer what the registry knows; returns how many answers are new. Again adds nothing."""
    with scope(Actor.system()):
        place = _one(verification_id).place
    return _answer(verification_id, by=Actor.system(place))


@action("verification.answer", needs="task.do")
def _answer(verification_id: int, *, by: Actor) -> int:
    asked = _locked(verification_id)
    if asked.finished_at is not None:
        return 0
    today, now = clock.business_today(), clock.business_now()
    kinds = {kind for item in asked.items for kind in ITEMS[item].kinds}
    known = facts_of(asked.people, kinds=kinds)
    people = {person.pk: person for person in Person.objects.filter(pk__in=asked.people)}
    answers = []
    for person_id, person in sorted(people.items()):
        for item in asked.items:
            told = told_of(ITEMS[item], person, as_of(known.get(person_id, []), today), today)
            if told is not None:
                answers.append([person_id, item, *told, ITEMS[item].source])
    if asked.started_at is None:
        asked.started_at = now
        asked.save(update_fields=["started_at"])
        finish_tasks(f"exchange.verification:{asked.pk}", by=by)
    with connection.cursor() as cursor:
        cursor.execute(_INSERT_ANSWERS, [asked.pk, now, json.dumps(answers, ensure_ascii=False)])
        return int(cursor.rowcount)


_INSERT_ANSWERS = """
insert into exchange_verificationanswer
  (verification_id, person_id, item, found, summary, amount_fen, source, answered_at)
select %s, (a ->> 0)::bigint, a ->> 1, (a ->> 2)::boolean, a ->> 3, (a ->> 4)::bigint, a ->> 5, %s
from jsonb_array_elements(%s::jsonb) a
on conflict (verification_id, person_id, item) do nothing
"""


@action("verification.enter", needs="case.check")
def enter_answer(
    verification_id: int, person_id: int, item: str, found: bool, summary: str, *, by: Actor,
    amount_fen: int | None = None, source: str = "",
) -> None:  # fmt: skip
    """Enter what an outside source answered; an earlier answer to the same question is replaced."""
    asked = _locked(verification_id)
    require(asked.finished_at is None, VerificationFinished())
    require(person_id in asked.people, NotThere())
    require(item in asked.items, UnknownItem(item=clip(item, 20), known="、".join(asked.items)))
    VerificationAnswer.objects.update_or_create(
        verification_id=asked.pk,
        person_id=person_id,
        item=item,
        defaults={
            "found": found,
            "summary": clip(summary, 300),
            "amount_fen": amount_fen,
            "source": clip(source or ITEMS[item].source, 60),
            "answered_at": clock.business_now(),
        },
    )


@action("verification.finish", needs="case.check")
def finish(verification_id: int, *, by: Actor) -> Verification:
    """End a verification; its report stands as it now is, valid for six months.

    What nobody answered stays in it as unanswered.
    """
    asked = _locked(verification_id)
    if asked.finished_at is None:
        asked.finished_at = clock.business_now()
        asked.started_at = asked.started_at or asked.finished_at
        asked.valid_before = add_months(clock.business_today(), VALID_MONTHS)
        asked.report = _report(asked)
        asked.save(update_fields=["started_at", "finished_at", "valid_before", "report"])
        finish_tasks(f"exchange.verification:{asked.pk}", by=by)
    return asked


@action("verification.object", needs="case.check")
def object_to(verification_id: int, text: str, *, by: Actor) -> VerificationObjection:
    """Record what a family says against a report."""
    require(text.strip(), ObjectionEmpty())
    asked = _locked(verification_id)
    require(asked.finished_at is not None, NotFinished())
    made: VerificationObjection = VerificationObjection.objects.create(
        verification_id=asked.pk, text=text.strip(), objected_at=clock.business_now(),
        recorded_by_id=by.user_id,
    )  # fmt: skip
    return made


@action("verification.answer_objection", needs="case.check")
def answer_objection(
    objection_id: int, again: bool, answer: str, *, by: Actor
) -> VerificationObjection:
    """Answer an objection: the report stands, or everything is asked once more (``again``).

    The new verification names the one that it repeats; the old report stays as it was.
    """
    require(answer.strip(), ObjectionEmpty())
    objection: VerificationObjection = one_or_not_there(
        VerificationObjection.objects.all(), pk=objection_id
    )
    asked = _locked(objection.verification_id)
    objection.refresh_from_db()
    require(objection.answered_at is None, ObjectionAnswered())
    if again:
        repeat(asked.pk, by=by)
    objection.outcome = AGAIN if again else UPHELD
    objection.answer = answer.strip()
    objection.answered_at = clock.business_now()
    objection.answered_by_id = by.user_id
    objection.save(update_fields=["outcome", "answer", "answered_at", "answered_by"])
    return objection


@action("verification.repeat", needs="case.check")
def repeat(verification_id: int, *, by: Actor) -> Verification:
    """Ask the same once more, with consents as they now are: after an objection, or grown old."""
    asked = _locked(verification_id)
    require(asked.finished_at is not None, NotFinished())
    made = request(asked.subject, asked.place, asked.people, asked.items, by=by)
    made.repeats_id = asked.pk
    made.save(update_fields=["repeats"])
    return made


def _one(verification_id: int) -> Verification:
    found: Verification = one_or_not_there(Verification.objects.all(), pk=verification_id)
    return found


def _locked(verification_id: int) -> Verification:
    lock(f"verification:{verification_id}")
    return _one(verification_id)


def report(verification_id: int) -> dict[str, Any]:
    """The report: per person and item what was found, by whom and when, and what is unanswered.

    Conflicts between sources are ranked and explained. Once finished it stands as it was; whether
    it is still valid, and what was said against it, is told as of today.
    """
    asked = _one(verification_id)
    told: dict[str, Any] = asked.report or _report(asked)
    objections = VerificationObjection.objects.filter(verification_id=asked.pk).order_by("id")
    today = clock.business_today()
    return {
        **told,
        "valid_before": asked.valid_before.isoformat() if asked.valid_before else None,
        "valid": asked.valid_before is not None and today < asked.valid_before,
        "repeats": asked.repeats_id,
        "objections": [
            {
                "text": each.text,
                "objected_at": each.objected_at.isoformat(),
                "outcome": each.outcome or "未答复",
                "answer": each.answer,
            }
            for each in objections
        ],
    }


def _report(asked: Verification) -> dict[str, Any]:
    names = dict(Person.objects.filter(pk__in=asked.people).values_list("id", "name"))
    rows = VerificationAnswer.objects.filter(verification_id=asked.pk)
    answered = {(row.person_id, row.item): row for row in rows}
    people = []
    for person_id in asked.people:
        lines = []
        for item in asked.items:
            row = answered.get((person_id, item))
            lines.append(
                {
                    "item": item,
                    "label": ITEMS[item].label,
                    "answered": row is not None,
                    "found": row.found if row else None,
                    "summary": row.summary if row else "未答复",
                    "amount_fen": row.amount_fen if row else None,
                    "source": row.source if row else ITEMS[item].source,
                    "answered_at": row.answered_at.isoformat() if row else None,
                }
            )
        people.append({"person_id": person_id, "name": names.get(person_id, ""), "items": lines})
    return {
        "verification_id": asked.pk,
        "subject": asked.subject,
        "requested_at": asked.requested_at.isoformat(),
        "started_at": asked.started_at.isoformat() if asked.started_at else None,
        "start_due": asked.start_due.isoformat() if asked.start_due else None,
        "finished_at": asked.finished_at.isoformat() if asked.finished_at else None,
        "conflicts": _conflicts(asked, names),
        "unanswered": len(asked.people) * len(asked.items) - len(answered),
        "people": people,
    }


def _conflicts(asked: Verification, names: dict[int, str]) -> list[dict[str, Any]]:
    """What sources say against each other about these persons, the gravest first."""
    today = clock.business_today()
    known = facts_of(asked.people)
    found = [
        {"person_id": person, "name": names.get(person, ""), "rank": each.rank, "text": each.text,
         "counted": each.counted, "sources": list(each.sources)}
        for person, facts in known.items()
        for each in conflicts_of(as_of(facts, today), today)
        if _asked_about(each.kinds, asked.items)
    ]  # fmt: skip
    return sorted(found, key=lambda each: (each["rank"], each["person_id"], each["text"]))


def _asked_about(kinds: tuple[str, ...], items: list[str]) -> bool:
    """Whether a conflict touches what was asked about: nothing else is told."""
    return bool({kind for item in items for kind in ITEMS[item].kinds} & set(kinds))


__all__ = [
    "AGAIN", "ITEMS", "UPHELD", "Item", "answer_from_registry", "answer_objection", "enter_answer",
    "finish", "object_to", "repeat", "report", "request",
]  # fmt: skip
