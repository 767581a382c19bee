"""A1, A2: whatever somebody with all rights changes in the record, the verifier names it."""

import json
import os
from collections.abc import Callable

import psycopg
import pytest

from doudi.base import sealing
from doudi.base.access import Actor
from doudi.base.calendars import load_official_years
from doudi.base.models import Seal
from doudi.base.verifier import verify
from doudi.kernel.seals import chain_root, merkle_root
from tests.arrange import arranging

pytestmark = pytest.mark.promise("A1 A2")
LEAF = """sha256('\\x00'::bytea || convert_to(concat_ws('|', id, action_id, kind, name, row_count,
 coalesce(encode(rows_digest, 'hex'), '-'), coalesce(actor_id::text, '-'), place, detail, made_us),
 'UTF8'))"""


@pytest.fixture
def record(committed_db, owner_dsn, tmp_path) -> tuple[str, str]:
    """A sealed record of two actions, with the witness's file beside it."""
    load_official_years(by=Actor.system())
    sealing.seal()
    with arranging():
        from doudi.base.models import OfficialYear

        OfficialYear.objects.filter(year=2022).update(source="国办发明电〔2021〕11号")
        OfficialYear.objects.filter(year=2004).delete()
    sealing.seal()
    witness = tmp_path / "witness.jsonl"
    witness.write_text(
        "".join(
            json.dumps({"seal": s.pk, "chain": bytes(s.chain).hex()}) + "\n"
            for s in Seal.objects.order_by("id")
        )
    )
    return owner_dsn, str(witness)


@pytest.fixture
def attack(record, monkeypatch) -> Callable[..., list[str]]:
    """Run statements as the owner with every guard switched off, then verify."""
    dsn, witness = record

    def run(*statements: str) -> list[str]:
        with psycopg.connect(dsn, autocommit=True) as link:
            for statement in statements:
                for table in ("base_auditentry", "base_seal", "base_history", "base_officialyear"):
                    if table in statement:
                        link.execute(f"alter table {table} disable trigger user")
                link.execute(statement)
        return verify(dsn, witness)

    return run


def test_an_untouched_record_verifies(record):
    assert verify(*record) == []


COLUMNS = ("action_id", "kind", "name", "row_count", "rows_digest", "actor_id", "place", "detail")
NEW_VALUE = {
    "action_id": "action_id + 1",
    "kind": "'X'",
    "name": "name || 'x'",
    "row_count": "row_count + 1",
    "rows_digest": "coalesce(rows_digest, ''::bytea) || '\\x01'",
    "actor_id": "coalesce(actor_id, 0) + 1",
    "place": "'620522000000'",
    "detail": "detail || ' '",
    "made_us": "made_us + 1",
    "leaf": "set_bit(leaf, 7, 1 - get_bit(leaf, 7))",
}


@pytest.mark.parametrize("column", NEW_VALUE)
def test_a_changed_column_of_any_audit_entry_is_named(attack, column):
    found = attack(f"update base_auditentry set {column} = {NEW_VALUE[column]} where id = 2")
    assert any("entry 2" in sentence for sentence in found)


def test_every_single_bit_of_every_leaf_counts(record):
    dsn, witness = record
    with psycopg.connect(dsn, autocommit=True) as link:
        link.execute("alter table base_auditentry disable trigger user")
        (entries,) = link.execute("select count(*) from base_auditentry").fetchone() or (0,)
        bits = range(256) if os.environ.get("DOUDI_FULL") else range(0, 256, 16)
        for entry in range(1, int(entries) + 1):
            for bit in bits:
                flip = (
                    "update base_auditentry set leaf = "
                    f"set_bit(leaf, {bit}, 1 - get_bit(leaf, {bit})) where id = {entry}"
                )
                link.execute(flip)
                assert f"entry {entry} was altered" in verify(dsn, witness)
                link.execute(flip)
    assert verify(dsn, witness) == []


def test_a_row_changed_behind_the_audit_is_named_with_its_number(attack):
    found = attack("update base_officialyear set source = '伪造' where year = 2020")
    assert any("base_officialyear rows" in sentence for sentence in found)


def test_a_row_slipped_in_behind_the_audit_is_named(attack):
    found = attack(
        "insert into base_officialyear (year, source, audit_entry) values (1999, 'x', 999)"
    )
    assert any("no entry wrote them" in sentence for sentence in found)


def test_a_row_removed_behind_the_audit_is_named(attack):
    assert attack("delete from base_officialyear where year = 2019")


def test_an_old_image_rewritten_in_history_is_named(attack):
    assert attack('update base_history set image = image || \'{"source": "x"}\'')


def test_a_removed_audit_entry_is_named(attack):
    assert any("entry 2 was removed" in s for s in attack("delete from base_auditentry where id=2"))


def test_an_inserted_audit_entry_is_named(attack):
    found = attack(
        "insert into base_auditentry select 999, action_id, kind, name, row_count, rows_digest, "
        "actor_id, place, detail, made_us, leaf from base_auditentry where id = 2",
        f"update base_auditentry set leaf = {LEAF} where id = 999",
    )
    assert any("entry 999 was slipped in" in sentence for sentence in found)


def test_two_swapped_entries_are_named(attack):
    found = attack(
        "update base_auditentry set id = -2 where id = 2",
        "update base_auditentry set id = 2 where id = 3",
        "update base_auditentry set id = 3 where id = -2",
    )
    assert any("entry 2 was altered" in s for s in found)


def test_the_newest_seal_cannot_vanish_because_the_witness_has_it(attack):
    found = attack("delete from base_seal where id = (select max(id) from base_seal)")
    assert any("the seal was removed" in sentence for sentence in found)


def test_an_administrator_who_recomputes_every_hash_is_found_by_the_witness_alone(record):
    dsn, witness = record
    with psycopg.connect(dsn, autocommit=True) as link:
        for table in ("base_auditentry", "base_seal"):
            link.execute(f"alter table {table} disable trigger user")
        link.execute("update base_auditentry set detail = '改写' where id = 1")
        link.execute(f"update base_auditentry set leaf = {LEAF}")
        chain = None
        for number, entries in link.execute("select id, entries from base_seal order by id"):
            leaves = [
                bytes(leaf)
                for (leaf,) in link.execute(
                    "select leaf from base_auditentry where id = any(%s) order by id", [entries]
                )
            ]
            root = merkle_root(leaves)
            chain = chain_root(chain, root, len(leaves), entries[-1])
            link.execute(
                "update base_seal set root = %s, chain = %s where id = %s", [root, chain, number]
            )
    assert verify(dsn) == [], "without the witness a full rewrite cannot be seen: that is the point"
    assert any("the witness has another value" in sentence for sentence in verify(dsn, witness))
