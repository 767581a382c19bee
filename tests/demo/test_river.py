"""The whole river on a small county: files in, people found, families decided and paid, all of it
through the actions that clerks use; and run again, it changes nothing."""

import json
import threading

import pytest

from demo import bank, clerks, loading, month, office, prices
from demo.county import generate
from doudi.base import sealing, timekeeping, witness
from doudi.base.access import Actor, scope
from doudi.base.calendars import load_official_years
from doudi.base.verifier import verify
from doudi.cases.queries import Award, Case, Decision, recompute
from doudi.exchange.queries import Delivery
from doudi.kernel import clock
from doudi.payments.price_queries import PriceIndex, PriceRound
from doudi.payments.queries import Payable, Transfer, balanced
from doudi.people.queries import ChainEvent, Fact
from doudi.places.loading import load_divisions
from doudi.watch.queries import Alert, AlertHit, Lead

SCALE = 0.02


@pytest.fixture
def county(committed_db, tmp_path, monkeypatch, settings):
    """A county of six thousand people with its month of files, nothing processed yet."""
    settings.DOUDI_MOVABLE_CLOCK = True
    timekeeping.install()
    settings.DOUDI_VAR = tmp_path
    server = witness.serve(tmp_path / "witness", 0)
    monkeypatch.setenv("DOUDI_WITNESS", f"127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    load_official_years(by=Actor.system())
    load_divisions(within="6205", by=Actor.system())
    made = generate(scale=SCALE)
    loading.load(made, "清水县")
    office.hire()
    yield made, month.files_of(made, tmp_path / "files")
    clock.use_business_source(None)
    timekeeping.forget()
    server.shutdown()
    thread.join()
    server.server_close()


def run(county, files) -> None:
    sealing.publish()
    month.receive_on_time(files)
    clerks.work(county)
    sealing.publish()
    bank.pay()
    prices.judge_prices()
    month.receive_late(files)
    clerks.begin_today(county)
    sealing.publish()


def state() -> dict[str, int]:
    counted = (
        Delivery,
        Fact,
        Alert,
        AlertHit,
        Lead,
        Case,
        Decision,
        Award,
        Payable,
        Transfer,
        PriceIndex,
        PriceRound,
        ChainEvent,
    )
    with scope(loading.COUNTY_PLACE):
        return {model.__name__: model.objects.count() for model in counted}


def test_the_river_runs_from_a_departments_file_to_money_on_a_card_and_again_changes_nothing(
    county, owner_dsn, tmp_path, monkeypatch
):
    made, files = county
    run(made, files)
    once = state()
    assert all(once.values()), once
    run(made, files)
    assert state() == once
    with scope(loading.COUNTY_PLACE):
        _every_row_is_accounted_for()
        _money_adds_up()
        _decisions_can_be_computed_again()
        _people_in_trouble_were_found(made)
        _prices_were_judged()
    told = str(tmp_path / "witness" / "witness.jsonl")
    assert verify(owner_dsn, told) == []
    assert json.loads((tmp_path / "witness" / "witness.jsonl").read_text().splitlines()[-1])


def _every_row_is_accounted_for() -> None:
    for delivery in Delivery.objects.all():
        assert delivery.state == "已入库", delivery.problem
        assert delivery.rows_read == delivery.rows_accepted + delivery.rows_rejected


def _money_adds_up() -> None:
    assert balanced().holds, balanced().faults
    awarded = sum(Award.objects.values_list("amount_fen", flat=True))
    assert sum(Payable.objects.values_list("fen", flat=True)) == awarded


def _decisions_can_be_computed_again() -> None:
    for number in Decision.objects.values_list("pk", flat=True):
        again = recompute(number)
        assert again.same, again.differences


def _prices_were_judged() -> None:
    judged = PriceRound.objects.order_by("month").values_list("month", "state")
    assert list(judged) == [(f"2022-0{number}", "未启动") for number in range(1, 6)]


def _people_in_trouble_were_found(made) -> None:
    """Nearly every planted story that a clean row tells raised an alert for its household."""
    dirty = {row.story for row in made.rows if row.story is not None and row.dirt}
    numbers = set(Alert.objects.values_list("household__number", flat=True))
    alerted = {loading.local_id_of(number) for number in numbers}
    expected = [
        story
        for story in made.truth
        if story.direction == "in" and story.files and story.local_id not in dirty
    ]
    found = [story for story in expected if story.household_id in alerted]
    assert len(found) >= 0.9 * len(expected), {
        story.kind for story in expected if story not in found
    }
