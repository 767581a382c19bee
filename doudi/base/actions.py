"""One way to write: ``@action`` (docs/adr/0001-actions.md).

Permission, scope, lock, change, audit and hand-off happen in one transaction, in one decorator, so
that no author can forget one. Writes outside an action are refused by the database itself.
"""

from __future__ import annotations

import functools
import hashlib
import inspect
import json
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date, datetime
from typing import Any, ParamSpec, TypeVar

from django.apps import apps
from django.db import connection, models, transaction

from doudi.base.access import Actor, scope
from doudi.kernel import faults
from doudi.kernel.dates import Month
from doudi.kernel.problems import Problem

P = ParamSpec("P")
R = TypeVar("R")


class SameKeyOtherContent(Problem):
    """A form's key came back with other content."""

    code = "action.same_key_other_content"
    status = 409
    say = "这张表单已经提交过，但内容不同，本次没有保存。"
    next = "请刷新页面，核对已保存的内容后再操作。"
    fields = ()


def keyed(verb: Callable[P, R], key: str) -> Callable[P, R]:
    """The verb as one form calls it: the same key again finds the same answer."""
    return functools.partial(verb, key=key)  # type: ignore[arg-type]


@dataclass(frozen=True)
class Action:
    """What is known of an action: drives the tests that walk all of them."""

    name: str
    needs: str
    run: Callable[..., Any]
    fresh_seal: bool


ACTIONS: dict[str, Action] = {}
_current: ContextVar[int | None] = ContextVar("action", default=None)


def action(
    name: str, *, needs: str, fresh_seal: bool = False
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a verb the one way to change something.

    The verb takes ids, not rows, and ``by: Actor`` as keyword; callers may add ``key=`` (a form's
    idempotency key). ``needs`` is the permission; ``fresh_seal`` refuses to run while the audit has
    not been witnessed outside for half an hour (promise A5).
    """

    def decorate(verb: Callable[P, R]) -> Callable[P, R]:
        assert name not in ACTIONS, f"two actions are called {name}"
        names = inspect.signature(verb)

        @functools.wraps(verb)
        def run(*args: Any, by: Actor, key: str | None = None, **kwargs: Any) -> Any:
            by.demand(needs)
            told = names.bind(*args, by=by, **kwargs).arguments
            facts = {k: v for k, v in told.items() if k != "by"}
            with scope(by), transaction.atomic():
                faults.here(f"{name}:begin")
                if fresh_seal:
                    from doudi.base.sealing import demand_fresh_witness

                    demand_fresh_witness()
                digest = _digest(facts)
                if key is not None:
                    found, answer = _claim(by, name, key, digest)
                    if found:
                        return answer
                with Entered(name, by, facts, digest):
                    result = verb(*args, by=by, **kwargs)  # type: ignore[arg-type]
                if key is not None:
                    _remember(by, name, key, result)
                faults.here(f"{name}:commit")
            faults.here(f"{name}:done")
            return result

        ACTIONS[name] = Action(name, needs, run, fresh_seal)
        return run  # type: ignore[return-value]

    return decorate


class Entered:
    """Writes the action's own audit entry and names it to the triggers; actions may nest."""

    def __init__(self, name: str, by: Actor, facts: dict[str, Any], digest: bytes) -> None:
        self.name, self.by, self.facts, self.digest = name, by, facts, digest

    def __enter__(self) -> None:
        detail = {
            "who": self.by.name,
            "role": self.by.role,
            "post": self.by.post_id,
            "facts": _shown(self.facts),
            "digest": self.digest.hex(),
        }
        with connection.cursor() as cursor:
            cursor.execute(
                "select e, set_config('app.action', e::text, true), "
                "doudi_add_entry(e, e, 'A', %s, 0, null, %s, %s, %s) "
                "from nextval('base_entry_seq') e",
                [self.name, self.by.user_id, self.by.place, json.dumps(detail, ensure_ascii=False)],
            )
            self.number = cursor.fetchone()[0]
        self.token = _current.set(self.number)

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        _current.reset(self.token)
        if kind is None:
            outer = _current.get()
            with connection.cursor() as cursor:
                cursor.execute(
                    "select set_config('app.action', %s, true)",
                    ["" if outer is None else str(outer)],
                )


def record_read(subject: str, *, by: Actor, why: str = "") -> None:
    """Record that somebody opened a person's file (promise A7): one leaf of the audit."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "select doudi_add_entry(e, e, 'R', %s, 0, null, %s, %s, %s) "
            "from nextval('base_entry_seq') e",
            [
                subject,
                by.user_id,
                by.place,
                json.dumps(
                    {"who": by.name, "role": by.role, "post": by.post_id, "why": why},
                    ensure_ascii=False,
                ),
            ],
        )


# Arguments that may be named in the audit as they are; everything else is shown by its size only,
# because free text and identities have no place in a log. The digest covers all of it.
_PLAIN = (int, bool, date, datetime, Month, type(None))


def _shown(facts: dict[str, Any]) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for name, value in facts.items():
        if isinstance(value, _PLAIN) or name.endswith(("_code", "_ref", "kind", "place")):
            shown[name] = str(value) if value is not None else None
        else:
            shown[name] = f"<{type(value).__name__}>"
    return shown


def _canonical(value: Any) -> Any:
    if isinstance(value, bytes | bytearray | memoryview):
        return hashlib.sha256(value).hexdigest()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, models.Model):
        return f"{value._meta.label}:{value.pk}"
    return str(value)


def _digest(facts: dict[str, Any]) -> bytes:
    text = json.dumps(facts, sort_keys=True, ensure_ascii=False, default=_canonical)
    return hashlib.sha256(text.encode()).digest()


def _claim(by: Actor, name: str, key: str, digest: bytes) -> tuple[bool, Any]:
    """Take the key, or find the answer that it already gave.

    A second request with the same key waits here (unique index) until the first has committed.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into base_idempotency (user_id, action, key, digest) values (%s, %s, %s, %s) "
            "on conflict do nothing",
            [by.user_id, name, key, digest],
        )
        if cursor.rowcount:
            return False, None
        cursor.execute(
            "select digest, answer from base_idempotency "
            "where user_id is not distinct from %s and action = %s and key = %s",
            [by.user_id, name, key],
        )
        known, answer = cursor.fetchone()
    if bytes(known) != digest:
        raise SameKeyOtherContent()
    return True, _recall(json.loads(answer) if isinstance(answer, str) else answer)


def _remember(by: Actor, name: str, key: str, result: Any) -> None:
    if isinstance(result, models.Model):
        answer: Any = {"model": result._meta.label, "pk": result.pk}
    else:
        assert result is None or isinstance(result, int | str), (
            f"{name} answers {type(result).__name__}; a keyed action answers a row, a number, "
            "a text or nothing"
        )
        answer = {"value": result}
    with connection.cursor() as cursor:
        cursor.execute(
            "update base_idempotency set answer = %s "
            "where user_id is not distinct from %s and action = %s and key = %s",
            [json.dumps(answer), by.user_id, name, key],
        )


def _recall(answer: dict[str, Any] | None) -> Any:
    if answer is None or "value" in answer:
        return None if answer is None else answer["value"]
    model: Any = apps.get_model(answer["model"])
    return model.objects.get(pk=answer["pk"])
