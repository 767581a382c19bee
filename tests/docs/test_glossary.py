"""Every word of the bureau that the code shows has a row, and the code knows every English name."""

import re
from functools import cache

import pytest

from doudi.base.roles import ROLES
from doudi.cases.procedures import PROCEDURES
from doudi.exchange import agreeing, processing
from doudi.payments import batches, stops
from doudi.people.kinds import KINDS
from doudi.watch import states
from doudi.watch.indicators import INDICATORS
from doudi.watch.kinds import dictionary
from tests.docs.pages import DOCS, ROOT, rows_of

ROWS = rows_of(DOCS / "glossary.md")


def _terms_of_the_code() -> dict[str, list[tuple[str, str]]]:
    """What the code shows to people, by where it stands: the word and its name in the code."""
    procedures = PROCEDURES.values()
    stages = [name for p in procedures for name in (*(s.name for s in p.stages), *p.ends)]
    deliveries = ("RECEIVED", "READ", "MATCHED", "STORED", "UNREADABLE")
    alerts = ("TO_RECEIVE", "TO_VISIT", "TO_DISPOSE", "HANDED_ON", "CLOSED")
    batch_states = ("MADE", "APPROVED", "RELEASED", "SETTLED", "RETURNED")
    return {
        "roles": [(role.label, role.code) for role in ROLES.values()],
        "stages of a case": [(name, "") for name in stages],
        "states of an alert": [(getattr(states, name), name) for name in alerts],
        "states of a lead": [(states.LEAD_OPEN, "LEAD_OPEN"), (states.LEAD_SETTLED, "")],
        "verdicts": [(word, "VERDICTS") for word in states.VERDICTS],
        "disposals": [(f"{code} {word}", "") for code, word in states.DISPOSALS.items()],
        "sources of leads": [(word, "LEAD_SOURCES") for word in states.LEAD_SOURCES],
        "states of a delivery": [(getattr(processing, name), name) for name in deliveries],
        "ways of a match": [(getattr(agreeing, n), n) for n in ("BY_ID", "TO_REVIEW", "NOBODY")],
        "states of a batch": [(getattr(batches, name), name) for name in batch_states],
        "stops": [(word, "") for word in stops.ALL],
        "kinds of facts": [(kind.label, kind.code) for kind in KINDS.values()],
        "indicators": [(each.label, code) for code, each in INDICATORS.items()],
        "kinds of people": [(kind.label, kind.code) for kind in dictionary()],
    }


@cache
def _code() -> str:
    files = (f for end in ("py", "yaml", "toml") for f in (ROOT / "doudi").rglob(f"*.{end}"))
    return "\n".join(file.read_text(encoding="utf-8") for file in sorted(files))


@pytest.mark.parametrize("where", sorted(_terms_of_the_code()))
def test_every_word_has_a_row_with_its_name(where):
    told = {(row[0], name) for row in ROWS for name in re.findall(r"`([^`]+)`", row[1])}
    words = {term for term, _ in told}
    wanted = _terms_of_the_code()[where]
    assert wanted
    missing = [pair for pair in wanted if (pair not in told if pair[1] else pair[0] not in words)]
    assert missing == []


def test_all_states_of_the_code_were_asked_for():
    """Else a new state would need no row."""
    asked = {term for term, _ in _terms_of_the_code()["states of an alert"]}
    assert asked == set(states.STATES)


def test_no_row_is_without_a_name_and_every_name_occurs_in_the_code():
    for row in ROWS:
        assert len(row) == 3, row
        names = re.findall(r"`([^`]+)`", row[1])
        assert names, row
        for name in names:
            assert re.search(rf"(?<![\w.]){re.escape(name)}(?!\w)", _code()), f"{row[0]}: {name}"


def test_a_word_that_stands_in_two_rows_means_two_things():
    pairs = [(row[0], row[1]) for row in ROWS]
    assert len(pairs) == len(set(pairs))
