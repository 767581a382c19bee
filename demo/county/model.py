"""What the made-up county is made of: plain records that know neither Django nor a database."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

COUNTY_CODE = "620521"
# The registry is what the county knew on this day; the month of files tells what happened after it.
KNOWN_ON = date(2022, 4, 30)
MONTH_SINCE = date(2022, 5, 1)
MONTH_BEFORE = date(2022, 6, 1)
# Gansu's lines of 2022 in fen per person and month: rural 5268 yuan a year, urban 673 a month.
STANDARD_RURAL_FEN = 43900
STANDARD_URBAN_FEN = 67300
# Fixed amounts of the four rural tiers in fen per person and month (5268, 5004, 1008, 696 a year).
TIER_FEN = {"一类": 43900, "二类": 41700, "三类": 8400, "四类": 5800}

DIBAO, TEKUN, EDGE = "低保", "特困", "低保边缘"
LIVING_SUBSIDY, NURSING_SUBSIDY = "残疾人生活补贴", "残疾人护理补贴"


@dataclass(slots=True)
class PersonSeed:
    """One person as the registry of 2022-04-30 holds them."""

    local_id: int
    household_id: int
    name: str
    id_number: str
    sex: str  # 男 / 女
    birth: date
    relation: str  # to the head, in the words of GB/T 4761
    registered_place: str  # 12 digits
    residence_place: str  # 12 digits; another county for migrant workers
    urban: bool
    address: str
    ethnic: str
    phone: str
    marital: str  # 未婚 / 已婚 / 丧偶 / 离异
    education: str = ""
    work: str = ""  # 务农 外出务工 本地务工 个体经营 在校 学龄前 无业 退休 务农养老
    labour: str = "有"  # 有 / 部分丧失 / 完全丧失 / 未成年 / 老年

    @property
    def age(self) -> int:
        """Full years on the day of the registry."""
        before_birthday = (KNOWN_ON.month, KNOWN_ON.day) < (self.birth.month, self.birth.day)
        return KNOWN_ON.year - self.birth.year - before_birthday

    @property
    def is_close(self) -> bool:
        """Whether the law counts them with the head: no grown child who could live apart."""
        close = self.relation in ("户主", "配偶", "父亲", "母亲")
        return close or self.work == "在校" or self.age < 18


@dataclass(slots=True)
class HouseholdSeed:
    """One household; its members have consecutive local ids, the first of them is the head."""

    local_id: int
    first_member: int
    size: int
    place: str  # 12 digits, where the household lives
    urban: bool
    address: str
    kind: str  # composition, see households.py
    group: str = "普通"  # 普通 / 低保 / 特困 / 低保边缘
    once_poor: bool = False  # 脱贫户
    registered_elsewhere: bool = False

    @property
    def members(self) -> range:
        """The local ids of all members."""
        return range(self.first_member, self.first_member + self.size)

    @property
    def head(self) -> int:
        """The local id of the head."""
        return self.first_member

    @property
    def standard_fen(self) -> int:
        """The line of 2022 below which 低保 is due, fen per person and month."""
        return STANDARD_URBAN_FEN if self.urban else STANDARD_RURAL_FEN


@dataclass(slots=True, frozen=True)
class FactSeed:
    """Something the county knows about a person on day one."""

    person_local_id: int
    kind: str
    key: str
    amount_fen: int | None
    code: str | None
    detail: dict[str, Any] | None
    valid_since: date
    valid_before: date | None


@dataclass(slots=True, frozen=True)
class AwardSeed:
    """A benefit somebody already receives on day one; `amount_fen` is for all members together."""

    local_id: int
    programme: str
    holder: int  # a person; for household programmes the head
    household_id: int
    members: tuple[int, ...]
    tier: str  # 一类…四类, 差额, or the degree of care of 特困
    amount_fen: int
    since: date


@dataclass(slots=True, frozen=True)
class AccountSeed:
    """A payee's bank card; the number passes the Luhn check."""

    person_local_id: int
    household_id: int
    holder: str
    card: str
    bank: str


@dataclass(slots=True, frozen=True)
class Disability:
    """A certificate: 类别 1–7, 等级 1–4 (1 gravest), and the 20-digit number."""

    type: int
    level: int
    number: str
    issued: date


@dataclass(slots=True, frozen=True)
class Vehicle:
    """A registered vehicle; 摩托车 and 三轮汽车 do not speak against 低保, cars do."""

    type: str
    plate: str
    brand: str
    registered: date
    value_fen: int

    @property
    def is_car(self) -> bool:
        """Whether it is of a type that is not excused."""
        return self.type in CAR_TYPES


CAR_TYPES = ("小型轿车", "小型普通客车", "轻型普通货车")


@dataclass(slots=True, frozen=True)
class Enterprise:
    """A role in a market entity."""

    uscc: str
    name: str
    type: str  # 个体工商户 / 有限责任公司 / 农民专业合作社
    role: str
    share: int  # percent
    founded: date


@dataclass(slots=True, frozen=True)
class School:
    """Where somebody learns in spring 2022."""

    stage: str
    name: str
    grade: str
    number: str


@dataclass(slots=True, frozen=True)
class Monitored:
    """A 防返贫监测 household."""

    kind: str
    risk: str
    since: date


@dataclass(slots=True)
class Story:
    """One thing that happened in the month, and what a just answer to it is."""

    local_id: int
    kind: str
    household_id: int
    person_local_id: int
    direction: str  # in: trouble to be found; out: payment to be questioned; none: a false alarm
    expect: str  # see stories.py
    programme: str
    why: str
    files: tuple[str, ...] = ()
    detail: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Incomes:
    """Monthly incomes of one person in fen, the four kinds of the law and what is exempt."""

    wage: int = 0
    business: int = 0
    rent: int = 0  # the only property income anybody here has
    transfer: int = 0
    pension_base: int = 0  # 基础养老金, not counted as income
    pension_account: int = 0  # the personal account on top of it, counted
    pension_employee: int = 0

    @property
    def counted(self) -> int:
        """What the law counts, before any deduction."""
        pensions = self.pension_account + self.pension_employee
        return self.wage + self.business + self.rent + self.transfer + pensions

    @property
    def gross(self) -> int:
        """Everything, the exempt basic pension included."""
        return self.counted + self.pension_base
