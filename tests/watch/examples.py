"""One example of every action of this package, for tests that walk all actions.

Each ``prepare`` arranges what the action needs, and returns the call that performs it once.
"""

import itertools
from collections.abc import Callable
from datetime import date

from doudi.base.access import NATION, Actor, scope
from doudi.base.models import Post, StoredFile, User
from doudi.exchange import intake
from doudi.exchange.models import Delivery
from doudi.exchange.processing import process_delivery
from doudi.kernel import clock
from doudi.people.facts import FactValue
from doudi.people.visits import VisitFacts
from doudi.watch import leads, loop, sweeps, thresholds
from doudi.watch.alike import check_alike, find_alike
from doudi.watch.leads import LeadFacts
from doudi.watch.models import Alert, AlikeCheck, Suspension, Sweep
from doudi.watch.register import ask_refresh, refresh
from doudi.watch.scan import scan
from doudi.watch.suspensions import check_death, suspend_share
from doudi.watch.sweeps import SweepFacts
from doudi.watch.vanished import ask_about_vanished, settle_vanished
from doudi.watch.withdrawals import withdraw_grounds
from tests.arrange import COUNTY, TOWNSHIP, VILLAGE, actor, arranging
from tests.exchange.arrange import register, send
from tests.exchange.lists import pensions
from tests.watch.lists import poor
from tests.watch.village import (
    PERIOD,
    Family,
    Somebody,
    benefit,
    certificate,
    death,
    families,
    family,
    stay,
    tell,
)

CLERK = actor("township_clerk", TOWNSHIP)
Call = Callable[[], object]
_numbers = itertools.count(5000, 10)


def visit() -> VisitFacts:
    return VisitFacts(
        purpose="预警核查", manner="入户", visited_at=clock.business_now(),
        visitors=("王强", "李敏"), findings="户主住院，家中缺劳力",
    )  # fmt: skip


def _run() -> object:
    return scan(COUNTY, PERIOD, by=Actor.system(COUNTY))


def _alert() -> int:
    home = family(Somebody(news=[stay(11000), certificate("42")]))
    _run()
    with scope(NATION):
        return Alert.objects.get(household_id=home.id).pk


def _received() -> int:
    alert = _alert()
    loop.receive_alert(alert, by=CLERK)
    return alert


def _report(alert: int, disposal: str = "A2", *, told: bool = True) -> Alert:
    return loop.report_check(alert, visit(), "自付大，缺劳力", "属实", disposal, told, by=CLERK)


def _checked(disposal: str = "A2", *, told: bool = True) -> int:
    alert = _received()
    _report(alert, disposal, told=told)
    return alert


def _scan() -> Call:
    family(Somebody(known=[benefit("低保")], news=[death(), stay(9000)]))
    family(Somebody(news=[stay(11000), certificate("42")]))
    return _run


def _receive() -> Call:
    alert = _alert()
    return lambda: loop.receive_alert(alert, by=CLERK)


def _reports() -> Call:
    alert = _received()
    return lambda: _report(alert)


def _tell() -> Call:
    alert = _checked(told=False)
    return lambda: loop.tell_policy(alert, by=CLERK)


def _return() -> Call:
    alert = _checked()
    leader = actor("township_leader", TOWNSHIP)
    return lambda: loop.return_alert(alert, "没有写明收入来源", by=leader)


def _hand() -> Call:
    alert = _checked()
    return lambda: loop.hand_to(alert, "cases.case:1", by=CLERK)


def _close() -> Call:
    alert = _checked("A0")
    return lambda: loop.close_alert(alert, by=CLERK)


def _lead() -> Call:
    home = family()
    facts = LeadFacts(VILLAGE, "张老汉", "独居，摔伤", household_id=home.id, reporter="李四")
    return lambda: leads.report_lead(facts, by=actor("village_worker", VILLAGE))


def _settle() -> Call:
    home = family()
    facts = LeadFacts(VILLAGE, "张老汉", "独居，摔伤", household_id=home.id)
    lead = leads.report_lead(facts, by=actor("village_worker", VILLAGE)).pk
    return lambda: leads.settle_lead(lead, "已上门，告知申请", by=CLERK)


def _from_alert() -> Call:
    alert = _alert()
    return lambda: leads.lead_from_alert(alert, by=CLERK)


def _refresh() -> Call:
    family(Somebody(known=[benefit("低保")]))
    return lambda: refresh(COUNTY, PERIOD, by=actor("county_reviewer"))


def _ask() -> Call:
    family(Somebody(known=[benefit("低保")]))
    return lambda: ask_refresh(COUNTY, PERIOD, by=actor("county_reviewer"))


def _dead() -> Family:
    return family(
        Somebody(known=[benefit("低保")]),
        Somebody("马老汉", birth=date(1940, 1, 1), news=[death()], relation="父亲"),
    )


def _suspend() -> Call:
    home = _dead()
    return lambda: suspend_share(home.people[1], home.id, by=Actor.system(COUNTY))


def _check_death() -> Call:
    home = _dead()
    suspend_share(home.people[1], home.id, by=Actor.system(COUNTY))
    with scope(NATION):
        number = Suspension.objects.get(household_id=home.id).pk
    return lambda: check_death(number, True, "已安葬，家属确认", by=CLERK)


def delivery(name: str = "住院.csv") -> int:
    """A delivery that was received and stored; facts that came with it name its number."""
    with arranging():
        number = StoredFile.objects.count() + 1
        file = StoredFile.objects.create(
            digest=f"{number:064}", size=1, media_type="text/csv", name=name,
            stored_at=clock.business_now(),
        )  # fmt: skip
        row: Delivery = Delivery.objects.create(
            format="medical", department="医疗保障局", place=COUNTY, period=PERIOD,
            authority="测试", file=file, file_name=name,
            received_at=clock.business_now(), state="已入库",
        )  # fmt: skip
    return row.pk


