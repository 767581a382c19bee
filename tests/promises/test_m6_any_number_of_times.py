"""M6: the same request any number of times has one effect; its key with other content is refused.

Every action is performed as its example performs it, overheard, and performed again with a key.
"""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, is_dataclass, replace
from datetime import date, timedelta
from threading import Barrier
from typing import Any

import pytest
from django.db import connections, transaction

from doudi.base import actions
from doudi.base.access import Actor
from doudi.base.actions import SameKeyOtherContent, action
from doudi.base.models import AuditEntry, Idempotency, OfficialYear
from doudi.kernel import clock
from doudi.kernel.problems import Problem
from tests.promises.walking import EXAMPLES, START, Told, changed, overheard, tables_now

pytestmark = pytest.mark.promise("M6")

# Answers a count of its own kind; its rows carry derived names, so it needs no key.
NAMED_BY_ITSELF = {"payment.accrue"}
# Tells one thing of its own kind, which nobody types into a form.
SHOWN_WHOLE = {"people.load", "clock.move"}
KEYED = sorted(EXAMPLES.keys() - NAMED_BY_ITSELF)
TIMES = 5
AT_ONCE = 20
RACED = (
    "lead.report", "visit.record", "consent.record", "account.enter", "case.accept", "case.object",
    "person.register", "household.open", "payment.make", "payment.receive", "delivery.receive",
    "user.create",
)  # fmt: skip


@pytest.fixture(autouse=True)
def _world(settings, tmp_path, monkeypatch):
    settings.DOUDI_VAR = tmp_path
    settings.DOUDI_MOVABLE_CLOCK = True
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    with clock.business_at(START):
        yield


def other(value: Any) -> Any:
    """A value of the same kind that is not this one; None where none is known."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    if isinstance(value, str):
        return value + "x"
    if isinstance(value, bytes):
        return value + b"x"
    if isinstance(value, date):
        return value + timedelta(days=1)
    if isinstance(value, tuple) and value:
        return value + value[:1]
    if is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            changed = other(getattr(value, field.name))
            if changed is not None:
                return replace(value, **{field.name: changed})
    return None


def other_contents(told: Told) -> list[dict[str, Any]]:
    """Every way to change just one of the facts told."""
    return [{name: other(v)} for name, v in told.facts.items() if other(v) is not None]


def performed(name: str) -> int:
    return AuditEntry.objects.filter(kind="A", name=name).count()


def faults_of_repeating(told: Told) -> list[str]:
    """Perform with one key five times, with other content, and as another user."""
    found = []
    first = told.again("表单1")
    after, count = tables_now(), performed(told.name)
    answers = [told.again("表单1") for _ in range(TIMES - 1)]
    if any(answer != first for answer in answers):
        found.append("the answer changed")
    found += [f"{table} changed again" for table in sorted(changed(after, tables_now()))]
    for change in other_contents(told):
        try:
            with transaction.atomic():
                told.again("表单1", **change)
            found.append(f"other content passed: {sorted(change)}")
        except SameKeyOtherContent:
            pass
    return found + [f"performed {performed(told.name) - count} more times"] * (
        performed(told.name) != count
    )


def is_another_key_for(told: Told, by: Actor) -> bool:
    """Whether somebody else's form with the same key is performed for itself."""
    entered: list[str] = []

    class Noting(actions.Entered):
        def __enter__(self) -> None:
            entered.append(self.name)
            super().__enter__()

    with pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(actions, "Entered", Noting)
        try:
            with transaction.atomic():
                told.again("表单1", by=by)
        except (Problem, AssertionError):
            pass  # done already: that is for the action itself to say, not for the key
        transaction.set_rollback(True)
    return told.name in entered


@pytest.mark.django_db
@pytest.mark.parametrize("name", KEYED)
def test_a_form_sent_again_has_one_effect_and_other_content_is_refused(name):
    told = overheard(name, EXAMPLES[name]())
    assert faults_of_repeating(told) == []
    assert bool(other_contents(told)) == bool(told.facts) or name in SHOWN_WHOLE
    assert is_another_key_for(told, replace(told.by, user_id=987_654))


@pytest.mark.django_db
@pytest.mark.parametrize("name", sorted(NAMED_BY_ITSELF))
def test_an_action_without_key_is_named_by_its_own_rows(name):
    run = EXAMPLES[name]()
    run()
    before = tables_now()
    run()
    assert changed(before, tables_now()) <= {"base_auditentry", "base_unsealed"}


def at_once(work: Callable[[], Any], times: int = AT_ONCE) -> list[Any]:
    """The answers of so many threads, all let go together, each on its own connection."""
    ready = Barrier(times)

    def run() -> Any:
        try:
            connections["default"].ensure_connection()
            ready.wait(timeout=60)
            return work()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        return [one.result() for one in [pool.submit(run) for _ in range(times)]]


def test_twenty_at_once_with_one_key_have_one_effect(committed_db):
    for name in RACED:
        told = overheard(name, EXAMPLES[name]())
        count, run = performed(name), actions.ACTIONS[name].run
        with clock.business_at(told.moment):
            answers = at_once(lambda t=told, r=run: r(**t.facts, by=t.by, key="表单1"))
        assert len({getattr(answer, "pk", answer) for answer in answers}) == 1, name
        assert performed(name) == count + 1, name


@action("test.add_next_year", needs="calendar.load")
def add_next_year(source: str, *, by: Actor) -> int:
    OfficialYear.objects.create(year=2050 + OfficialYear.objects.count(), source=source)
    return OfficialYear.objects.count()


def year_told() -> Told:
    return overheard("test.add_next_year", lambda: add_next_year("甲", by=Actor.system()))


@pytest.mark.django_db
def test_a_key_that_is_not_bound_to_its_user_is_caught(monkeypatch):
    told = year_told()
    assert faults_of_repeating(told) == []
    assert is_another_key_for(told, replace(told.by, user_id=7))
    claim = actions._claim
    monkeypatch.setattr(
        actions, "_claim", lambda by, *rest: claim(replace(by, user_id=None), *rest)
    )
    assert not is_another_key_for(told, replace(told.by, user_id=7))


@pytest.mark.django_db
def test_a_body_that_is_not_compared_is_caught(monkeypatch):
    monkeypatch.setattr(actions, "_digest", lambda facts: b"")
    assert "other content passed: ['source']" in faults_of_repeating(year_told())


@pytest.mark.django_db
def test_an_answer_that_is_not_remembered_is_caught(monkeypatch):
    claim = actions._claim

    def forgetful(*told: Any) -> tuple[bool, Any]:
        Idempotency.objects.all().delete()
        return claim(*told)

    monkeypatch.setattr(actions, "_claim", forgetful)
    assert any("more times" in sentence for sentence in faults_of_repeating(year_told()))
