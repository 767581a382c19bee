"""Consents (授权) to have somebody's means verified: no verification without one."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Q

from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import action
from doudi.kernel.dates import add_months
from doudi.kernel.problems import require
from doudi.people.models import Consent, Person
from doudi.people.problems import ConsentBackwards, ConsentWithoutItems

# Where the paper names no end: a year, after which means are reviewed anyhow.
_MONTHS_WITHOUT_END = 12


@action("consent.record", needs="consent.record")
def record_consent(
    person_id: int,
    items: tuple[str, ...],
    signed_on: date,
    *,
    by: Actor,
    purpose: str = "社会救助家庭经济状况核对",
    signed_by: str = "",
    signer_relation: str = "本人",
    before: date | None = None,
    file_id: int | None = None,
) -> Consent:
    """Record a signed consent; ``before`` is its first day without force (else a year on)."""
    wanted = tuple(dict.fromkeys(item.strip() for item in items if item.strip()))
    require(wanted, ConsentWithoutItems())
    ends = before or add_months(signed_on, _MONTHS_WITHOUT_END)
    require(signed_on < ends, ConsentBackwards(signed_on=signed_on, before=ends))
    person = one_or_not_there(Person.objects.all(), pk=person_id)
    return Consent.objects.create(
        person_id=person.pk,
        items=list(wanted),
        purpose=purpose,
        signed_by=signed_by or person.name,
        signer_relation=signer_relation,
        signed_on=signed_on,
        before=ends,
        file_id=file_id,
    )


@action("consent.revoke", needs="consent.record")
def revoke_consent(consent_id: int, revoked_on: date, *, by: Actor) -> None:
    """Record that a consent was taken back: no verification from that day on."""
    consent = one_or_not_there(Consent.objects.all(), pk=consent_id)
    consent.revoked_on = revoked_on
    consent.save(update_fields=["revoked_on"])


def missing_consents(person_ids: Iterable[int], items: Iterable[str], on: date) -> list[int]:
    """The persons, sorted, without consent in force on a day for every one of these items.

    Several papers of one person may cover the items together. One query.
    """
    wanted = set(items)
    people = sorted(set(person_ids))
    in_force = Consent.objects.filter(
        Q(revoked_on=None) | Q(revoked_on__gt=on),
        person_id__in=people,
        signed_on__lte=on,
        before__gt=on,
    )
    covered: dict[int, set[str]] = {}
    for person_id, given in in_force.values_list("person_id", "items"):
        covered.setdefault(person_id, set()).update(given)
    return [person for person in people if not wanted <= covered.get(person, set())]
