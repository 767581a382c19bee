"""核对: what a household owns and earns, asked with everyone's consent, answered by sources.

What the registry knows from the departments' files is answered at once; what it cannot know
(deposits, securities) is entered by hand with its source, or stands in the report as unanswered.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.db import connection

from doudi.base.access import Actor, one_or_not_there, scope
from doudi.base.actions import action
from doudi.base.calendars import calendar
from doudi.base.locks import lock
from doudi.base.tasks import TaskFacts, finish_tasks, open_task
from doudi.exchange.models import Verification, VerificationAnswer
from doudi.kernel import clock
from doudi.kernel.dates import age_on
from doudi.kernel.masks import mask_name
from doudi.kernel.money import Fen
from doudi.kernel.problems import NotThere, Problem, require
from doudi.kernel.text import clip
from doudi.people.consents import missing_consents
from doudi.people.facts import FactSeen, facts_of
from doudi.people.models import Person

# T102: 县级民政部门收到提请后启动核对的期限，工作日（已核：民发〔2021〕57号第十七条）。
START_WITHIN_WORKDAYS = 3
ARTICLE = "最低生活保障审核确认办法 第十七条"
_ADULT = 18


@dataclass(frozen=True)
class Item:
    """One thing to verify: who is asked, and the kinds of facts that answer it (none: by hand)."""

    label: str
    source: str
    kinds: tuple[str, ...] = ()
    of_person: str = ""  # a field of the person that answers it


ITEMS: dict[str, Item] = {
    "户籍": Item("户籍登记", "公安局", of_person="registered_place"),
    "婚姻": Item("婚姻状况", "民政局", of_person="marital"),
    "死亡": Item("死亡、火化", "公安局、殡仪馆", ("death", "cremation")),
    "社保": Item("社会保险待遇、失业登记", "人力资源和社会保障局", ("pension", "unemployment")),
    "养老金": Item("养老金", "人力资源和社会保障局", ("pension",)),
    "车辆": Item("机动车", "公安局交警大队", ("vehicle",)),
    "市场主体": Item("市场主体", "市场监督管理局", ("enterprise",)),
    "不动产": Item("不动产", "自然资源局", ("house",)),
    "残疾": Item("残疾证", "残疾人联合会", ("disability",)),
    "医疗": Item("住院自付费用", "医疗保障局", ("medical.self_pay",)),
    "金融资产": Item("金融资产", "银行等金融机构"),
    "存款": Item("存款", "银行"),
    "证券": Item("证券", "证券登记结算机构"),
    "商业保险": Item("商业保险", "保险机构"),
    "公积金": Item("住房公积金", "住房公积金管理中心"),
    "纳税": Item("纳税", "税务局"),
    "互联网金融资产": Item("互联网金融资产", "支付机构"),
}


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
    known = facts_of(asked.people, on=today, kinds=kinds)
    people = {person.pk: person for person in Person.objects.filter(pk__in=asked.people)}
    answers = []
    for person_id, person in sorted(people.items()):
        for item in asked.items:
            told = _told(ITEMS[item], person, known.get(person_id, []))
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


def _told(item: Item, person: Any, known: list[FactSeen]) -> tuple[bool, str, int | None] | None:
    """Found or not, a sentence, fen; None where only somebody outside can say."""
    if item.of_person:
        value = str(getattr(person, item.of_person) or "")
        return bool(value), f"{item.label}：{value or '无记录'}", None
    if not item.kinds:
        return None
    rows = [fact for fact in known if fact.kind in item.kinds]
    if not rows:
        return False, f"{item.label}：无记录", None
    shown = "；".join(dict.fromkeys(_SENTENCES[row.kind](row) for row in rows))
    amounts = [row.amount_fen for row in rows if row.amount_fen is not None]
    return True, clip(shown, 300), sum(amounts) if amounts else None


def _yuan(row: FactSeen) -> str:
    return f"{Fen(row.amount_fen).display()} 元" if row.amount_fen is not None else "金额不详"


def _detail(row: FactSeen, name: str) -> str:
    return str((row.detail or {}).get(name, ""))


_SENTENCES: dict[str, Callable[[FactSeen], str]] = {
    "death": lambda row: f"{row.valid_since} 死亡",
    "cremation": lambda row: f"{row.valid_since} 火化",
    "pension": lambda row: f"{row.key or '养老金'}每月 {_yuan(row)}",
    "unemployment": lambda row: f"{row.valid_since} 登记失业",
    "vehicle": lambda row: f"{row.code} {_detail(row, 'brand')}，{row.valid_since} 登记",
    "enterprise": lambda row: f"{_detail(row, 'name')} {row.code}，{_detail(row, 'status')}",
    "house": lambda row: f"{row.code or '住房'}一套",
    "disability": lambda row: f"残疾类别 {row.code[:1]}、等级 {row.code[1:]}",
    "medical.self_pay": lambda row: f"{row.valid_since} 出院自付 {_yuan(row)}",
}


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
    """End a verification; what nobody answered stays in the report as unanswered."""
    asked = _locked(verification_id)
    if asked.finished_at is None:
        asked.finished_at = clock.business_now()
        asked.started_at = asked.started_at or asked.finished_at
        asked.save(update_fields=["started_at", "finished_at"])
        finish_tasks(f"exchange.verification:{asked.pk}", by=by)
    return asked


def _one(verification_id: int) -> Verification:
    found: Verification = one_or_not_there(Verification.objects.all(), pk=verification_id)
    return found


def _locked(verification_id: int) -> Verification:
    lock(f"verification:{verification_id}")
    return _one(verification_id)


def report(verification_id: int) -> dict[str, Any]:
    """The report: per person and item what was found, by whom and when, and what is unanswered."""
    asked = _one(verification_id)
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
        "unanswered": len(asked.people) * len(asked.items) - len(answered),
        "people": people,
    }
