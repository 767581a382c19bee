"""One example of every action of this package, for tests that walk all actions.

Each ``prepare`` arranges what the action needs, and returns the call that performs it once.
"""

from collections.abc import Callable

from doudi.base.access import NATION, Actor, scope
from doudi.kernel import clock
from doudi.people.visits import VisitFacts
from doudi.watch import leads, loop
from doudi.watch.leads import LeadFacts
from doudi.watch.models import Alert
from doudi.watch.scan import scan
from tests.arrange import COUNTY, TOWNSHIP, VILLAGE, actor
from tests.watch.village import PERIOD, Somebody, benefit, certificate, death, family, stay

CLERK = actor("township_clerk", TOWNSHIP)
Call = Callable[[], object]


def _visit() -> VisitFacts:
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
    return loop.report_check(alert, _visit(), "自付大，缺劳力", "属实", disposal, told, by=CLERK)


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


EXAMPLES: dict[str, Callable[[], Call]] = {
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
}