def _withdraw() -> Call:
    number = delivery()
    family(Somebody(news=[stay(11000)]), delivery=number)
    _run()
    intake.withdraw(number, "来源部门更正", by=actor("county_reviewer"))
    return lambda: withdraw_grounds(number, by=Actor.system(COUNTY))


def _no_sweep_runs() -> None:
    """Another example's campaign makes room: a place has one at a time."""
    with arranging():
        Sweep.objects.filter(state="进行中").update(
            state="已结束", ended_at=clock.business_now(), conclusion="让位"
        )


def _sweep() -> Sweep:
    family(Somebody(known=[certificate("42", date(2020, 1, 1))]))
    _no_sweep_runs()
    facts = SweepFacts("夏季排查", COUNTY, clock.business_today())
    return sweeps.start_sweep(facts, by=actor("county_reviewer"))


def _start_sweep() -> Call:
    family(Somebody(known=[certificate("42", date(2020, 1, 1))]))
    _no_sweep_runs()
    facts = SweepFacts("夏季排查", COUNTY, clock.business_today())
    return lambda: sweeps.start_sweep(facts, by=actor("county_reviewer"))


def _assign() -> Call:
    sweep = _sweep()
    with arranging():
        user = User.objects.create(username="cunji", name="孙协理")
        Post.objects.create(user=user, role="village_worker", place=VILLAGE, since=date(2022, 1, 1))
        part = sweep.parts.get(place=VILLAGE).pk
    return lambda: sweeps.assign_part(part, user.pk, by=CLERK)


def _people_of(sweep: Sweep) -> list[int]:
    """Rows of those in the village who have no outcome yet, the earliest first."""
    with scope(NATION):
        rows = sweep.people.filter(place=VILLAGE, covered_by="", reason="").order_by("id")
        return list(rows.values_list("pk", flat=True))


def _settle_person() -> Call:
    row = _people_of(_sweep())[-1]
    outcome = sweeps.Outcome("NEED_APPLY", "独居无收入", "入户")
    return lambda: sweeps.settle_person(row, outcome, by=actor("village_worker", VILLAGE))


def _end_sweep() -> Call:
    sweep = _sweep()
    outcome = sweeps.Outcome("PENDING", "七月已受理")
    for row in _people_of(sweep):
        sweeps.settle_person(row, outcome, by=actor("village_worker", VILLAGE))
    return lambda: sweeps.end_sweep(sweep.pk, "查完", by=actor("county_reviewer"))


def _set_threshold() -> Call:
    return lambda: thresholds.set_threshold(
        COUNTY, "R02", "R02.self_pay_over", "9000", clock.business_today(), "会议纪要",
        by=actor("county_leader"),
    )  # fmt: skip


def _gone_from_a_list() -> int:
    """A list that no longer names a poor person; returns the delivery."""
    # Numbers of their own: other examples arrange people, too.
    number = next(_numbers)
    first = range(number, number + 5)
    known = register(first)
    poor(known[number])
    send(pensions(first), period="2022-04")
    may = intake.receive(
        pensions(list(first)[1:], "202205"), file_name="五月.csv", format_code="pension",
        period="2022-05", place=COUNTY, by=actor("county_reviewer"),
    )  # fmt: skip
    process_delivery(may.pk)  # and no further: whoever watches has not looked yet
    return int(may.pk)


def _ask_vanished() -> Call:
    delivery = _gone_from_a_list()
    return lambda: ask_about_vanished(delivery, by=Actor.system(COUNTY))


def _settle_vanished() -> Call:
    delivery = _gone_from_a_list()
    ask_about_vanished(delivery, by=Actor.system(COUNTY))
    reviewer = actor("county_reviewer")
    return lambda: settle_vanished(delivery, "人社局答复：漏报", by=reviewer)


def _alike() -> int:
    """Twenty equal awards of one village on one day."""
    homes = families([(Somebody(f"户{at}"),) for at in range(20)])
    for home in homes:
        tell(home.people[0], FactValue("benefit", "低保", 41700, valid_since=date(2022, 6, 1)),
             source=f"decision:{home.id}")  # fmt: skip
    return len(homes)


def _find_alike() -> Call:
    assert _alike()
    return lambda: find_alike(COUNTY, "2022-06", by=Actor.system(COUNTY))


def _check_alike() -> Call:
    assert _alike()
    find_alike(COUNTY, "2022-06", by=Actor.system(COUNTY))
    with scope(NATION):
        row = AlikeCheck.objects.get().pk
    return lambda: check_alike(row, 5, 0, "逐户核算过", by=actor("county_reviewer"))


EXAMPLES: dict[str, Callable[[], Call]] = {
    "vanished.ask": _ask_vanished,
    "vanished.settle": _settle_vanished,
    "watch.scan": _scan,
    "alert.receive": _receive,
    "alert.report": _reports,
    "alert.tell_policy": _tell,
    "alert.return": _return,
    "alert.hand_to": _hand,
    "alert.close": _close,
    "lead.report": _lead,
    "lead.settle": _settle,
    "lead.from_alert": _from_alert,
    "register.ask": _ask,
    "register.refresh": _refresh,
    "death.suspend": _suspend,
    "death.check": _check_death,
    "alert.withdraw": _withdraw,
    "threshold.set": _set_threshold,
    "alike.find": _find_alike,
    "alike.check": _check_alike,
    "sweep.start": _start_sweep,
    "sweep.assign": _assign,
    "sweep.settle": _settle_person,
    "sweep.end": _end_sweep,
}
