"""The county's staff: everybody whom the law's procedure needs, and sample users for visitors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from demo.loading import COUNTY_PLACE
from doudi.base import accounts
from doudi.base.access import Actor
from doudi.kernel import clock
from doudi.places.queries import children, short_name

PASSWORD = "Qingshui-2022"  # noqa: S105  the demo's only secret, printed at every start
_FIRST = "First-Password-1"
_HIRED = date(2022, 1, 1)
SAMPLE_TOWNSHIP = "620521100000"  # 永清镇

# (sign-in name, name, role, place); the first of each role is printed as the sample.
COUNTY_STAFF = (
    ("shenhe", "陈审核", "county_reviewer", COUNTY_PLACE),
    ("shenpi", "周审批", "county_leader", COUNTY_PLACE),
    ("caiwu1", "吴编制", "finance_maker", COUNTY_PLACE),
    ("caiwu2", "郑复核", "finance_approver", COUNTY_PLACE),
    ("caiwu3", "冯放行", "finance_releaser", COUNTY_PLACE),
    ("ducha", "蒋督查", "inspector", COUNTY_PLACE),
    ("fenxi", "韩分析", "analyst", COUNTY_PLACE),
    ("sysadmin", "系统管理员", "system_administrator", COUNTY_PLACE),
    ("secadmin", "安全管理员", "security_administrator", COUNTY_PLACE),
    ("auditor", "审计管理员", "auditor", COUNTY_PLACE),
)
TOWNSHIP_STAFF = (
    ("jingban1", "王经办", "township_clerk"),
    ("jingban2", "李经办", "township_clerk"),
    ("lingdao", "赵分管", "township_leader"),
)
VILLAGE_WORKER = ("cunji", "孙协理", "village_worker")


@dataclass(frozen=True)
class Sample:
    """A user to try the desk with."""

    username: str
    name: str
    role: str
    place: str


def township_username(stem: str, place: str) -> str:
    """Sign-in name of a township's staff: the sample township's are short."""
    return stem if place == SAMPLE_TOWNSHIP else f"{stem}-{place[6:9]}"


def samples() -> list[Sample]:
    """One user for every role that can sign in to the desk, and a second clerk."""
    found = [Sample(*told) for told in COUNTY_STAFF]
    for stem, name, role in TOWNSHIP_STAFF:
        found.append(Sample(stem, name, role, SAMPLE_TOWNSHIP))
    stem, name, role = VILLAGE_WORKER
    found.append(Sample(stem, name, role, children(SAMPLE_TOWNSHIP)[0].code))
    return found


def hire() -> None:
    """Open every account and give every post; again changes nothing."""
    opener = Actor(None, "演示", "system_administrator", COUNTY_PLACE)
    granter = Actor(None, "演示", "security_administrator", COUNTY_PLACE)
    sample_names = {sample.username for sample in samples()}
    staff = [*COUNTY_STAFF]
    for township in children(COUNTY_PLACE):
        for stem, name, role in TOWNSHIP_STAFF:
            shown = f"{short_name(township.code)[:2]}{name}"
            is_sample = township.code == SAMPLE_TOWNSHIP
            staff.append(
                (
                    township_username(stem, township.code),
                    name if is_sample else shown,
                    role,
                    township.code,
                )
            )
    stem, name, role = VILLAGE_WORKER
    staff.append((stem, name, role, children(SAMPLE_TOWNSHIP)[0].code))
    for username, shown, role, place in staff:
        sample = Sample(username, shown, role, place)
        _take_on(sample, opener, granter, is_shown=username in sample_names)


def _take_on(sample: Sample, opener: Actor, granter: Actor, *, is_shown: bool) -> None:
    if accounts.user_named(sample.username) is not None:
        return
    first = _FIRST if is_shown else None
    user = accounts.create_user(sample.username, sample.name, first, by=opener)
    accounts.grant_post(user.pk, sample.role, sample.place, since=_HIRED, by=granter)
    if is_shown:
        me = Actor(user.pk, sample.name, sample.role, sample.place)
        accounts.change_password(_FIRST, PASSWORD, by=me)


def actors(role: str) -> dict[str, list[Actor]]:
    """Everybody in a role, by place."""
    found: dict[str, list[Actor]] = {}
    for actor in accounts.actors_of(role, clock.business_today()):
        found.setdefault(actor.place, []).append(actor)
    return found


def one(role: str) -> Actor:
    """The one in a county role."""
    return accounts.actors_of(role, clock.business_today())[0]
