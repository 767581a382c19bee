"""Two files of one person become one, and can be taken apart again exactly (docs/people.md).

A merge is a recorded equivalence. Nothing moves: facts, awards, payments, visits and accounts stay
with the file under which they were written, so every number keeps pointing right. What is said of
the file that is given up is mirrored on the kept one, also what comes later; its place in a
household ends. Undoing takes the mirrors back and restores the household as it stood.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from django.db.models import Q

from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import action
from doudi.base.locks import lock
from doudi.kernel import clock
from doudi.kernel.problems import Problem, require
from doudi.kernel.text import clip
from doudi.people import chain, facts, visibility
from doudi.people.models import Fact, Household, Member, Person, PersonMerge
from doudi.people.problems import (
    AlreadyMerged,
    BothReceive,
    CannotRestore,
    DeathsDiffer,
    HeadsOthers,
    MergeReasonMissing,
    NotMerged,
    SamePerson,
)

Objection = Callable[[int, int], Problem | None]
# Packages downstream say what stands against a merge (kept, gone); they register themselves here.
_OBJECTORS: dict[str, Objection] = {}


def objects_to_merge(objector: Objection) -> Objection:
    """Register a function that answers why two persons cannot be merged now, or None."""
    _OBJECTORS[f"{objector.__module__}.{objector.__name__}"] = objector
    return objector


def objections(kept_id: int, gone_id: int) -> list[Problem]:
    """Everything that stands against merging one person's file into another's."""
    kept = one_or_not_there(Person.objects.all(), pk=kept_id)
    gone = one_or_not_there(Person.objects.all(), pk=gone_id)
    found: list[Problem] = []
    live = PersonMerge.objects.filter(undone_at=None)
    if kept_id == gone_id:
        return [SamePerson()]
    if live.filter(Q(gone_id__in=(kept_id, gone_id)) | Q(kept_id=gone_id)).exists():
        found.append(AlreadyMerged())
    if kept.died_on != gone.died_on:
        found.append(DeathsDiffer(one=kept.died_on or "未登记", other=gone.died_on or "未登记"))
    found += [BothReceive(scheme=scheme) for scheme in shared_benefits(kept_id, gone_id)]
    others = _lives_with(gone_id) - _lives_with(kept_id) - {gone_id, kept_id}
    if others and Household.objects.filter(head_id=gone_id, before=None).exists():
        found.append(HeadsOthers())
    told = (_OBJECTORS[name](kept_id, gone_id) for name in sorted(_OBJECTORS))
    return found + [problem for problem in told if problem is not None]


def shared_benefits(one_id: int, other_id: int) -> list[str]:
    """Schemes that two persons would receive twice: each in an award of their own household.

    The benefit stands with the head or the applicant and pays for all who live there, so persons
    of one household share one award.
    """
    today = clock.business_today()
    homes = (_lives_with(one_id) | {one_id}, _lives_with(other_id) | {other_id})
    if homes[0] == homes[1]:
        homes = ({one_id}, {other_id})
    rows = Fact.objects.filter(
        Q(valid_before=None) | Q(valid_before__gt=today),
        kind="benefit", known_before=None, valid_since__lte=today,
        person_id__in=homes[0] | homes[1],
    ).exclude(source__startswith=f"{facts.MERGE}:")  # fmt: skip
    told = list(rows.values_list("person_id", "key"))
    schemes = [{key for person, key in told if person in home} for home in homes]
    return sorted(schemes[0] & schemes[1])


def _lives_with(person_id: int) -> set[int]:
    """Everybody of the household in which a person lives, the person included."""
    homes = Member.objects.filter(person_id=person_id, before=None).values("household_id")
    rows = Member.objects.filter(household_id__in=homes, before=None)
    return set(rows.values_list("person_id", flat=True))


@action("person.merge", needs="match.review")
def merge_people(kept_id: int, gone_id: int, why: str, *, by: Actor) -> PersonMerge:
    """Say that two files are one person's: the one is kept, the other given up, nothing is lost.

    Refused where an award of one scheme would then be held twice (``BothReceive``), where deaths
    differ, or where either file stands in another merge.
    """
    require(why.strip(), MergeReasonMissing())
    lock(f"merge:{min(kept_id, gone_id)}", f"merge:{max(kept_id, gone_id)}")
    lock(f"facts:{kept_id}", f"facts:{gone_id}", f"member:{gone_id}")
    for problem in objections(kept_id, gone_id):
        raise problem
    merge: PersonMerge = PersonMerge.objects.create(
        kept_id=kept_id,
        gone_id=gone_id,
        why=clip(why.strip(), 200),
        merged_at=clock.business_now(),
        merged_by_id=by.user_id,
        changed=_leave_home(kept_id, gone_id, clock.business_today()),
    )
    facts.mirror([merge.pk], newer=True)
    visibility.follow([kept_id, gone_id])
    _tell([kept_id], merge, "并档", "另一份档案并入本人档案", why)
    return merge


def _leave_home(kept_id: int, gone_id: int, today: date) -> dict[str, Any]:
    """End the given-up file's place in its household; answers what was changed."""
    member = Member.objects.filter(person_id=gone_id, before=None).first()
    if member is None:
        return {}
    changed: dict[str, Any] = {"member": member.pk}
    home = Household.objects.select_for_update().get(pk=member.household_id)
    others = Member.objects.filter(household_id=home.pk, before=None).exclude(pk=member.pk)
    if home.head_id == gone_id and others.filter(person_id=kept_id).exists():
        changed["head_of"] = home.pk
        home.head_id = kept_id
        home.save(update_fields=["head"])
    elif home.before is None and not others.exists():
        changed["household"] = home.pk
        home.before = max(today, home.since)
        home.save(update_fields=["before"])
    if member.since >= today:  # it would end before it began: it never was
        changed["removed"] = [home.pk, member.relation, member.since.isoformat()]
        member.delete()
    else:
        member.before = today
        member.save(update_fields=["before"])
    chain.append(home.pk, "并档", "成员档案并入另一份，本户成员减少", person_id=gone_id)
    return changed


