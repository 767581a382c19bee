"""The made-up county as one value: people, what is known, and the truth behind the files."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from demo.county import knowledge, lives, month, names, numbers, stories, truth, welfare
from demo.county.households import Settler, birth_of
from demo.county.model import (
    AccountSeed,
    AwardSeed,
    Disability,
    Enterprise,
    FactSeed,
    HouseholdSeed,
    Incomes,
    Monitored,
    PersonSeed,
    School,
    Story,
    Vehicle,
)
from demo.county.places import Places, read_places

PEOPLE_AT_SCALE_ONE = 300_000
_BANKS = ("甘肃省农村信用社清水联社", "中国邮政储蓄银行清水县支行", "中国农业银行清水县支行")


@dataclass(slots=True)
class County:
    """Everything about the county; `generate` is the only way to make one."""

    seed: int
    scale: float
    places: Places
    people: list[PersonSeed]
    households: list[HouseholdSeed]
    # What is known on day one, by person unless said otherwise.
    incomes: list[Incomes] = field(default_factory=list)
    disabilities: dict[int, Disability] = field(default_factory=dict)
    chronic: dict[int, tuple[str, str, date]] = field(default_factory=dict)
    major: dict[int, tuple[str, str, date]] = field(default_factory=dict)
    vehicles: dict[int, Vehicle] = field(default_factory=dict)
    enterprises: dict[int, Enterprise] = field(default_factory=dict)
    schools: dict[int, School] = field(default_factory=dict)
    second_houses: set[int] = field(default_factory=set)  # households
    monitored: dict[int, Monitored] = field(default_factory=dict)  # by household
    awards: list[AwardSeed] = field(default_factory=list)
    unemployed: dict[int, date] = field(default_factory=dict)
    accounts: list[AccountSeed] = field(default_factory=list)
    # What happened in the month, and what a just answer to it is.
    events: month.Events = field(default_factory=lambda: month.Events())
    truth: list[Story] = field(default_factory=list)
    rows: list[truth.RowTruth] = field(default_factory=list)
    ids: numbers.IdIssuer = field(default_factory=numbers.IdIssuer)
    plates: Iterator[str] = field(default_factory=numbers.plates)
    # People of other counties who turn up in the files, by sex and decade of age.
    outsiders: dict[tuple[str, int], list[PersonSeed]] = field(default_factory=dict)
    serial: int = 0  # of credit codes and other running numbers

    def person(self, local_id: int) -> PersonSeed:
        """The person with that local id."""
        return self.people[local_id - 1]

    def household(self, local_id: int) -> HouseholdSeed:
        """The household with that local id."""
        return self.households[local_id - 1]

    def household_of(self, person: PersonSeed) -> HouseholdSeed:
        """The household a person belongs to."""
        return self.households[person.household_id - 1]

    def members(self, household: HouseholdSeed) -> list[PersonSeed]:
        """All members, the head first."""
        return self.people[household.first_member - 1 : household.first_member - 1 + household.size]

    def income(self, person: PersonSeed) -> Incomes:
        """The monthly incomes of a person; the caller may change them while stories are told."""
        return self.incomes[person.local_id - 1]

    def per_head_fen(self, household: HouseholdSeed, *, gross: bool = False) -> int:
        """Monthly income per member in fen, before deductions; `gross` adds exempt pensions."""
        total = 0
        for person in self.members(household):
            income = self.income(person)
            total += income.gross if gross else income.counted
        return total // household.size

    def has_car(self, household: HouseholdSeed) -> bool:
        """Whether any member owns a vehicle that speaks against 低保."""
        owned = (self.vehicles.get(member) for member in household.members)
        return any(vehicle is not None and vehicle.is_car for vehicle in owned)

    def is_clean(self, household: HouseholdSeed) -> bool:
        """Whether nothing the household owns speaks against 低保."""
        return not (
            self.has_car(household)
            or household.local_id in self.second_houses
            or any(member in self.enterprises for member in household.members)
        )

    def savings_fen(self, household: HouseholdSeed) -> int:
        """What the household has in the bank: what a bank would answer and a visit would find."""
        rng = random.Random(f"savings:{self.seed}:{household.local_id}")
        told = household.local_id in self.events.told
        # The limit of 低保 is 24 months of the standard per head, over ten thousand yuan.
        highest = 3000 if household.group != "普通" or told else 30000
        return rng.randint(0, highest) * household.size * 100

    def is_close(self, household: HouseholdSeed) -> bool:
        """Whether the law counts every member: no grown children who could live on their own."""
        return all(person.is_close for person in self.members(household))

    def next_serial(self) -> int:
        """A number not given before."""
        self.serial += 1
        return self.serial

    def facts(self) -> Iterator[FactSeed]:
        """What the county already knows on day one, person by person."""
        return knowledge.facts(self)

    def write_truth(self, path: Path) -> None:
        """The truth as JSON lines: stories, refused payments, every row of every file."""
        truth.write(self, path)


def generate(seed: int = 20220501, scale: float = 0.1) -> County:
    """The county for a seed; scale 1 is about 300,000 people."""
    rng = random.Random(f"county:{seed}")
    places = read_places()
    settler = Settler(rng, places)
    settler.settle(max(400, round(PEOPLE_AT_SCALE_ONE * scale)))
    county = County(seed, scale, places, settler.people, settler.households, ids=settler.ids)
    lives.live(county, rng)
    welfare.support(county, rng)
    stories.tell(county, random.Random(f"stories:{seed}"))
    month.pass_month(county, random.Random(f"month:{seed}"))
    _open_accounts(county, random.Random(f"accounts:{seed}"))
    _meet_outsiders(county, random.Random(f"outsiders:{seed}"))
    return county


def _open_accounts(county: County, rng: random.Random) -> None:
    """A card for the head of each household (or the oldest member) and each disabled person."""
    holders: list[int] = []
    for household in county.households:
        head = county.person(household.head)
        if head.age < 16:
            head = min(county.members(household), key=lambda person: person.birth)
        holders.append(head.local_id)
    known = set(holders)
    disabled = set(county.disabilities) | set(county.events.disabilities)
    holders += sorted(disabled - known)
    for serial, local_id in enumerate(holders, start=1):
        person = county.person(local_id)
        county.accounts.append(
            AccountSeed(
                local_id,
                person.household_id,
                person.name,
                numbers.card_number(serial),
                rng.choice(_BANKS),
            )
        )


def _meet_outsiders(county: County, rng: random.Random) -> None:
    """Invent people who are in no register of the county; their local id is 0."""
    for _ in range(max(120, len(county.people) // 80)):
        sex, age = rng.choice("男女"), rng.randint(0, 89)
        birth = birth_of(rng, age)
        place, words = rng.choice(county.places.away)
        name = names.family_name(rng) + names.given_name(rng, sex, birth)
        person = PersonSeed(
            0, 0, name, county.ids.issue(birth, sex), sex, birth, "户主", place, place, False,
            words, "汉族", numbers.phone(rng), "未婚",
        )  # fmt: skip
        county.outsiders.setdefault((sex, age // 10), []).append(person)
