"""Simulated clerks: they work through alerts and cases by the same actions that people use.

Everything is derived from what the database says, so that a demo that was cut off goes on where it
stood. What a clerk finds on a visit is the truth that the generator knows about that family.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

from demo import office
from demo.county import County, HouseholdSeed
from demo.loading import COUNTY_PLACE, local_id_of
from demo.month import begins
from demo.progress import Progress, step
from doudi.base.access import Actor, scope
from doudi.cases import (
    applications,
    checking,
    decisions,
    investigation,
    opinions,
    publicity,
    review,
)
from doudi.cases import queries as cases
from doudi.cases.procedures import PROCEDURES
from doudi.exchange import verification
from doudi.kernel import clock
from doudi.people import consents
from doudi.people import queries as people
from doudi.people.visits import VisitFacts
from doudi.watch import leads, loop
from doudi.watch import queries as watch

# One case in so many stays in each stage, so that the desk is alive when it opens.
_KEPT_OF = 24
_STAGES = tuple(stage.name for stage in PROCEDURES["低保"].stages)
# One alert in so many is left untouched, and one received but not visited.
_UNTOUCHED_OF = 6
_PEOPLE_OF_ONE_HAND = 30_000
_LEAD_OF = 4

_FOUND = {
    "approve": "经入户核查，家庭收入明显下降，基本生活困难，情况属实。",
    "refuse_income": "经入户核查，家庭有稳定收入，支出可以负担。",
    "refuse_property": "经入户核查，家庭名下有车辆或房产，情况与预警不尽相符。",
    "subsidy": "经入户核查，残疾情况属实，应落实残疾人补贴。",
    "review": "经入户核查，需重新核定待遇。",
    "keep": "经入户核查，情况已说明，维持原待遇。",
}


def _at(month: int, day: int, hour: int = 9) -> datetime:
    return datetime(2022, month, day, hour, tzinfo=clock.SHANGHAI)


class Clerks:
    """The county's staff at work on one simulated month."""

    def __init__(self, county: County) -> None:
        self.county = county
        self.clerks = office.actors("township_clerk")
        self.leaders = office.actors("township_leader")
        self.reviewer = office.one("county_reviewer")
        self.leader = office.one("county_leader")
        # The clerks of the demo have a few hundred alerts in hand, however large the county is.
        self.one_in = max(1, round(len(county.people) / _PEOPLE_OF_ONE_HAND))
        self.stories = {story.household_id: story for story in county.truth}

    def clerk(self, place: str, number: int = 0) -> Actor:
        """The first or second clerk of the township in which a place lies."""
        return self.clerks[township_of(place)][number]

    def household(self, number: str) -> HouseholdSeed:
        """The seed behind a household's number."""
        return self.county.household(local_id_of(number))

    # ---- alerts

    def receive_alerts(self, progress: Progress) -> None:
        """Clerks take alerts over, all but one in six."""
        if not begins(_at(6, 2)):
            return
        for alert in self._alerts("待接收"):
            if alert.pk % _UNTOUCHED_OF and alert.pk // _UNTOUCHED_OF % self.one_in == 0:
                by = self.clerk(alert.place)
                loop.receive_alert(alert.pk, by=by)
                if alert.pk % _LEAD_OF == 0:
                    # Somebody of the village goes along: the alert becomes a lead of theirs.
                    leads.lead_from_alert(alert.pk, by=by)
                progress.step()

    def visit_families(self, progress: Progress) -> None:
        """Clerks visit and report; what they find is the truth."""
        if not begins(_at(6, 6)):
            return
        for alert in self._alerts("待走访"):
            if alert.pk % _UNTOUCHED_OF == 1:
                continue
            self._report(alert)
            progress.step()

    def _report(self, alert: Any) -> None:
        by = self.clerk(alert.place)
        story = self.stories.get(local_id_of(alert.household.number))
        expect = story.expect if story and story.direction != "none" else ""
        disposal, verdict = _disposal(alert, story, expect)
        loop.report_check(
            alert.pk,
            VisitFacts(
                purpose="预警核查",
                manner="入户",
                visited_at=clock.business_now(),
                visitors=(by.name, "村协理员"),
                findings=_FOUND.get(expect, "经入户核查，家庭生活正常，未发现困难。"),
                family_signed=True,
                visitors_signed=True,
            ),
            finding=_FOUND.get(expect, "经入户核查，家庭生活正常，未发现困难。"),
            verdict=verdict,
            disposal=disposal,
            policy_told=True,
            by=by,
        )
        with scope(by):
            asked = watch.leads().filter(alert_id=alert.pk).first()
        if asked is not None:
            leads.settle_lead(asked.pk, "已随乡镇入户核查", by=by)

    def close_alerts(self, progress: Progress) -> None:
        """What needed nothing more, or was put right at once, is closed."""
        if not begins(_at(6, 8)):
            return
        for alert in self._alerts("待处置"):
            if alert.disposal in ("A0", "A1"):
                loop.close_alert(alert.pk, by=self.clerk(alert.place))
                progress.step()

    def apply_for_help(self, progress: Progress) -> None:
        """Families whose trouble is real apply; the first clerk accepts."""
        if not begins(_at(6, 6, 14)):
            return
        for alert in self._alerts("待处置"):
            if alert.disposal == "A2":
                self._accept(alert)
                progress.step()

    def _accept(self, alert: Any) -> None:
        by = self.clerk(alert.place)
        seed = self.household(alert.household.number)
        with scope(by):
            adults = people.adults_of(alert.household_id, clock.business_today())
            members = people.household_view(alert.household_id).members
        if not adults:
            return
        head = next((a for a in adults if a.relation == "户主"), adults[0])
        applications.accept(
            alert.household_id,
            head.person_id,
            channel="主动发现",
            reason=_FOUND["approve"],
            declared=self._means(seed, members),
            alert_id=alert.pk,
            by=by,
        )

    def _alerts(self, state: str) -> list[Any]:
        with scope(COUNTY_PLACE):
            return list(watch.alerts(state=state).select_related("household"))

    # ---- cases

    def collect_consents(self, progress: Progress) -> None:
        """Every adult signs; then the check of means is asked for."""
        if not begins(_at(6, 7)):
            return
        items = PROCEDURES["低保"].check_items
        for case in self._cases("待授权"):
            by = self.clerk(case.place)
            with scope(by):
                adults = people.adults_of(case.household_id, clock.business_today())
            for adult in adults:
                consents.record_consent(
                    adult.person_id, tuple(items), clock.business_today(), by=by
                )
            checking.consents_done(case.pk, by=by)
            progress.step()

    def check_means(self, progress: Progress) -> None:
        """The check is asked for, answered from what the registry knows, and finished."""
        if not begins(_at(6, 9)):
            return
        for case in self._cases("待核对"):
            by = self.clerk(case.place)
            asked = checking.request_check(case.pk, by=by)
            verification.answer_from_registry(asked.verification_id)
            checking.finish_check(case.pk, by=by)
            progress.step()

    def investigate(self, progress: Progress) -> None:
        """The second clerk and a colleague visit; both sides sign."""
        if not begins(_at(6, 10)):
            return
        for case in self._cases("待调查"):
            by = self.clerk(case.place, 1)
            with scope(by):
                members = people.household_view(case.household_id).members
            investigation.record_investigation(
                case.pk,
                VisitFacts(
                    purpose="入户调查",
                    manner="入户",
                    visited_at=clock.business_now(),
                    visitors=(by.name, "村委会委员"),
                    findings="核实了家庭人口、收入和财产，邻里走访一致。",
                    subject=f"cases.case:{case.pk}",
                    family_signed=True,
                    visitors_signed=True,
                ),
                self._means(self.household(case.household.number), members),
                by=by,
            )
            progress.step()

    def give_opinions(self, progress: Progress) -> None:
        """The township leader agrees with what the rules say."""
        if not begins(_at(6, 13)):
            return
        for case in self._cases("待初审"):
            by = self.leaders[township_of(case.place)][0]
            due = self._is_due(case, by)
            reason = "收入和财产符合规定，同意上报。" if due else "不符合低保条件。"
            opinions.give_first_opinion(case.pk, due, reason, by=by)
            progress.step()

    def post_notices(self, progress: Progress) -> None:
        """The notice goes up in the village."""
        if not begins(_at(6, 13, 15)):
            return
        for case in self._cases("待公示"):
            publicity.post_notice(case.pk, "村务公开栏", by=self.clerk(case.place))
            progress.step()

    def end_notices(self, progress: Progress) -> None:
        """Seven days later it comes down and the case goes to the county."""
        if not begins(_at(6, 21)):
            return
        for case in self._cases("公示中"):
            publicity.end_notice(case.pk, by=self.clerk(case.place))
            progress.step()

    def review_cases(self, progress: Progress) -> None:
        """The county's reviewer gives an opinion."""
        if not begins(_at(6, 22)):
            return
        for case in self._cases("待审核"):
            due = self._is_due(case, self.reviewer)
            review.give_review(
                case.pk, due, "材料齐全，程序合规。" if due else "不符合条件。", by=self.reviewer
            )
            progress.step()

    def decide_cases(self, progress: Progress) -> None:
        """The county's leader decides; awards begin next month."""
        if not begins(_at(6, 24)):
            return
        for case in self._cases("待决定"):
            due = self._is_due(case, self.leader)
            decisions.decide(
                case.pk,
                "确认" if due else "不予确认",
                "人均收入低于标准，财产符合规定。" if due else "不符合最低生活保障条件。",
                by=self.leader,
            )
            progress.step()

    def begin_today(self, progress: Progress) -> None:
        """The last day: some of the visits that waited are made, and fresh applications taken."""
        if not begins(_at(7, 5, 10)):
            return
        for alert in self._alerts("待走访"):
            if alert.pk % 2:
                self._report(alert)
                progress.step()
        for alert in self._alerts("待处置"):
            if alert.disposal == "A2":
                self._accept(alert)
                progress.step()
        self._village_reports(progress)

    def _village_reports(self, progress: Progress) -> None:
        """A village worker tells of three families that no file has named."""
        worker = office.one("village_worker")
        told = [
            "男主人上月在工地摔伤，一直没有收入，两个孩子上学。",
            "老两口相继住院，儿女在外打工联系不上。",
            "独居老人房屋漏雨，近来吃饭靠邻居照应。",
        ]
        with scope(worker):
            known = set(watch.leads(state="").values_list("story", flat=True))
        for number, story in enumerate(told, 1):
            if story not in known:
                family = leads.LeadFacts(place=worker.place, about=f"{number}组一户", story=story)
                leads.report_lead(family, by=worker)
                progress.step()

    def _is_due(self, case: Any, by: Actor) -> bool:
        with scope(by):
            outcome = cases.preview(case.pk).outcome("低保")
        return outcome is not None and outcome.result == "符合"

    def _cases(self, stage: str) -> list[Any]:
        """Cases of a stage but for those that are to stay there."""
        with scope(COUNTY_PLACE):
            rows = list(cases.case_list(stage=stage))
        return [row for row in rows if row.pk % _KEPT_OF != _STAGES.index(stage)]

    def _means(self, seed: HouseholdSeed, members: Iterable[Any]) -> dict[str, Any]:
        """What the family has, in the words of the rules; fen over twelve months."""
        county = self.county
        told: dict[str, Any] = {
            "评定类别": "一类" if all(m.labour != "有" for m in county.members(seed)) else "二类",
            "金融资产": county.savings_fen(seed),
            "住房套数": 1 + (seed.local_id in county.second_houses),
            "机动车数": sum(1 for m in seed.members if _is_car(county.vehicles.get(m))),
            "经营企业数": sum(1 for m in seed.members if _is_company(county.enterprises.get(m))),
            "非居住房产数": 0,
        }
        by_name = {(m.name, m.birth): m for m in county.members(seed)}
        for member in members:
            person = by_name.get((member.name, member.birth))
            if person is None:
                continue
            income = county.income(person)
            pensions = income.pension_base + income.pension_account + income.pension_employee
            told[str(member.person_id)] = {
                "工资性收入": income.wage * 12,
                "工资为净额": True,
                "经营净收入": income.business * 12,
                "财产净收入": income.rent * 12,
                "转移性收入": (income.transfer + pensions) * 12,
                "基础养老金": income.pension_base * 12,
            }
        return told


