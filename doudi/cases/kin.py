"""Near relatives (近亲属备案): whoever handles a file is not its family's kin.

《最低生活保障审核确认办法》第十一条、第二十条: where a member is a near relative of somebody who
handles 救助 or of a village officer, it is registered and the county must visit.
"""

from __future__ import annotations

from doudi.base.access import Actor, one_or_not_there
from doudi.base.actions import action
from doudi.base.locks import lock
from doudi.cases.household import member_ids
from doudi.cases.models import Case, CaseStep, Kinship
from doudi.cases.problems import KinDeclared, KinOfHandler, NoSuchForm, NotAMember
from doudi.kernel import clock
from doudi.kernel.problems import require
from doudi.people.models import Person

# 2012 年办法的定义，民法典第一千零四十五条。
RELATIONS = (
    "配偶", "父母", "子女", "兄弟姐妹", "祖父母", "外祖父母", "孙子女", "外孙子女",
)  # fmt: skip
ARTICLE = "最低生活保障审核确认办法 第十一条"


def check_kin(case: Case, by: Actor) -> None:
    """Raise ``KinOfHandler`` where a member of the household is this handler's declared kin."""
    members = member_ids(case.household_id, clock.business_today())
    rows = Kinship.objects.filter(official_id=by.user_id, person_id__in=members)
    for name, relation in rows.values_list("person__name", "relation"):
        raise KinOfHandler(case=case.number, person=name, relation=relation)


def has_kin(person_ids: list[int]) -> bool:
    """Whether one of these people is the declared kin of anybody who handles files."""
    return Kinship.objects.filter(person_id__in=person_ids).exists()


@action("case.declare_kin", needs="case.read")
def declare_kin(case_id: int, person_id: int, relation: str, *, by: Actor) -> Kinship:
    """Whoever opens a file of their kin says so and steps back; the county must visit."""
    assert by.user_id is not None, "kin are people's, never the machine's"
    lock(f"case:{case_id}")
    case: Case = one_or_not_there(Case.objects.all(), pk=case_id)
    allowed = "、".join(RELATIONS)
    require(relation in RELATIONS, NoSuchForm(what="近亲属关系", form=relation, allowed=allowed))
    members = member_ids(case.household_id, clock.business_today())
    require(person_id in members, NotAMember())
    person = one_or_not_there(Person.objects.all(), pk=person_id)
    known = Kinship.objects.filter(official_id=by.user_id, person_id=person_id).exists()
    require(not known, KinDeclared(person=person.name))
    kin: Kinship = Kinship.objects.create(
        official_id=by.user_id, person_id=person_id, relation=relation,
        declared_at=clock.business_now(),
    )  # fmt: skip
    case.kin_of_official = True
    case.save()
    CaseStep.objects.create(
        case=case, verb="case.declare_kin", title="近亲属备案", before_stage=case.stage,
        after_stage=case.stage, article=ARTICLE, note=f"{person.name}（{relation}）",
        by_id=by.user_id, role=by.role, at=clock.business_now(),
    )  # fmt: skip
    return kin
