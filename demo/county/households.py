"""Who lives with whom: compositions of a poor rural county, ages and relations that agree."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta

from demo.county import names, numbers
from demo.county.model import KNOWN_ON, HouseholdSeed, PersonSeed
from demo.county.places import Places, Village

_KINDS = {
    "独居老人": 9, "老年夫妻": 12, "夫妻": 9, "核心": 27, "三代": 20, "与父母": 9,
    "隔代": 4, "单亲": 4, "单身": 6,
}  # fmt: skip
_GROUPS = "一二三四五六七八九"


@dataclass(slots=True, frozen=True)
class Slot:
    """One member before they have a name: relation, sex, age, marital status, whose surname."""

    relation: str
    sex: str
    age: int
    marital: str
    own_surname: bool = False  # married in


def _spouse(rng: random.Random, sex: str, age: int) -> Slot:
    gap = rng.choice((0, 1, 1, 2, 2, 3, 4))
    if sex == "男":
        return Slot("配偶", "女", max(22, age - gap), "已婚", own_surname=True)
    return Slot("配偶", "男", age + gap, "已婚", own_surname=True)


def _children(
    rng: random.Random, mother_age: int, count: int, words: tuple[str, str]
) -> list[Slot]:
    """Unmarried children of a mother of that age, none older than 27."""
    slots = []
    for _ in range(count):
        age = mother_age - rng.randint(20, 34)
        if 0 <= age <= 27:
            sex = "男" if rng.random() < 0.53 else "女"
            slots.append(Slot(words[sex == "女"], sex, age, "未婚"))
    return sorted(slots, key=lambda slot: -slot.age)


def _three_generations(rng: random.Random) -> list[Slot]:
    age = rng.randint(50, 74)
    slots = [Slot("户主", "男", age, "已婚")]
    wife = _spouse(rng, "男", age)
    if rng.random() < 0.85:
        slots.append(wife)
    else:
        slots[0] = Slot("户主", "男", age, "丧偶")
    son_age = max(23, wife.age - rng.randint(20, 29))
    slots.append(Slot("子", "男", son_age, "已婚"))
    bride_age = max(22, son_age - rng.randint(0, 3))
    slots.append(Slot("儿媳", "女", bride_age, "已婚", own_surname=True))
    slots += _children(rng, bride_age, rng.choice((1, 1, 2, 2, 2, 3)), ("孙子", "孙女"))
    return slots


def _nuclear(rng: random.Random, *, with_parents: bool) -> list[Slot]:
    age = rng.randint(28, 54)
    slots = [Slot("户主", "男", age, "已婚"), _spouse(rng, "男", age)]
    slots += _children(rng, slots[1].age, rng.choice((1, 2, 2, 2, 3, 3)), ("子", "女"))
    if with_parents:
        older = age + rng.randint(20, 31)
        both = rng.random() < 0.5
        marital = "已婚" if both else "丧偶"
        if both:
            slots.append(Slot("父亲", "男", older + rng.randint(0, 4), marital))
        slots.append(Slot("母亲", "女", older, marital, own_surname=True))
    return slots


def _skip_generation(rng: random.Random) -> list[Slot]:
    age = rng.randint(56, 76)
    slots = [Slot("户主", "男", age, "已婚"), _spouse(rng, "男", age)]
    for _ in range(rng.choice((1, 2, 2))):
        sex = rng.choice("男女")
        grandchild = min(17, max(1, slots[1].age - rng.randint(42, 58)))
        slots.append(Slot("孙子" if sex == "男" else "孙女", sex, grandchild, "未婚"))
    return slots


def _single_parent(rng: random.Random) -> list[Slot]:
    age = rng.randint(28, 50)
    sex = "女" if rng.random() < 0.6 else "男"
    slots = [Slot("户主", sex, age, rng.choice(("离异", "丧偶")))]
    children = _children(rng, age, rng.choice((1, 1, 2)), ("子", "女"))
    return slots + (children or [Slot("子", "男", max(1, min(17, age - 24)), "未婚")])


def compose(rng: random.Random, kind: str) -> list[Slot]:
    """The members of a household of that kind, the head first."""
    if kind == "独居老人":
        sex = "女" if rng.random() < 0.55 else "男"
        marital = "丧偶" if sex == "女" or rng.random() < 0.6 else "未婚"
        return [Slot("户主", sex, rng.randint(60, 92), marital)]
    if kind == "老年夫妻":
        age = rng.randint(60, 84)
        return [Slot("户主", "男", age, "已婚"), _spouse(rng, "男", age)]
    if kind == "夫妻":
        age = rng.randint(24, 59)
        return [Slot("户主", "男", age, "已婚"), _spouse(rng, "男", age)]
    if kind == "三代":
        return _three_generations(rng)
    if kind == "隔代":
        return _skip_generation(rng)
    if kind == "单亲":
        return _single_parent(rng)
    if kind == "单身":
        age = rng.randint(26, 66)
        slots = [Slot("户主", "男", age, "未婚")]
        if age < 50 and rng.random() < 0.45:
            slots.append(Slot("母亲", "女", age + rng.randint(20, 32), "丧偶", own_surname=True))
        return slots
    return _nuclear(rng, with_parents=kind == "与父母")


class Settler:
    """Fills villages with households; local ids run on from 1."""

    def __init__(self, rng: random.Random, places: Places) -> None:
        self.rng = rng
        self.places = places
        self.ids = numbers.IdIssuer()
        self.people: list[PersonSeed] = []
        self.households: list[HouseholdSeed] = []
        self._houses: dict[str, int] = {}

    def settle(self, wanted: int) -> None:
        """Households until there are `wanted` people."""
        rng = self.rng
        # The town is larger than any village, and villages differ by a factor of five.
        weights = [
            rng.lognormvariate(0, 0.45) * (2.2 if village.urban else 1.0)
            for village in self.places.villages
        ]
        count = wanted // 3 + 1
        kinds = rng.choices(list(_KINDS), weights=list(_KINDS.values()), k=count)
        villages = rng.choices(self.places.villages, weights=weights, k=count)
        for kind, village in zip(kinds, villages, strict=True):
            if len(self.people) >= wanted:
                return
            self._add(kind, village)
        while len(self.people) < wanted:
            self._add("核心", rng.choice(villages))

    def _add(self, kind: str, village: Village) -> None:
        rng = self.rng
        house = self._houses.get(village.code, 0) + 1
        self._houses[village.code] = house
        address = f"{_GROUPS[house * 7 % 9]}组{house}号"
        if village.urban:
            address = (
                f"{1 + house % 12}号楼{1 + house % 5}单元{100 * (1 + house % 6) + house % 4}室"
            )
        household = HouseholdSeed(
            len(self.households) + 1,
            len(self.people) + 1,
            0,
            village.code,
            village.urban,
            address,
            kind,
        )
        household.once_poor = not village.urban and rng.random() < 0.22
        household.registered_elsewhere = rng.random() < 0.01
        registered = village.code
        if household.registered_elsewhere:
            registered = rng.choice(self.places.away)[0]
        surname = names.family_name(rng)
        draw = rng.random()
        ethnic = (
            "回族" if draw < 0.012 else rng.choice(("藏族", "维吾尔族")) if draw < 0.016 else "汉族"
        )
        for slot in compose(rng, kind):
            self._add_member(household, slot, surname, ethnic, registered)
        self.households.append(household)

    def _add_member(
        self, household: HouseholdSeed, slot: Slot, surname: str, ethnic: str, registered: str
    ) -> None:
        rng = self.rng
        birth = birth_of(rng, slot.age)
        if ethnic == "汉族":
            own = names.family_name(rng) if slot.own_surname else surname
            name = own + names.given_name(rng, slot.sex, birth)
        else:
            name = names.hui_name(rng, slot.sex) if ethnic == "回族" else names.dotted_name(rng)
        self.people.append(
            PersonSeed(
                len(self.people) + 1, household.local_id, name, self.ids.issue(birth, slot.sex),
                slot.sex, birth, slot.relation, registered, household.place, household.urban,
                household.address, ethnic, numbers.phone(rng) if slot.age >= 14 else "",
                slot.marital,
            )
        )  # fmt: skip
        household.size += 1


def birth_of(rng: random.Random, age: int) -> date:
    """A birthday that makes somebody `age` full years old when the registry closes."""
    year = KNOWN_ON.year - age
    latest = date(year, KNOWN_ON.month, KNOWN_ON.day)
    return latest - timedelta(days=rng.randrange(365))
