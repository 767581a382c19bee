"""特困: the six abilities, the form of support, and the care agreement of who lives at home.

《特困人员认定办法》第二十一条、第二十二条（自理能力）; who is supported at home (分散供养) has a
written agreement with a carer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from doudi.base.access import Actor
from doudi.base.actions import action
from doudi.cases import stages
from doudi.cases.declared.tekun import ABILITIES
from doudi.cases.investigation import lay_over
from doudi.cases.models import Case, CaseRecord, CaseStep
from doudi.cases.problems import (
    AbilityMissing,
    AgreementIncomplete,
    CareNotAssessed,
    NobodyNamed,
    NoSuchForm,
)
from doudi.kernel import clock
from doudi.kernel.money import Fen
from doudi.kernel.problems import require

ABILITY, AGREEMENT = "自理能力", "照料协议"
AT_HOME, IN_A_HOME = "分散供养", "集中供养"
SUPPORT = (AT_HOME, IN_A_HOME)


@action("case.assess_care", needs="case.check")
def assess_care(
    case_id: int, able: Mapping[int, Mapping[str, bool]], support: str, assessor: str, *, by: Actor
) -> CaseRecord:
    """Record who can do which of the six things, by whom it was found, and 集中 or 分散."""
    case = stages.take(case_id, "case.assess_care", by)
    allowed = "、".join(SUPPORT)
    require(support in SUPPORT, NoSuchForm(what="供养方式", form=support, allowed=allowed))
    said = stages.stated(assessor, "评定人")
    require(set(able) == set(case.subjects), NobodyNamed(procedure=case.procedure))
    for abilities in able.values():
        for name in ABILITIES:
            require(name in abilities, AbilityMissing(name=name))
    found = {str(one): {name: bool(able[one][name]) for name in ABILITIES} for one in sorted(able)}
    lay_over(case, {"household": {}, "members": found})
    record: CaseRecord = CaseRecord.objects.create(
        case=case, kind=ABILITY, by_id=by.user_id, at=clock.business_now(),
        content={"评定人": said, "供养方式": support, "六项": found},
    )  # fmt: skip
    unable = sum(not can for told in found.values() for can in told.values())
    stages.move(case, "case.assess_care", by, note=f"{support}；不能自主完成 {unable} 项；{said}")
    return record


def demand_assessed(case: Case) -> None:
    """Raise ``CareNotAssessed`` unless the county itself assessed (特困人员认定办法 第二十条)."""
    steps = CaseStep.objects.filter(case=case, verb="case.assess_care", role="county_reviewer")
    require(steps.exists(), CareNotAssessed(case=case.number))


def support_of(case: Case) -> str:
    """集中供养 or 分散供养 as last assessed; raises ``CareNotAssessed``."""
    row = CaseRecord.objects.filter(case=case, kind=ABILITY).order_by("-id").first()
    if row is None:
        raise CareNotAssessed(case=case.number)
    return str(row.content["供养方式"])


@dataclass(frozen=True)
class Agreement:
    """A care agreement: who cares, how related, for what, how often, for how much, until when."""

    carer: str
    relation: str
    services: str
    visits: str
    fee_fen: int
    ends_on: date


@action("case.sign_care", needs="case.investigate")
def sign_care(case_id: int, agreement: Agreement, *, by: Actor) -> CaseRecord:
    """Record the agreement that carer, person and township have signed; the case ends."""
    case = stages.take(case_id, "case.sign_care", by)
    told = {
        "照料人": agreement.carer, "与本人关系": agreement.relation,
        "服务内容": agreement.services, "探访次数": agreement.visits,
    }  # fmt: skip
    for name, value in told.items():
        require(value.strip(), AgreementIncomplete(field=name))
    require(agreement.ends_on > clock.business_today(), AgreementIncomplete(field="今后的到期日"))
    require(agreement.fee_fen >= 0, AgreementIncomplete(field="每月费用"))
    record: CaseRecord = CaseRecord.objects.create(
        case=case, kind=AGREEMENT, amount_fen=agreement.fee_fen, by_id=by.user_id,
        content={**told, "到期日": agreement.ends_on.isoformat()}, at=clock.business_now(),
    )  # fmt: skip
    note = f"照料人 {agreement.carer}，每月 {Fen(agreement.fee_fen).yuan()} 元"
    stages.move(case, "case.sign_care", by, to="已确认", note=note)
    return record
