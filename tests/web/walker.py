"""Opens every page in every role and region, each request undone; names the wrong cells."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from doudi.base.models import User
from doudi.web.authorization import Row
from tests.web.regions import Regions, form_key, post_place

BACKEND = "doudi.web.signin.PasswordBackend"
UNKNOWN = 9_000_000_000_000_000
NOT_IN_ANY_REGION = ("user", "post", "entry", "format", "own_post", "kind")
_TOKEN = re.compile(rb'name="(csrfmiddlewaretoken|key)" value="[^"]*"')


@dataclass(frozen=True)
class Answer:
    """What came back, without what differs between any two requests."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes


def answer_of(response: HttpResponse) -> Answer:
    headers = {k: v for k, v in response.headers.items() if k != "Set-Cookie"}
    body = b"" if response.streaming else _TOKEN.sub(b"", response.content)
    return Answer(response.status_code, tuple(sorted(headers.items())), body)


class Visitor:
    """A browser signed in as one user in one post (or as nobody); every request is undone."""

    def __init__(self, user: User | None = None, post_id: int | None = None) -> None:
        self.user, self.client, self.session = user, Client(), ""
        if user is None:
            return
        self.client.force_login(user, backend=BACKEND)
        session = self.client.session
        session["post"] = post_id
        session.save()
        self.session = self.client.cookies["sessionid"].value

    def open(self, method: str, address: str, form: dict[str, Any] | None = None) -> HttpResponse:
        self.client.cookies.clear()
        if self.session:
            self.client.cookies["sessionid"] = self.session
        with transaction.atomic():
            response: HttpResponse = getattr(self.client, method.lower())(address, form or {})
            self.before_undone()
            transaction.set_rollback(True)
        return response

    def before_undone(self) -> None:
        """What a test wants to look at while the request's effects are still there."""


def visitor(regions: Regions, role: str) -> Visitor:
    """Somebody in this role, in the near township or its county."""
    if role == "anonymous":
        return Visitor()
    place = post_place(role)
    return Visitor(regions.users[role, place], regions.post_of[role, place])


