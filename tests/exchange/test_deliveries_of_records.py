"""Deliveries of JSON, XML and fixed width go the same way as sheets, to the same facts."""

import pytest

from doudi.kernel import clock
from tests.exchange.arrange import facts_now, register, send
from tests.exchange.samples import TODAY, as_csv, as_fixed, as_json, as_xml, good_table

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _june():
    with clock.business_at(TODAY):
        yield


@pytest.mark.parametrize("write", [as_json, as_xml, as_csv])
def test_a_file_of_named_records_becomes_the_same_facts_and_hidden_characters_stop_nothing(write):
    register(range(1, 11))
    rows = good_table("pension", 10)
    rows[4][0] = "钱\x00" if write is not as_xml else ""
    rows[6][1] = "\x7f1" + rows[6][1]
    done = send(write(rows))
    assert (done.state, done.rows_read, done.rows_matched, done.rows_rejected) == (
        "已入库", 10, 8, 2,
    )  # fmt: skip
    assert (done.facts_new, len(facts_now())) == (8, 8)


def test_a_file_at_fixed_places_becomes_facts_and_again_changes_nothing():
    register(range(1, 11))
    done = send(as_fixed(good_table("bank_balance", 10)), "bank_balance")
    assert (done.state, done.facts_new) == ("已入库", 10)
    assert send(as_fixed(good_table("bank_balance", 10)), "bank_balance").pk == done.pk
    assert send(as_json(good_table("bank_balance", 10)), "bank_balance").facts_same == 10