def _is_car(vehicle: Any) -> bool:
    return vehicle is not None and bool(vehicle.is_car)


def _is_company(enterprise: Any) -> bool:
    return enterprise is not None and enterprise.type != "个体工商户"


def township_of(place: str) -> str:
    """The township in which a village lies."""
    return place[:9] + "000"


def _disposal(alert: Any, story: Any, expect: str) -> tuple[str, str]:
    if alert.direction == "退出":
        return "A4", "属实" if expect == "review" else "不属实"
    if expect == "approve":
        # What the desk cannot decide yet goes to the county's meeting.
        return ("A2" if story.programme == "低保" else "A3"), "属实"
    if expect == "subsidy":
        return "A1", "属实"
    if expect in ("refuse_income", "refuse_property"):
        # Some families ask for a decision all the same, and get one with its reasons.
        return ("A2" if alert.pk % 3 == 0 else "A0"), "部分属实"
    return "A0", "不属实"


def begin_today(county: County) -> None:
    """What the clerks do on the day on which the demo stands."""
    clerks = Clerks(county)
    with step("今天的走访和申请", "件") as progress:
        clerks.begin_today(progress)


def work(county: County) -> None:
    """The whole month of the clerks, day by day; again changes nothing."""
    clerks = Clerks(county)
    days: tuple[tuple[str, str, Callable[[Progress], None]], ...] = (
        ("乡镇接收预警", "件", clerks.receive_alerts),
        ("入户核查预警", "户", clerks.visit_families),
        ("受理低保申请", "件", clerks.apply_for_help),
        ("签署核对授权", "件", clerks.collect_consents),
        ("关闭无困难的预警", "件", clerks.close_alerts),
        ("核对经济状况", "件", clerks.check_means),
        ("两人入户调查", "件", clerks.investigate),
        ("乡镇初审意见", "件", clerks.give_opinions),
        ("张贴初审公示", "件", clerks.post_notices),
        ("公示期满上报", "件", clerks.end_notices),
        ("县级审核", "件", clerks.review_cases),
        ("县级决定", "件", clerks.decide_cases),
    )
    for label, unit, handler in days:
        with step(label, unit) as progress:
            handler(progress)
