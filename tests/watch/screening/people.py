"""Random families whose facts lie at the thresholds of the indicators, for both ways of looking."""

import random
from datetime import date, timedelta
from typing import Any

from tests.watch.village import TODAY, Somebody

Told = dict[str, Any]
_LOOKBACK = 180
# Days about which indicators disagree: today, the edge of news, terms, ripening, half a year.
_DAYS = (
    0, 1, -1, 2, 5, 20, 29, 30, 31, 59, 60, 61, 90, 97, _LOOKBACK - 1, _LOOKBACK, _LOOKBACK + 1,
    212, 214, 300, 365, 396, 430, 800,
)  # fmt: skip
_STANDARD = {False: 43_900, True: 67_300}
_INCOME_LAST_YEAR = 1_143_300


def random_families(seed: int, count: int, *, urban: bool) -> list[tuple[Somebody, ...]]:
    """So many families; the same seed makes the same ones."""
    rng = random.Random(seed)
    return [_family(rng, urban) for _ in range(count)]


def _family(rng: random.Random, urban: bool) -> tuple[Somebody, ...]:
    size = rng.choice((1, 1, 2, 3, 3, 4))
    members = [Somebody(birth=_birth(rng)) for _ in range(size)]
    scheme = rng.choice(("", "", "低保", "低保", "特困", "低保边缘", "刚性支出困难", "临时救助"))
    if scheme:
        told = _fact("benefit", rng, key=scheme, amount_fen=40_000)
        told["valid_since"] = TODAY - timedelta(rng.choice((200, 900)))
        told["valid_before"] = rng.choice((None, None, None, TODAY, TODAY + timedelta(1)))
        (members[0].news if rng.random() < 0.1 else members[0].known).append(told)
    all_jobless = rng.random() < 0.05
    for person in members:
        if all_jobless:
            person.news.append(_fact("unemployment", rng, key="全家"))
        for _ in range(rng.choice((1, 2, 4, 8))):
            kind = rng.choice(list(_MAKERS))
            for told in _MAKERS[kind](rng, urban, size):
                chosen = person.news if rng.random() < 0.6 else person.known
                chosen.append(told)
        _one_known_each(person)
    return tuple(members)


def _one_known_each(person: Somebody) -> None:
    """The database holds one fact for each kind, key and day."""
    seen = set()
    for facts in (person.known, person.news):
        for told in list(facts):
            same = (told["kind"], told.get("key", ""), told["valid_since"])
            if same in seen:
                facts.remove(told)
            seen.add(same)


def _birth(rng: random.Random) -> date:
    if rng.random() < 0.4:
        years = rng.choice((6, 16, 18, 60))
        birthday = date(TODAY.year - years, TODAY.month, TODAY.day)
        return birthday + timedelta(rng.choice((-1, 0, 1, -20)))
    if rng.random() < 0.05:
        return date(2016, 2, 29)
    return date(rng.randint(1935, 2020), rng.randint(1, 12), rng.randint(1, 28))


def _day(rng: random.Random) -> date:
    return TODAY - timedelta(rng.choice(_DAYS))


def _end(rng: random.Random, since: date) -> date | None:
    ends = rng.choice((None, None, None, TODAY, TODAY + timedelta(1), TODAY - timedelta(10)))
    return ends if ends is None or ends > since else None


def _fact(kind: str, rng: random.Random, **told: Any) -> Told:
    since = _day(rng)
    return {"kind": kind, "valid_since": since, "valid_before": _end(rng, since), **told}


def _near(rng: random.Random, *limits: int) -> int:
    return rng.choice(limits) + rng.choice((-1, 0, 1, -50_000, 50_000))


