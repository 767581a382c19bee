"""A small town of real places: its staff with their posts, its families with what is known of them.

Nobody here goes round the doors: places, registry, accounts and posts are made by their actions.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

import xlsxwriter

from doudi.base import accounts
from doudi.base.access import Actor, scope
from doudi.base.calendars import load_official_years
from doudi.kernel import clock
from doudi.people.facts import FactValue
from doudi.people.loading import (
    AccountRow,
    HouseholdRow,
    PersonRow,
    RegistrySource,
    load_registry,
)
from doudi.places.loading import load_divisions
from tests.arrange import COUNTY, TOWNSHIP
from tests.web.regions import card, identity

VILLAGE = "620521100213"  # 永清镇樊峡村
OTHER_VILLAGE = "620521101206"  # 红堡镇后川村
FIRST_PASSWORD = "First-Password-1"
PASSWORD = "Qingshui-2022"
KNOWN_AT = datetime(2022, 4, 30, 18, tzinfo=clock.SHANGHAI)
REVIEWED_SINCE = date(2022, 1, 1)


@dataclass(frozen=True)
class Staff:
    """Somebody who works here: sign-in name, name, and every post as (role, place)."""

    username: str
    name: str
    posts: tuple[tuple[str, str], ...]


REVIEWER = Staff("shenhe", "陈审核", (("county_reviewer", COUNTY),))
CLERK = Staff("jingban1", "王经办", (("township_clerk", TOWNSHIP),))
SECOND_CLERK = Staff("jingban2", "李经办", (("township_clerk", TOWNSHIP),))
LEADER = Staff("lingdao", "赵分管", (("township_leader", TOWNSHIP),))
CHIEF = Staff("shenpi", "周审批", (("county_leader", COUNTY),))
# The maker is an approver too, as happens in a small office: it must not help them.
MAKER = Staff("caiwu1", "吴编制", (("finance_maker", COUNTY), ("finance_approver", COUNTY)))
APPROVER = Staff("caiwu2", "郑复核", (("finance_approver", COUNTY),))
RELEASER = Staff("caiwu3", "冯放行", (("finance_releaser", COUNTY),))
VILLAGE_WORKER = Staff("cunji", "孙协理", (("village_worker", VILLAGE),))
EVERYBODY = (
    REVIEWER, CLERK, SECOND_CLERK, LEADER, CHIEF, MAKER, APPROVER, RELEASER, VILLAGE_WORKER,
)  # fmt: skip


@dataclass(frozen=True)
class Somebody:
    """A person of a family: name, relation, birth, sex, and what is known beyond the review."""

    local_id: int
    name: str
    relation: str
    birth: date
    sex: str
    facts: tuple[FactValue, ...] = ()

    @property
    def id_number(self) -> str:
        return identity(self.local_id * 2 + (1 if self.sex == "男" else 0), self.birth)


def _monthly(kind: str, yuan: int, key: str) -> FactValue:
    return FactValue(kind, key, amount_fen=yuan * 100, valid_since=REVIEWED_SINCE)


# A farmer with a little income, his disabled wife and their son at school: three people in need.
HEAD = Somebody(
    1, "王有田", "户主", date(1975, 3, 12), "男", (_monthly("income.business", 150, "种植"),)
)
WIFE = Somebody(
    2, "李桂花", "配偶", date(1978, 8, 1), "女",
    (FactValue("disability", "证", code="42", valid_since=date(2016, 5, 1)),),
)  # fmt: skip
SON = Somebody(3, "王小禾", "子", date(2012, 9, 10), "男")
POOR_FAMILY = (HEAD, WIFE, SON)
NEIGHBOUR = Somebody(
    4, "张守成", "户主", date(1969, 11, 3), "男", (_monthly("income.wage", 4200, "县建筑公司"),)
)
ELSEWHERE = Somebody(5, "王有田", "户主", date(1981, 2, 20), "男")
HOMES = (
    (1, VILLAGE, "二组 18 号", POOR_FAMILY),
    (2, VILLAGE, "一组 4 号", (NEIGHBOUR,)),
    (3, OTHER_VILLAGE, "三组 7 号", (ELSEWHERE,)),
)


def build() -> None:
    """Places, calendar, staff and families; call with business time standing where it begins."""
    system = Actor.system(COUNTY)
    load_divisions(by=Actor.system(), within=COUNTY[:6])
    load_official_years(by=Actor.system())
    for one in EVERYBODY:
        _hire(one)
    with scope(system):
        load_registry("底册", _source(), system)


def _hire(one: Staff) -> None:
    opener = Actor(None, "安装", "system_administrator", COUNTY)
    granter = Actor(None, "安装", "security_administrator", COUNTY)
    user = accounts.create_user(one.username, one.name, FIRST_PASSWORD, by=opener)
    for role, place in one.posts:
        accounts.grant_post(user.pk, role, place, since=date(2022, 1, 1), by=granter)


def _source() -> RegistrySource:
    return RegistrySource(
        known_at=KNOWN_AT,
        households=[
            HouseholdRow(
                number, f"{place}2015{number:06d}", place, False, address, people[0].local_id,
                date(2015, 1, 1),
            )
            for number, place, address, people in HOMES
        ],
        people=[
            PersonRow(
                one.local_id, number, one.relation, one.name, one.id_number, one.sex, one.birth,
                place, place, False, address, phone=f"1990938{one.local_id:04d}", ethnic="汉族",
                marital="已婚" if one.birth.year < 2000 else "未婚",
            )
            for number, place, address, people in HOMES
            for one in people
        ],
        facts=list(_facts()),
        accounts=[
            AccountRow(people[0].local_id, "清水县农信社", card(number), people[0].name)
            for number, _, _, people in HOMES
        ],
    )  # fmt: skip


def _facts() -> Iterator[tuple[int, FactValue]]:
    """In the order of people: everybody was gone through, so what is not named is nil."""
    reviewed = tuple(
        FactValue(f"{what}.reviewed", "2022", valid_since=REVIEWED_SINCE)
        for what in ("income", "property")
    )
    for _, _, _, people in HOMES:
        for one in people:
            for fact in (*reviewed, *one.facts):
                yield one.local_id, fact


HEADER = ("序号", "结算流水号", "参保人姓名", "证件号码", "定点医疗机构", "出院日期", "主要诊断",
          "诊断编码", "总费用", "个人自付")  # fmt: skip


def medical_file() -> bytes:
    """The health insurance's sheet of May: one grave bill, one small, two rows that cannot be used.

    As departments send it: a merged title and a note above the header.
    """
    wrong = NEIGHBOUR.id_number[-8:]  # too little to tell whose it is
    rows = (
        (1, "YB2022050001", WIFE.name, WIFE.id_number, "清水县人民医院", "2022-05-21", "脑出血",
         "I61.9", 96800, 43600),
        (2, "YB2022050002", NEIGHBOUR.name, NEIGHBOUR.id_number, "永清镇卫生院", "2022-05-11",
         "肺炎", "J18.9", 3100, 620.5),
        (3, "YB2022050003", NEIGHBOUR.name, wrong, "永清镇卫生院", "2022-05-19", "肺炎", "J18.9",
         2000, 300),
        (4, "YB2022050004", NEIGHBOUR.name, NEIGHBOUR.id_number, "永清镇卫生院", "2022-05-32",
         "复诊", "J18.9", 500, 80),
    )  # fmt: skip
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    sheet = book.add_worksheet("结算明细")
    title = "清水县医疗保障局2022年5月住院费用结算明细表"
    sheet.merge_range(0, 0, 0, len(HEADER) - 1, title)
    sheet.merge_range(1, 0, 1, len(HEADER) - 1, "填报单位：清水县医疗保障局　　金额单位：元")
    for line, cells in enumerate((HEADER, *rows), start=2):
        for column, cell in enumerate(cells):
            sheet.write(line, column, cell)
    book.close()
    return file.getvalue()
