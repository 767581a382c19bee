"""Examples of the actions of recovery, funds, price linkage and raised standards."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from datetime import date

from doudi.base.access import scope
from doudi.cases.models import Award
from doudi.payments.funds import (
    AllotmentFacts,
    ServiceFacts,
    confirm_allotment,
    confirm_service,
    enter_allotment,
    enter_service,
)
from doudi.payments.models import Allotment, Recovery
from doudi.payments.overpaid import OverpaidFacts, find_overpaid, open_recovery
from doudi.payments.recovery import (
    PlanFacts,
    RepaymentFacts,
    agree_plan,
    decide_recovery,
    hear_family,
    record_repayment,
    tell_family,
)
from doudi.payments.writing_off import decide_write_off, propose_write_off
from tests.arrange import COUNTY, OTHER_COUNTY, arranging
from tests.payments.owing import JULY, JUNE, county, paid, staff
from tests.payments.world import World

Prepare = Callable[[], Callable[[], object]]
_numbers = itertools.count(500)
DAY = date(2022, 6, 6)


class Owing:
    """A household paid for a month that was not due, and the two people who handle it."""

    def __init__(self) -> None:
        number = next(_numbers)
        self.world: World = county(1, first=1_000 * number)
        paid(self.world, JUNE)
        with arranging():
            Award.objects.filter(household=self.world.households[0]).update(
                before=date(2022, 6, 1), stop_reason="收入超标"
            )
        self.reviewer = staff("county_reviewer", f"审核{number}")
        self.leader = staff("county_leader", f"领导{number}")
        self.recovery = 0

    def found(self) -> Owing:
        find_overpaid(COUNTY, self.world.households[0], by=self.reviewer)
        with scope(COUNTY):
            self.recovery = Recovery.objects.get(household=self.world.households[0]).pk
        return self

    def told(self) -> Owing:
        tell_family(self.found().recovery, by=self.reviewer)
        return self

    def heard(self) -> Owing:
        hear_family(self.told().recovery, "没有异议。", by=self.reviewer)
        return self

    def decided(self) -> Owing:
        decide_recovery(self.heard().recovery, "追缴", "停发后仍发放", by=self.leader)
        return self

    def proposed(self) -> Owing:
        propose_write_off(self.decided().recovery, "无力偿还", by=self.reviewer)
        return self


def _owing(arrange: Callable[[Owing], Owing], act: Callable[[Owing], object]) -> Prepare:
    def prepare() -> Callable[[], object]:
        owing = arrange(Owing())
        return lambda: act(owing)

    return prepare


class Funds:
    """The two people of the finance office of a county that begins to keep funds."""

    def __init__(self) -> None:
        number = next(_numbers)
        self.maker = replace(staff("finance_maker", f"经办{number}"), place=OTHER_COUNTY)
        self.approver = replace(staff("finance_approver", f"复核{number}"), place=OTHER_COUNTY)
        self.document = f"财社〔2022〕{number}号"

    def enter(self) -> Allotment:
        facts = AllotmentFacts(self.document, "中央", 2022, 10_000_000, DAY, schemes=())
        return enter_allotment(OTHER_COUNTY, facts, by=self.maker)

    def confirmed(self) -> Allotment:
        return confirm_allotment(self.enter().pk, by=self.approver)

    def service(self) -> ServiceFacts:
        return ServiceFacts(self.document, self.confirmed().pk, "社工中心", 1_000, DAY)


def _confirm() -> Callable[[], object]:
    funds = Funds()
    row = funds.enter()
    return lambda: confirm_allotment(row.pk, by=funds.approver)


def _service() -> Callable[[], object]:
    funds = Funds()
    facts = funds.service()
    return lambda: enter_service(facts, by=funds.maker)


def _service_confirmed() -> Callable[[], object]:
    funds = Funds()
    row = enter_service(funds.service(), by=funds.maker)
    return lambda: confirm_service(row.pk, by=funds.approver)


EXAMPLES: dict[str, Prepare] = {
    "recovery.find": _owing(
        lambda o: o, lambda o: find_overpaid(COUNTY, o.world.households[0], by=o.reviewer)
    ),
    "recovery.open": _owing(
        lambda o: o,
        lambda o: open_recovery(
            OverpaidFacts(o.world.households[0], "低保", "骗取", JUNE, "交管部门证明"),
            by=o.reviewer,
        ),
    ),
    "recovery.tell": _owing(Owing.found, lambda o: tell_family(o.recovery, by=o.reviewer)),
    "recovery.hear": _owing(
        Owing.told, lambda o: hear_family(o.recovery, "没有异议。", by=o.reviewer)
    ),
    "recovery.decide": _owing(
        Owing.heard,
        lambda o: decide_recovery(o.recovery, "追缴", "停发后仍发放", by=o.leader),
    ),
    "recovery.agree": _owing(
        Owing.decided,
        lambda o: agree_plan(o.recovery, PlanFacts("抵扣", 5_000, JULY, DAY), by=o.reviewer),
    ),
    "recovery.repay": _owing(
        Owing.decided,
        lambda o: record_repayment(
            o.recovery, RepaymentFacts("票1", "现金", 5_000, DAY), by=o.world.maker
        ),
    ),
    "recovery.propose_write_off": _owing(
        Owing.decided, lambda o: propose_write_off(o.recovery, "无力偿还", by=o.reviewer)
    ),
    "recovery.write_off": _owing(
        Owing.proposed, lambda o: decide_write_off(o.recovery, "核销", by=o.leader)
    ),
    "fund.enter": lambda: (lambda funds: funds.enter)(Funds()),
    "fund.confirm": _confirm,
    "fund.enter_service": _service,
    "fund.confirm_service": _service_confirmed,
}