VISIT = {
    "visited_at": "2022-07-01T10:00", "visitors": "张三、李四", "findings": "属实",
    "manner": "入户", "family_signed": "1", "visitors_signed": "1",
}  # fmt: skip
# What a person would fill in, so that only the right decides how far the request comes.
FORMS: dict[str, tuple[str, dict[str, Any]]] = {
    "sign_in": ("", {"username": "nobody", "password": "nothing-right"}),
    "change_password": ("", {"old": "a", "new": "b", "again": "c"}),
    "alert_do/receive": ("alert.receive", {}),
    "alert_do/report": (
        "alert.report", {**VISIT, "verdict": "属实", "disposal": "A1", "policy_told": "1"},
    ),
    "alert_do/tell_policy": ("alert.tell_policy", {}),
    "alert_do/return": ("alert.return", {"reason": "照片不清"}),
    "alert_do/close": ("alert.close", {}),
    "lead_new": ("lead.report", {"place": "620521100201", "about": "一户", "story": "住院"}),
    "suspension_check": ("death.check", {"dead": "不属实", "finding": "本人在家"}),
    "alike_check": ("alike.check", {"sampled": "3", "wrong": "0", "finding": "逐户核算"}),
    "threshold_set": (
        "threshold.set", {"indicator": "R02", "name": "R02.self_pay_over", "value": "9000",
                          "since": "2022-08-01", "why": "会议纪要"},
    ),
    "sweep_start": (
        "sweep.start", {"name": "排查", "until": "2022-08-01", "population": "S04"},
    ),
    "sweep_assign": ("sweep.assign", {"user": "1"}),
    "sweep_settle": (
        "sweep.settle", {"reason": "PENDING", "note": "七月已受理", "manner": "查档案"},
    ),
    "sweep_end": ("sweep.end", {"conclusion": "查完"}),
    "lead_reveal": ("", {"why": "核实情况"}),
    "lead_settle": ("lead.settle", {"outcome": "已联系"}),
    "people": ("", {"q": "王小"}),
    "person_reveal": ("", {"why": "核对证件"}),
    "account_confirm": ("account.confirm", {}),
    "case_new": ("case.accept", {"applicant": "{person}", "channel": "窗口", "reason": "困难"}),
    "case_consent": ("consent.record", {}),
    "case_do/investigate": ("case.investigate", VISIT),
    "case_do/visit": ("case.visit", VISIT),
    "case_do/answer_objection": (
        "case.answer_objection", {"objection": "{objection}", "reason": "查无此车"},
    ),
    "case_do/post_notice": ("case.post_notice", {"where": "公开栏"}),
    "case_do/relieve": ("case.relieve", {"amount": "100", "form": "现金", "handed_to": "本人"}),
    "case_do/minutes": ("case.minutes", {"document": "纪要1号", "amount": "60000"}),
    "case_do/sign_care": ("case.sign_care", {
        "carer": "孙邻居", "relation": "邻居", "services": "做饭", "visits": "每周一次",
        "fee": "150", "ends_on": "2023-07-01",
    }),
    "case_do/give_notice": ("case.give_notice", {"manner": "当面送达"}),
    "case_do/declare_kin": ("case.declare_kin", {"person": "{person}", "relation": "父母"}),
    "urgent_new": ("case.accept_urgent", {
        "name": "过路人", "sex": "男", "birth": "1980-01-01", "place": "620521100201",
        "reason": "车祸", "degree": "较轻", "amount": "500",
    }),
    "reviews_prepare": ("review.prepare", {}),
    "review_settle": ("review.settle", {"outcome": "维持", "reason": "没有变化"}),
    "case_do/extend": ("case.extend", {"cause": "公示有异议"}),
    "case_do/terminate": ("case.terminate", {"cause": "申请人撤回申请", "reason": "撤回"}),
    "accrue": ("", {"month": "2022-07", "scheme": "低保"}),
    "batch_make": ("payment.make", {"month": "2022-07", "scheme": "低保"}),
    "batch_approve": ("payment.approve", {}),
    "batch_release": ("payment.release", {}),
    "batch_send_back": ("payment.send_back", {"reason": "金额有误"}),
    "batch_return": ("", {"file": b"HRETURN"}),
    "recovery_find": ("recovery.find", {}),
    "recovery_tell": ("recovery.tell", {}),
    "recovery_hear": ("recovery.hear", {"statement": "没有异议"}),
    "recovery_decide": ("recovery.decide", {"outcome": "追缴", "reason": "属实"}),
    "recovery_agree": ("recovery.agree", {"manner": "抵扣", "instalment": "50",
                                          "since": "2022-08", "signed_on": "2022-07-05"}),
    "recovery_repay": ("recovery.repay", {"voucher": "票1", "manner": "现金", "fen": "50",
                                          "received_on": "2022-07-05"}),
    "recovery_propose": ("recovery.propose_write_off", {"reason": "无力偿还"}),
    "recovery_write_off": ("recovery.write_off", {"outcome": "核销"}),
    "fund_enter": ("fund.enter", {"document": "财社9号", "source": "省级", "year": "2022",
                                  "amount": "1000.50", "received_on": "2022-06-01",
                                  "purpose": "救助", "schemes": "低保"}),
    "fund_confirm": ("fund.confirm", {}),
    "service_enter": ("fund.enter_service", {"number": "服务9", "provider": "社工站",
                                             "allotment": "{allotment}", "amount": "10",
                                             "spent_on": "2022-06-02"}),
    "service_confirm": ("fund.confirm_service", {}),
    "raise_enter": ("raise.enter", {"document": "民发9号", "since": "2022-04-01",
                                    "announced_on": "2022-06-10"}),
    "raise_confirm": ("raise.confirm", {}),
    "price_enter": ("price.enter_index", {"month": "2022-05", "cpi": "2.1", "food": "-0.3",
                                          "released_on": "2022-06-10", "document": "统计局"}),
    "price_confirm": ("price.confirm_index", {"month": "2022-05", "region": "620000000000"}),
    "price_roster": ("price.roster", {"month": "2022-05"}),
    "price_roster_confirm": ("price.confirm_roster", {"month": "2022-05"}),
    "payee_enter": ("payee.enter", {
        "scheme": "低保", "kind": "代管人", "holder_name": "李代管", "bank": "农信社",
        "card": "6217000000000000012", "agreement": "协议1号",
    }),
    "payee_confirm": ("payee.confirm", {}),
    "payee_end": ("payee.end", {}),
    "delivery_receive": ("", {"file": b"\xe5\xa7\x93\xe5\x90\x8d\n", "format": "pension",
                              "period": "2022-05"}),
    "duplicates_find": ("duplicate.ask", {}),
    "duplicate_merge": ("duplicate.merge", {"kept": "{kept}", "why": "查看户口簿"}),
    "duplicate_dismiss": ("duplicate.dismiss", {"why": "堂兄弟"}),
    "duplicate_reopen": ("duplicate.reopen", {"why": "认错了"}),
    "match_settle": ("match.settle", {"answer": "查不到", "reason": "村委会核实"}),
    "match_undo": ("match.undo", {"reason": "认错了"}),
    "delivery_vanished": ("vanished.settle", {"finding": "已迁出"}),
    "delivery_withdraw": ("delivery.withdraw", {"reason": "重报"}),
    "user_create": ("", {"username": "newcomer", "name": "新人"}),
    "user_disable": ("user.disable", {}),
    "post_grant": ("post.grant", {"place": "620521", "role": "inspector"}),
}  # fmt: skip


