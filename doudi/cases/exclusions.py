"""Exclusions by person on one case (exclusions.toml, DESIGN §8.8)."""

from __future__ import annotations

import functools
import tomllib
from importlib import resources
from typing import NamedTuple

from doudi.base.access import Actor
from doudi.cases.models import Case, CaseStep
from doudi.cases.problems import SamePerson
from doudi.cases.procedures import PROCEDURES


class Exclusive(NamedTuple):
    """Two verbs that one person may not both do on one case."""

    verbs: tuple[str, str]
    why: str


@functools.cache
def exclusions() -> tuple[Exclusive, ...]:
    """The table, read once."""
    text = resources.files("doudi.cases").joinpath("exclusions.toml").read_text(encoding="utf-8")
    rows = tomllib.loads(text)["exclusive"]
    return tuple(Exclusive((row["verbs"][0], row["verbs"][1]), row["why"]) for row in rows)


def excluded_by(verb: str) -> dict[str, str]:
    """Which verbs shut a person out of this one, and why."""
    return {
        pair.verbs[1 - pair.verbs.index(verb)]: pair.why
        for pair in exclusions()
        if verb in pair.verbs
    }


def check_person(case: Case, verb: str, by: Actor) -> None:
    """Raise ``SamePerson`` where this person did something on the case that excludes the verb."""
    assert by.user_id is not None, "a case is handled by people, never by the machine"
    others = excluded_by(verb)
    if not others:
        return
    done = CaseStep.objects.filter(case=case, by_id=by.user_id, verb__in=others)
    found = done.order_by("id").values_list("verb", flat=True).first()
    if found is not None:
        raise SamePerson(case=case.number, done=title_of(case.procedure, found), why=others[found])


def title_of(procedure: str, verb: str) -> str:
    """What people call a verb, the first one (acceptance) included."""
    return PROCEDURES[procedure].title_of(verb)
