"""Seals cover every committed entry once, leave the database, and stop decisions if they do not."""

import threading
from datetime import timedelta

import pytest

from doudi.base import sealing, witness
from doudi.base.access import Actor
from doudi.base.actions import action
from doudi.base.calendars import load_official_years
from doudi.base.models import AuditEntry, OfficialYear, Seal, SealReceipt, Unsealed
from doudi.kernel import clock
from tests.arrange import witness_now

pytestmark = pytest.mark.django_db


@action("test.decide", needs="calendar.load", fresh_seal=True)
def decide_something(*, by: Actor) -> None:
    OfficialYear.objects.create(year=2050, source="x")


@pytest.fixture
def receiver(tmp_path, monkeypatch):
    server = witness.serve(tmp_path, 0)
    monkeypatch.setenv("DOUDI_WITNESS", f"127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield tmp_path / "witness.jsonl"
    server.shutdown()
    thread.join()
    server.server_close()


def test_every_entry_is_in_exactly_one_seal_and_none_waits_afterwards():
    load_official_years(by=Actor.system())
    first = sealing.seal()
    with_more = AuditEntry.objects.count()
    assert Seal.objects.get(pk=first).entries == list(
        AuditEntry.objects.order_by("id").values_list("id", flat=True)
    )
    assert sealing.seal() == 0, "nothing new, no seal"
    assert not Unsealed.objects.exists()
    assert with_more == sum(len(seal.entries) for seal in Seal.objects.all())


@pytest.mark.promise("A5")
def test_without_a_fresh_witness_decisions_stop_and_say_why():
    with pytest.raises(sealing.NoFreshWitness) as stopped:
        decide_something(by=Actor.system())
    assert "30 分钟" in str(stopped.value)
    assert not OfficialYear.objects.exists()


@pytest.mark.promise("A5")
def test_a_receipt_of_this_half_hour_lets_decisions_run_and_an_older_one_does_not():
    witness_now()
    decide_something(by=Actor.system())
    SealReceipt.objects.create(seal_id=1, received_at=clock.machine_now(), receipt="{}")
    assert sealing.is_fresh()
    late = clock.machine_now() + sealing.STALE_AFTER + timedelta(seconds=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(clock, "machine_now", lambda: late)
        assert not sealing.is_fresh()


def test_what_is_published_stands_in_the_witness_own_file(receiver):
    load_official_years(by=Actor.system())
    receipt = sealing.publish()
    assert receipt is not None
    newest = Seal.objects.order_by("-id")[0]
    assert bytes(newest.chain).hex() in receiver.read_text()


def test_a_silent_witness_is_named_with_its_address(monkeypatch):
    load_official_years(by=Actor.system())
    monkeypatch.setenv("DOUDI_WITNESS", "127.0.0.1:9")
    with pytest.raises(witness.WitnessSilent, match=r"127\.0\.0\.1:9"):
        sealing.publish()


def test_somebody_who_only_knocks_does_not_stop_the_receiver(receiver):
    import socket

    with socket.create_connection(witness.address(), timeout=5):
        pass
    load_official_years(by=Actor.system())
    assert sealing.publish() is not None