def form_of(row: Row, user: User | None, ids: dict[str, Any]) -> dict[str, Any]:
    """The filled-in form of a page, with the key that the page would carry."""
    action, told = FORMS.get(
        row.key, (f"case.{row.verb}" if row.verb else "", {"reason": "属实", "agrees": "1"})
    )
    form: dict[str, Any] = {}
    for name, value in told.items():
        if isinstance(value, bytes):
            form[name] = SimpleUploadedFile("来文.csv", value)
        else:
            form[name] = value.format(**ids) if "{" in value else value
    if action and user is not None:
        form["key"] = form_key(user, action)
    return form


def ids_at(regions: Regions, row: Row, role: str, where: str) -> dict[str, Any]:
    """Numbers of the objects that a role meets in its own region, another's, or nowhere."""
    unknown = {**dict.fromkeys(regions.near.ids, UNKNOWN), "user": UNKNOWN, "post": UNKNOWN,
               "entry": UNKNOWN, "format": "nosuch", "own_post": UNKNOWN,
               "kind": "K99"}  # fmt: skip
    if where == "unknown":
        return unknown
    place = post_place(role) if role != "anonymous" else ""
    away = regions.beside if place and not place.endswith("000000") else regions.far
    region = regions.near if where == "in" else away
    own = regions.post_of.get((role, place), UNKNOWN)
    other = regions.any_ids["post"]
    return {**region.ids, **regions.any_ids, "format": "pension", "kind": "K04",
            "own_post": own if where == "in" else other}  # fmt: skip


_ARGUMENT = {"household": "household_id", "own_post": "post_id", "entry": "entry_id",
             "format": "format_code", "kind": "kind"}  # fmt: skip


def address_of(row: Row, ids: dict[str, Any]) -> str:
    """The address of a page about these objects."""
    arguments: dict[str, Any] = {}
    if row.object:
        arguments[_ARGUMENT.get(row.object, f"{row.object}_id")] = ids[row.object]
    if row.verb:
        arguments["verb"] = row.verb
    if row.name == "case_consent":
        arguments["person_id"] = ids["person"]
    if row.name == "case_paper":
        arguments["paper"] = "application"
    return reverse(row.name, kwargs=arguments)


Cell = tuple[str, str, str]  # row, where, method


def cells(rows: Iterable[Row]) -> Iterator[tuple[Row, str, str]]:
    """Every row × where × method; a method that the page does not have is tried inside only."""
    for row in rows:
        for method in ("GET", "POST"):
            everywhere = row.object and method in row.methods
            for where in ("in", "out", "unknown") if everywhere else ("in",):
                yield row, where, method


def walk(regions: Regions, role: str, rows: Iterable[Row]) -> dict[Cell, Answer]:
    """What every cell answers to somebody in this role."""
    who = visitor(regions, role)
    found = {}
    for row, where, method in cells(rows):
        ids = ids_at(regions, row, role, where)
        form = form_of(row, who.user, ids) if method == "POST" else {}
        found[row.key, where, method] = answer_of(who.open(method, address_of(row, ids), form))
    return found


def is_right(row: Row, role: str, where: str, method: str, answer: Answer) -> bool:
    """Whether a cell answers exactly as the table says."""
    status = answer.status
    if role == "anonymous":
        if row.open_to_anonymous:
            return status == (200 if method == "GET" else 400)
        return status == 302 and dict(answer.headers)["Location"] == reverse("sign_in")
    reach = row.reach[role]
    if method not in row.methods:
        return status == 405 or (reach == "refused" and status == 403)
    if reach == "refused":
        return status == 403
    if row.object == "own_post":  # somebody else's post changes nothing and says nothing
        return status == 302
    if where == "unknown" or (where == "out" and reach == "in"):
        return status == 404
    if method == "GET":
        return status in (200, 302)
    return status < 500 and status not in (403, 404, 405)


def wrong_cells(rows: dict[str, Row], role: str, found: dict[Cell, Answer]) -> list[str]:
    """The cells that answer otherwise than the table says, each with what came."""
    return [
        f"{method} {key} {where}: {answer.status}"
        for (key, where, method), answer in found.items()
        if not is_right(rows[key], role, where, method, answer)
    ]
