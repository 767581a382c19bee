"""The bugs: what each breaks, where, and which test must fail."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Mutant:
    """One planted bug: ``old`` occurs once in ``file`` and becomes ``new``; ``test`` must fail."""

    promise: str
    bug: str
    file: str
    old: str
    new: str
    test: str


PROMISES = "tests/promises/"
WHOLE = f"{PROMISES}test_c2_whole_or_not_at_all.py"
AUDITED = f"{PROMISES}test_a3_every_change_is_audited.py"
REPEATED = f"{PROMISES}test_m6_any_number_of_times.py"
SAME_FILE = f"{PROMISES}test_f6_the_same_file_again.py"
TAMPERED = f"{PROMISES}test_a1_a2_tampering.py"
KILLED = "tests/exchange/test_kills.py"

MUTANTS = (
    Mutant(
        "C2",
        "an error inside an action is swallowed",
        "doudi/people/facts.py",
        "    put(person_id, values, source)\n",
        "    from django.db import DatabaseError, transaction\n\n"
        "    try:\n"
        "        with transaction.atomic():\n"
        "            put(person_id, values, source)\n"
        "    except DatabaseError:\n"
        "        pass\n",
        f"{WHOLE}::test_an_action_is_whole_or_not_at_all_at_every_statement[fact.record]",
    ),
    Mutant(
        "C2",
        "a row is written before the transaction",
        "doudi/base/actions.py",
        "            with scope(by), transaction.atomic():\n"
        '                faults.here(f"{name}:begin")\n',
        "            with connection.cursor() as early:\n"
        '                early.execute("insert into base_idempotency (action, key, digest) "\n'
        "                              \"values (%s, 'x', '') on conflict do nothing\", [name])\n"
        "            with scope(by), transaction.atomic():\n"
        '                faults.here(f"{name}:begin")\n',
        f"{WHOLE}::test_an_action_is_whole_or_not_at_all_at_every_statement[case.accept]",
    ),
    Mutant(
        "A3",
        "a guarded table may be written outside an action",
        "doudi/base/sql/audit.sql",
        "if coalesce(current_setting('app.action', true), '') = '' then",
        "if false then",
        f"{AUDITED}::test_every_way_of_the_orm_is_refused_outside_an_action",
    ),
    Mutant(
        "A3",
        "an insert leaves no entry",
        "doudi/base/sql/audit.sql",
        "  if written > 0 then\n"
        "    perform doudi_add_entry(current_setting('app.entry_' || tg_table_name)::bigint,\n"
        "      doudi_action(), 'I',",
        "  if false then\n"
        "    perform doudi_add_entry(current_setting('app.entry_' || tg_table_name)::bigint,\n"
        "      doudi_action(), 'I',",
        f"{AUDITED}::test_an_action_leaves_an_entry_for_every_table_that_it_changes[fact.record]",
    ),
    Mutant(
        "M6",
        "the body is not compared",
        "doudi/base/actions.py",
        "if bytes(known) != digest:",
        "if False:",
        f"{REPEATED}::test_a_form_sent_again_has_one_effect_and_other_content_is_refused"
        "[consent.record]",
    ),
    Mutant(
        "M6",
        "the key is not bound to the user",
        "doudi/base/actions.py",
        "def _claim(by: Actor, name: str, key: str, digest: bytes) -> tuple[bool, Any]:\n",
        "def _claim(by: Actor, name: str, key: str, digest: bytes) -> tuple[bool, Any]:\n"
        "    by = Actor.system()\n",
        f"{REPEATED}::test_a_form_sent_again_has_one_effect_and_other_content_is_refused"
        "[consent.record]",
    ),
    Mutant(
        "F6",
        "the same bytes are taken in again",
        "doudi/exchange/intake.py",
        "    if found is not None:\n        return found\n",
        "",
        f"{SAME_FILE}::test_the_same_file_again_is_a_no_op_and_one_changed_row_changes_one_fact",
    ),
    Mutant(
        "F8",
        "what a killed worker left half way is never taken up again",
        "doudi/base/worklist.py",
        "set status = 'todo' where status = 'doing' ",
        "set status = 'todo' where status = 'failed' ",
        f"{KILLED}::test_killed_at_any_boundary_a_delivery_is_neither_lost_nor_doubled",
    ),
    Mutant(
        "A1",
        "the verifier does not look at the leaf",
        "doudi/base/verifier.py",
        "            if bytes(leaf) != bytes(again):\n",
        "            if False:\n",
        f"{TAMPERED}::test_a_changed_column_of_any_audit_entry_is_named",
    ),
    Mutant(
        "A2",
        "the witness is not asked",
        "doudi/base/verifier.py",
        "        if chains.get(number) != told:\n",
        "        if False:\n",
        TAMPERED,
    ),
)
