"""Verifies the sealed audit with nothing of doudi: python verifier.py DSN [WITNESS_FILE].

Needs psycopg and a role that sees all rows. Prints one line a finding; exit code 1 if there is any.
"""

import hashlib
import json
import sys

import psycopg

LEAF = """select id, leaf, sha256('\\x00'::bytea || convert_to(concat_ws('|', id, action_id, kind,
 name, row_count, coalesce(encode(rows_digest, 'hex'), '-'), coalesce(actor_id::text, '-'), place,
 detail, made_us), 'UTF8')) as again, made_us from base_auditentry order by id"""
AGREE = """with versions as (
  select t.audit_entry as entry, t.id, to_jsonb(t) as image from "{0}" t
  union all select written_entry, row_id, image from base_history where table_name = '{0}'),
 digests as (select entry, count(*) as n, sha256(string_agg(
   sha256(convert_to(jsonb_strip_nulls(image)::text, 'UTF8')), ''::bytea order by id)) as digest,
   (array_agg(id order by id))[1:5] as ids from versions group by entry)
 select coalesce(d.entry, a.id), a.id is null, d.ids, d.n, a.row_count
 from digests d full join (select * from base_auditentry
   where kind in ('I', 'U') and name = '{0}') a on a.id = d.entry
 where a.rows_digest is distinct from d.digest or a.row_count is distinct from d.n"""
GONE = """select a.id from base_auditentry a left join (select entry_id, count(*) as n,
   sha256(string_agg(sha256(convert_to(jsonb_strip_nulls(image)::text, 'UTF8')), ''::bytea
   order by row_id)) as digest from base_history where table_name = '{0}' group by entry_id) h
   on h.entry_id = a.id
 where a.kind = 'D' and a.name = '{0}' and a.rows_digest is distinct from h.digest"""
TABLES = """select table_name from information_schema.columns
 where table_schema = 'public' and column_name = 'audit_entry' order by 1"""


def root(leaves: list[bytes]) -> bytes:
    """The Merkle root: pairs are hashed behind 01, an odd last one moves up as it is."""
    while len(leaves) > 1:
        pairs = [leaves[i : i + 2] for i in range(0, len(leaves), 2)]
        leaves = [hashlib.sha256(b"\x01" + b"".join(p)).digest() if p[1:] else p[0] for p in pairs]
    return leaves[0] if leaves else hashlib.sha256().digest()


def check_seals(
    link: psycopg.Connection, leaves: dict[int, bytes], witness: dict[int, str]
) -> list[str]:
    """Every seal's root and chain, every entry in just one seal, every witnessed value."""
    found, sealed, chain, chains = [], set(), bytes(32), {}
    for number, entries, told_root, told_chain in link.execute(
        "select id, entries, root, chain from base_seal order by id"
    ):
        missing = [e for e in entries if e not in leaves]
        found += [f"seal {number}: entry {e} was removed" for e in missing]
        again = root([leaves[e] for e in entries if e in leaves])
        if again != bytes(told_root):
            found.append(f"seal {number}: its root does not fit its entries {entries[0]}…")
        count = len(entries).to_bytes(8, "big") + entries[-1].to_bytes(8, "big")
        chain = hashlib.sha256(b"\x02" + chain + bytes(told_root) + count).digest()
        if chain != bytes(told_chain):
            found.append(f"seal {number}: the chain is broken")
        found += [f"entry {e} is sealed twice" for e in entries if e in sealed]
        sealed.update(entries)
        chains[number] = chain.hex()
    for number, told in sorted(witness.items()):
        if chains.get(number) != told:
            found.append(f"seal {number}: the witness has another value, or the seal was removed")
    waiting = {e for (e,) in link.execute("select entry_id from base_unsealed")}
    found += [
        f"entry {e} was slipped in or its seal removed" for e in leaves.keys() - sealed - waiting
    ]
    return found


def verify(dsn: str, witness_file: str | None = None) -> list[str]:
    """All findings as sentences; none means that everything agrees."""
    witness = {}
    if witness_file:
        with open(witness_file, encoding="utf-8") as lines:
            witness = {told["seal"]: told["chain"] for told in map(json.loads, lines)}
    found, leaves = [], {}
    with psycopg.connect(dsn, options="-c timezone=UTC -c bytea_output=hex") as link:
        link.execute("set transaction isolation level repeatable read read only")
        for number, leaf, again, _ in link.execute(LEAF):
            leaves[number] = bytes(leaf)
            if bytes(leaf) != bytes(again):
                found.append(f"entry {number} was altered")
        found += check_seals(link, leaves, witness)
        for (table,) in link.execute(TABLES).fetchall():
            for entry, forged, ids, has, had in link.execute(AGREE.format(table)):
                what = "no entry wrote them" if forged else f"{has or 0} of {had} rows agree"
                found.append(f"{table} rows {ids or []}, entry {entry}: forged or removed; {what}")
            for (entry,) in link.execute(GONE.format(table)):
                found.append(f"{table}: what entry {entry} deleted was altered")
    return found


if __name__ == "__main__":
    findings = verify(*sys.argv[1:3])
    print("\n".join(findings) or "verified: nothing was forged, removed or rewritten")  # noqa: T201
    sys.exit(bool(findings))