@action("person.unmerge", needs="match.review")
def unmerge_people(merge_id: int, why: str, *, by: Actor) -> PersonMerge:
    """Take a merge back: both files stand as if it had never been, with what came since."""
    require(why.strip(), MergeReasonMissing())
    merge: PersonMerge = one_or_not_there(PersonMerge.objects.all(), pk=merge_id)
    pair = (merge.kept_id, merge.gone_id)
    lock(f"merge:{min(pair)}", f"merge:{max(pair)}")
    lock(f"facts:{merge.kept_id}", f"facts:{merge.gone_id}", f"member:{merge.gone_id}")
    merge.refresh_from_db()
    require(merge.undone_at is None, NotMerged())
    merge.undone_at, merge.undone_by_id = clock.business_now(), by.user_id
    merge.undone_why = clip(why.strip(), 200)
    merge.save(update_fields=["undone_at", "undone_by", "undone_why"])
    facts.close_source(f"{facts.MERGE}:{merge.pk}")
    _come_home(merge)
    visibility.follow(pair)
    _tell(pair, merge, "并档恢复", "并档已恢复，两份档案各自独立", why)
    return merge


def _come_home(merge: PersonMerge) -> None:
    """Restore the household as it stood; refuses where it was changed since."""
    changed = merge.changed
    if not changed:
        return
    elsewhere = Member.objects.filter(person_id=merge.gone_id, before=None).exists()
    require(not elsewhere, CannotRestore(what="此人又加入了别的家庭"))
    if "removed" in changed:
        home_id, relation, since = changed["removed"]
        Member.objects.create(
            id=changed["member"], household_id=home_id, person_id=merge.gone_id,
            relation=relation, since=date.fromisoformat(since),
        )  # fmt: skip
    else:
        Member.objects.filter(pk=changed["member"]).update(before=None)
    if "household" in changed:
        Household.objects.filter(pk=changed["household"]).update(before=None)
    if "head_of" in changed:
        home = Household.objects.get(pk=changed["head_of"])
        require(home.head_id == merge.kept_id, CannotRestore(what="那一户又换了户主"))
        home.head_id = merge.gone_id
        home.save(update_fields=["head"])


def _tell(people: Iterable[int], merge: PersonMerge, kind: str, title: str, why: str) -> None:
    """Write it into the aid chain of the households concerned."""
    rows = Member.objects.filter(person_id__in=list(people), before=None)
    for home, person in rows.order_by("id").values_list("household_id", "person_id"):
        chain.append(
            home, kind, title, person_id=person, subject=f"people.merge:{merge.pk}",
            detail={"why": clip(why.strip(), 200)},
        )  # fmt: skip


def merges_of(person_id: int) -> list[PersonMerge]:
    """The merges in which a person's file stands or stood, the latest first."""
    rows = PersonMerge.objects.filter(Q(kept_id=person_id) | Q(gone_id=person_id))
    return list(rows.select_related("kept", "gone", "merged_by").order_by("-merged_at", "-id"))


def kept_for(person_ids: Iterable[int]) -> dict[int, int]:
    """Files that were given up, each with the file that is kept for it."""
    rows = PersonMerge.objects.filter(gone_id__in=list(person_ids), undone_at=None)
    return dict(rows.values_list("gone_id", "kept_id"))


__all__ = [
    "PersonMerge", "kept_for", "merge_people", "merges_of", "objections", "objects_to_merge",
    "shared_benefits", "unmerge_people",
]  # fmt: skip
