"""C2: every action is whole or not at all, whichever of its statements fails."""

import gc
import os
from itertools import count
from pathlib import Path

import pytest
from django.db import DatabaseError, transaction

from doudi.base.access import Actor
from doudi.base.actions import Entered, action
from doudi.base.models import OfficialYear
from doudi.kernel import clock, faults
from tests.promises.walking import (
    EXAMPLES,
    FAILURES,
    START,
    Call,
    StatementFault,
    all_actions,
    changed,
    tables_now,
)

pytestmark = [pytest.mark.promise("C2"), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _world(settings, tmp_path, monkeypatch):
    settings.DOUDI_VAR = tmp_path
    settings.DOUDI_FILES = tmp_path / "files"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Nothing is killed here: the wait for the disk proves nothing.
    monkeypatch.setattr(os, "fsync", lambda handle: None)
    # What a failed call leaves lying about is collected between the calls, not inside one.
    gc.collect()
    gc.freeze()
    gc.disable()
    with clock.business_at(START):
        yield
    gc.enable()
    gc.unfreeze()


def torn_at(run: Call) -> list[str]:
    """Fail every statement of a call once, then let it run: what is left behind, or swallowed."""
    found: list[str] = []
    before = tables_now()
    for number in count(1):
        fault = StatementFault(number)
        try:
            with fault.armed():
                run()
        except FAILURES:
            if not fault.fired:
                raise
        else:
            if not fault.fired:
                break
            found.append(f"statement {number} failed and nobody was told: {fault.names[-1][:80]}")
        gc.collect()
        left = changed(before, tables_now())
        if left:
            return [*found, f"torn at statement {number}: {sorted(left)}: {fault.names[-1][:80]}"]
    if not changed(before, tables_now()):
        found.append("the example changes nothing")
    return found


def test_every_action_has_an_example():
    assert set(all_actions()) == set(EXAMPLES)


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_action_is_whole_or_not_at_all_at_every_statement(name):
    assert torn_at(EXAMPLES[name]()) == []


def files_in(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_an_action_is_whole_or_not_at_all_at_every_boundary_of_the_program(name, tmp_path):
    run = EXAMPLES[name]()
    before, kept = tables_now(), files_in(tmp_path)
    for number in count(1):
        with pytest.raises(faults.Injected) as caught, faults.fail_at(number):
            run()
        gc.collect()
        left = changed(before, tables_now())
        if caught.value.name == f"{name}:done":
            break
        assert not left, f"torn at {caught.value.name}"
        for path in files_in(tmp_path) - kept:
            path.unlink()  # kept for nothing, which is allowed; written again, it is a boundary
    assert left, "behind its last boundary the action is done"


@action("test.two_years", needs="calendar.load")
def add_two_years(*, by: Actor) -> None:
    OfficialYear.objects.create(year=2051, source="甲")
    OfficialYear.objects.create(year=2052, source="乙")


@action("test.one_year_or_two", needs="calendar.load")
def add_one_year_or_two(*, by: Actor) -> None:
    OfficialYear.objects.create(year=2051, source="甲")
    try:
        with transaction.atomic():
            OfficialYear.objects.create(year=2052, source="乙")
    except DatabaseError:
        pass


def a_write_before_the_transaction() -> None:
    with transaction.atomic(), Entered("test.before", Actor.system(), {}, b""):
        OfficialYear.objects.create(year=2050, source="先写")
    add_two_years(by=Actor.system())


def test_an_action_of_two_writes_passes():
    assert torn_at(lambda: add_two_years(by=Actor.system())) == []


def test_a_write_before_the_transaction_is_caught():
    found = torn_at(a_write_before_the_transaction)
    assert any("torn" in sentence and "base_officialyear" in sentence for sentence in found)


def test_an_error_that_is_swallowed_is_caught():
    found = torn_at(lambda: add_one_year_or_two(by=Actor.system()))
    assert any("nobody was told" in sentence for sentence in found)