def _stay(rng: random.Random, urban: bool, size: int) -> list[Told]:
    return [
        {
            "kind": "medical.self_pay", "key": f"J{rng.randint(1, 9)}", "valid_since": _day(rng),
            "amount_fen": _near(rng, 500_000, 600_000, 1_000_000, _INCOME_LAST_YEAR // 2),
            "detail": rng.choice((None, {"aid_fen": 100}, {"aid_fen": 0})),
        }
        for _ in range(rng.choice((1, 1, 3)))
    ]  # fmt: skip


def _bills(rng: random.Random, urban: bool, size: int) -> list[Told]:
    each = rng.choice((_INCOME_LAST_YEAR, _INCOME_LAST_YEAR // 2)) // 3
    return [
        {"kind": "medical.outpatient", "key": f"M{number}", "valid_since": _day(rng),
         "amount_fen": rng.choice((each + number, each, -100))}
        for number in range(4)
    ]  # fmt: skip


def _incomes(rng: random.Random, urban: bool, size: int) -> list[Told]:
    """Wages or business month by month, which fall, cease or end in a loss."""
    kind = rng.choice(("income.wage", "income.business"))
    first = rng.choice((date(2021, 6, 1), date(2021, 7, 1), date(2021, 8, 1), date(2020, 1, 1)))
    fell = rng.choice((date(2021, 12, 1), date(2022, 1, 1), date(2022, 4, 1), date(2022, 6, 6)))
    much = rng.choice((100_000, 300_000))
    told: Told = {"kind": kind, "key": "", "amount_fen": much, "valid_since": first}
    if rng.random() < 0.3:
        return [told, {**told, "key": "亏损", "amount_fen": -much + 100, "valid_since": fell}]
    left = rng.choice((0, much * 6 // 10, much * 6 // 10 + 1))
    return [
        {**told, "valid_before": fell},
        {"kind": kind, "key": "", "amount_fen": left, "valid_since": fell},
    ][: rng.choice((1, 2, 2))]


def _benefits(rng: random.Random, urban: bool, size: int) -> list[Told]:
    schemes = ("低保", "特困", "低保边缘", "残疾人护理补贴", "残疾人生活补贴", "临时救助")
    return [_fact("benefit", rng, key=rng.choice(schemes), amount_fen=10_000)]


def _certificates(rng: random.Random, urban: bool, size: int) -> list[Told]:
    codes = ("41", "42", "43", "44", "61", "4", "", "49")
    return [
        _fact("disability", rng, key=f"证{number}", code=rng.choice(codes))
        for number in range(rng.choice((1, 2)))
    ]


def _pupil(rng: random.Random, urban: bool, size: int) -> list[Told]:
    status = rng.choice(("在读", "辍学", "休学在家", "", "异常"))
    roll = _fact("schooling", rng, key="学籍", code="初中",
                 detail=rng.choice((None, {"status": status, "school": "一中"})))  # fmt: skip
    aid = _fact("schooling", rng, key="资助", detail={"status": "在读"})
    return [roll] if rng.random() < 0.7 else [roll, aid]


def _insured(rng: random.Random, urban: bool, size: int) -> list[Told]:
    year = rng.choice(("2021", "2022", "2022"))
    ends = rng.choice((None, date(int(year), 5, 1), date(int(year) + 1, 1, 1)))
    return [{"kind": "medical.enrolment", "key": year, "valid_since": date(int(year), 1, 1),
             "valid_before": ends}]  # fmt: skip


def _died(rng: random.Random, urban: bool, size: int) -> list[Told]:
    day = _day(rng)
    death = {"kind": "death", "code": "户籍注销", "valid_since": day}
    told = rng.choice((None, {"died": str(day)}, {"died": str(day - timedelta(3))}, {}))
    cremation = {"kind": "cremation", "valid_since": day + timedelta(2), "detail": told}
    return rng.choice(([death], [cremation], [death, cremation]))


def _savings(rng: random.Random, urban: bool, size: int) -> list[Told]:
    limit = _STANDARD[urban] * 24 * size
    return [_fact("asset.financial", rng, key="农信", amount_fen=_near(rng, limit))]


def _paid_work(rng: random.Random, urban: bool, size: int) -> list[Told]:
    standard = _STANDARD[urban]
    kind, limit = rng.choice((("pension", standard), ("income.wage", standard * size)))
    amounts = (limit, limit - 1, limit + 1, 1)
    return [_fact(kind, rng, key="养", amount_fen=rng.choice(amounts))]


def _asked_for_help(rng: random.Random, urban: bool, size: int) -> list[Told]:
    first = _day(rng)
    return [
        {"kind": "appeal", "key": f"单{number}", "detail": rng.choice((None, {"status": status})),
         "valid_since": first - timedelta(number * rng.choice((0, 29, 30, 31)))}
        for number, status in enumerate(rng.choices(("办理中", "已办结", ""), k=3))
    ]  # fmt: skip


def _plain(kind: str, **choices: tuple[Any, ...]) -> Any:
    """A maker of facts that have some of these."""

    def make(rng: random.Random, urban: bool, size: int) -> list[Told]:
        return [
            _fact(kind, rng, **{name: rng.choice(values) for name, values in choices.items()})
            for _ in range(rng.choice((1, 1, 2)))
        ]

    return make


_MAKERS = {
    "stay": _stay, "bills": _bills, "incomes": _incomes, "benefits": _benefits,
    "certificates": _certificates, "pupil": _pupil, "insured": _insured, "died": _died,
    "savings": _savings, "paid_work": _paid_work, "asked_for_help": _asked_for_help,
    "illness.major": _plain("illness.major", key=("", "M1"), code=("C34",)),
    "illness.chronic": _plain("illness.chronic", key=("", "H1"), detail=(None, {"name": "高血压"})),
    "unemployment": _plain("unemployment", key=("登记", "二")),
    "unemployment.benefit": _plain("unemployment.benefit", key=("",)),
    "vehicle": _plain("vehicle", key=("甲", "乙"), code=("小型轿车", "普通二轮摩托车"),
                      amount_fen=(None, 8_000_000)),
    "house": _plain("house", key=("1", "2"), code=("商品房", "宅基地住房", "车库", "")),
    "enterprise": _plain("enterprise", key=("X", "Y"), code=("法定代表人", "经营者"),
                         detail=(None, {"type": "有限责任公司", "status": "存续"},
                                 {"type": "个体工商户"}, {"status": "注销"})),
    "enrolment": _plain("enrolment", key=("", "录"), code=("本科",),
                        detail=(None, {"school": "兰大"})),
    "fp": _plain("fp", key=("户",), code=("脱贫不稳定户", "边缘易致贫户", "突发严重困难户"),
                 detail=(None, {"risk": "因病"})),
    "elsewhere": _plain("benefit.elsewhere", key=("低保:620522", "特困:110101", "养老:1")),
    "reviewed": _plain("income.reviewed", key=("", "年度")),
    "payroll": _plain("public_payroll", key=("教师", "")),
    "disaster": _plain("disaster", key=("", "Z"), detail=(None, {"loss": "房屋倒塌"})),
    "custody": _plain("custody", code=("服刑", "失联", "")),
    "housing": _plain("housing", key=("房",), code=("", "危房改造", "公租房"),
                      detail=(None, {"grade": "C"}, {"grade": "D级"}, {"grade": "B"})),
    "accident": _plain("accident", detail=(None, {"harm": "一人死亡"}, {"harm": "轻伤"})),
    "self_care": _plain("self_care", code=("自理", "半护理", "全护理")),
    "agreement": _plain("care.agreement", key=("", "协")),
    "shared": _plain("account.shared", detail=(None, {"households": 3}, {"households": 1},
                                               {"households": 2, "agreement": "村委"})),
    "kin": _plain("kin_of_official", code=("侄子", ""), detail=(None, {"filed": True})),
    "supporter": _plain("supporter", key=("", "子"), detail=(None, {"pays_fen": 100}),
                        amount_fen=(3 * _INCOME_LAST_YEAR, 3 * _INCOME_LAST_YEAR - 1)),
}  # fmt: skip
