"""Registries and dirty files of people who do not exist, with the truth known; by a seed.

Area codes 620590 to 620599 belong to nobody.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from doudi.exchange.linking.repairs import number_of

_FAMILIES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董"
    "袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟"
    "熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_MALE = (
    "伟强磊军勇杰涛明超平刚国建华文斌波辉志海峰林龙飞鹏生福贵荣德成祥宝全义"
    "贤世永学忠兴富金喜春江山根清东俊浩宇轩博睿泽子晨阳旭凯昊"
)
_FEMALE = (
    "芳娜秀英敏静丽艳娟霞玲桂兰梅珍红莲玉凤香萍燕琴云彩巧春菊花爱小淑慧洁雪"
    "琳倩莉婷雨欣怡梓涵诗佳悦萱美翠霜银叶改转变引存"
)
_MINORITY = [
    "买买提",
    "阿卜杜拉",
    "古丽娜尔",
    "艾力",
    "吐尔逊",
    "热依汗",
    "扎西多吉",
    "卓玛",
    "伊斯马仪",
    "麦麦提",
    "帕提古丽",
    "才让",
    "尕藏",
]
_SOUNDS = [
    "伟玮纬炜",
    "英瑛莹颖",
    "芳方坊",
    "建健剑",
    "国果",
    "志智",
    "华花",
    "军俊君",
    "丽莉俪",
    "红洪宏虹",
    "玲铃灵",
    "平萍苹",
    "海骇",
    "文雯",
    "兰岚",
    "珍真贞",
    "燕艳彦",
    "霞侠",
    "明鸣铭",
    "强墙",
    "杰洁捷",
    "张章",
    "王汪",
    "李里",
    "刘留",
    "陈晨",
    "杨阳",
    "余于俞",
    "程成承",
]
_TRADITIONAL = dict(
    [
        "张張",
        "刘劉",
        "陈陳",
        "杨楊",
        "赵趙",
        "吴吳",
        "马馬",
        "国國",
        "华華",
        "兰蘭",
        "凤鳳",
        "军軍",
        "伟偉",
        "丽麗",
        "强強",
        "红紅",
        "龙龍",
        "云雲",
        "肖萧",
        "闫阎",
        "付傅",
        "宝寶",
        "学學",
        "义義",
    ]
)


# Number, id, name, sex, birth, place, household, head.
Person = tuple[int, str, str, str, str, str, str, str]


@dataclass(frozen=True, slots=True)
class Noise:
    """How often what goes wrong in a file; shares of all rows."""

    name: str
    no_id: float
    id_slip: float
    id_masked: float
    id_relative: float
    id_two: float
    id_old: float
    name_wrong: float
    name_random: float
    birth_wrong: float
    birth_missing: float
    lunar: float
    moved: float
    place_missing: float
    head_missing: float
    strangers: float


CLEAN = Noise(
    "正常月",
    0.003,
    0.004,
    0.001,
    0.001,
    0.0,
    0.02,
    0.01,
    0.0,
    0.005,
    0.02,
    0.0,
    0.02,
    0.02,
    0.1,
    0.03,
)
DIRTY = Noise(
    "脏文件",
    0.10,
    0.10,
    0.08,
    0.01,
    0.01,
    0.03,
    0.12,
    0.01,
    0.06,
    0.10,
    0.0,
    0.08,
    0.10,
    0.25,
    0.10,
)
SHIFTED = Noise(
    "换一种错法",
    0.18,
    0.12,
    0.12,
    0.02,
    0.04,
    0.03,
    0.12,
    0.08,
    0.06,
    0.20,
    0.06,
    0.15,
    0.15,
    0.35,
    0.12,
)
NO_IDS = replace(DIRTY, name="没有证号", no_id=1.0)
LEVELS = (CLEAN, DIRTY, SHIFTED, NO_IDS)


def registry(people: int, seed: int = 1) -> pl.DataFrame:
    """About so many registered people in households."""
    chance = np.random.default_rng(seed)
    rows: list[tuple[str, str, str, str, str, str, str]] = []
    used: set[int] = set()
    home = 0
    while len(rows) < people:
        home += 1
        rows += _household(chance, f"H{home:07}", used)
    names = ("身份证号", "姓名", "性别", "出生日期", "区划代码", "户号", "户主")
    frame = pl.DataFrame(rows[:people], schema=list(names), orient="row")
    return frame.with_row_index("人员编号", offset=1)


def _household(
    chance: np.random.Generator, home: str, used: set[int]
) -> list[tuple[str, str, str, str, str, str, str]]:
    family = _family(chance)
    minority = chance.random() < 0.06
    place = _village(chance)
    born = date(1935, 1, 1) + timedelta(days=int(chance.integers(0, 22_000)))
    members = [(family, "男" if chance.random() < 0.85 else "女", born)]
    if chance.random() < 0.65:
        other = "女" if members[0][1] == "男" else "男"
        members.append((_family(chance), other, _near(chance, born, 0, 1800)))
    twins = chance.random() < 0.02
    for child in range(int(chance.choice([0, 1, 1, 2, 2, 3]))):
        birth = _near(chance, born, 9000, 2500)
        if child and twins:
            birth = members[-1][2]
        members.append((family, "男" if chance.random() < 0.52 else "女", birth))
    shared = str(chance.choice(list(_MALE))) if chance.random() < 0.4 else ""
    made = []
    head = ""
    for at, (surname, sex, birth) in enumerate(members):
        birth = min(birth, date(2022, 5, 1))
        name = (
            _minority(chance)
            if minority
            else surname + _given(chance, sex, shared if at > 1 else "")
        )
        head = head or name
        number = _number(chance, birth, sex, used)
        made.append((number, name, sex, birth.isoformat(), place, home, head))
    return made


def _village(chance: np.random.Generator) -> str:
    return f"620599{100 + int(chance.integers(0, 18)):03}{200 + int(chance.integers(0, 16)):03}"


def _near(chance: np.random.Generator, born: date, shift: int, spread: int) -> date:
    return born + timedelta(days=shift + int(chance.normal(0, spread / 2)))


def _skewed(chance: np.random.Generator, size: int, power: float = 2.0) -> int:
    return int(size * chance.random() ** power)


def _family(chance: np.random.Generator) -> str:
    return _FAMILIES[_skewed(chance, len(_FAMILIES), 2.4)]


def _given(chance: np.random.Generator, sex: str, shared: str) -> str:
    pool = _MALE if sex == "男" else _FEMALE
    last = pool[_skewed(chance, len(pool), 1.3)]
    if shared:
        return shared + last
    return last if chance.random() < 0.2 else pool[_skewed(chance, len(pool), 1.3)] + last


def _minority(chance: np.random.Generator) -> str:
    return f"{chance.choice(_MINORITY)}·{chance.choice(_MINORITY)}"


def _number(chance: np.random.Generator, birth: date, sex: str, used: set[int]) -> str:
    while True:
        area = 620599 if chance.random() < 0.86 else 620590 + int(chance.integers(0, 9))
        order = int(chance.integers(0, 500)) * 2 + (sex == "男")
        key = int(f"{area}{birth:%Y%m%d}{order:03}")
        if key not in used:
            used.add(key)
            return number_of(key)


def file(
    known: pl.DataFrame, rows: int, noise: Noise, seed: int = 2
) -> tuple[pl.DataFrame, np.ndarray]:
    """A department's file and whom each row is truly about (-1: nobody of the registry)."""
    chance = np.random.default_rng(seed)
    people = known.rows()
    used = {int(each[1][:17]) for each in people}
    truth = chance.choice(len(people), rows, replace=rows > len(people))
    truth[chance.random(rows) < noise.strangers] = -1
    made = [
        _sent(
            chance,
            people[at] if at >= 0 else _stranger(chance, people, used),
            people,
            int(at),
            noise,
        )
        for at in truth
    ]
    names = ["姓名", "身份证号", "性别", "出生日期", "区划代码", "户主"]
    return pl.DataFrame(made, schema=names, orient="row"), truth


def _stranger(chance: np.random.Generator, people: list[Person], used: set[int]) -> Person:
    """Somebody who is not registered: every second one a relative of somebody who is."""
    _, _, name, _, _, place, home, head = people[int(chance.integers(0, len(people)))]
    sex = "男" if chance.random() < 0.5 else "女"
    born = date(1940, 1, 1) + timedelta(days=int(chance.integers(0, 29_000)))
    if chance.random() < 0.5:
        name = name[0] + _given(chance, sex, "")
    else:
        name, head, home = _family(chance) + _given(chance, sex, ""), "", ""
    return 0, _number(chance, born, sex, used), name, sex, born.isoformat(), place, home, head


def _sent(
    chance: np.random.Generator, who: Person, people: list[Person], at: int, noise: Noise
) -> tuple[str, ...]:
    _, number, name, sex, birth, place, _, head = who
    number = _dirty_id(chance, number, people, at, noise)
    if chance.random() < noise.name_wrong:
        name = _misspelt(chance, name)
    if chance.random() < noise.name_random:
        spot = int(chance.integers(0, len(name)))
        name = name[:spot] + str(chance.choice(list(_MALE + _FEMALE))) + name[spot + 1 :]
    birth = _dirty_birth(chance, birth, noise)
    if chance.random() < noise.place_missing:
        place = ""
    elif chance.random() < noise.moved:
        place = _village(chance)
    if chance.random() < 0.01:
        sex = "女" if sex == "男" else "男"
    if chance.random() < noise.head_missing:
        head = ""
    return name, number, sex, birth, place, head


def _dirty_id(
    chance: np.random.Generator, number: str, people: list[Person], at: int, noise: Noise
) -> str:
    drawn = chance.random()
    for share, change in (
        (noise.no_id, lambda: ""),
        (noise.id_slip, lambda: _slip(chance, number)),
        (noise.id_masked, lambda: _masked(chance, number)),
        (noise.id_relative, lambda: _relatives(number, people, at)),
        (noise.id_two, lambda: _slip(chance, _slip(chance, number))),
        (noise.id_old, lambda: number[:6] + number[8:17] if number[6:8] == "19" else number),
        (0.02, lambda: number.lower() + " "),
    ):
        if drawn < share:
            return change()
        drawn -= share
    return number


def _slip(chance: np.random.Generator, number: str) -> str:
    at = int(chance.integers(0, 16))
    drawn = chance.random()
    if drawn < 0.7 or not number[at].isdigit():
        digit = str(int(chance.integers(0, 10)))
        return number[:at] + digit + number[at + 1 :]
    if drawn < 0.9:
        return number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    return number[:at] + number[at + 1 :]


def _masked(chance: np.random.Generator, number: str) -> str:
    return number[:6] + "*" * 8 + number[14:] if chance.random() < 0.6 else number[:14] + "****"


def _relatives(number: str, people: list[Person], at: int) -> str:
    if at < 0:
        return number
    for other in (at + 1, at - 1):
        if 0 <= other < len(people) and people[other][6] == people[at][6]:
            return people[other][1]
    return number


def _misspelt(chance: np.random.Generator, name: str) -> str:
    drawn = chance.random()
    if "·" in name and drawn < 0.7:
        return name.replace("·", chance.choice(["", ".", "•"]))
    if drawn < 0.25:
        return "".join(_TRADITIONAL.get(each, each) for each in name)
    if drawn < 0.65:
        at = int(chance.integers(0, len(name)))
        for group in _SOUNDS:
            if name[at] in group:
                return name[:at] + str(chance.choice(list(group))) + name[at + 1 :]
    if drawn < 0.75:
        return name[:-1] + "?"
    if drawn < 0.85 and len(name) > 2:
        return name[:-1]
    if drawn < 0.92:
        return name[1:] + name[0]
    return " ".join(name)


def _dirty_birth(chance: np.random.Generator, birth: str, noise: Noise) -> str:
    if chance.random() < noise.birth_missing:
        return ""
    day = date.fromisoformat(birth)
    if chance.random() < noise.lunar:
        return (day - timedelta(days=int(chance.integers(19, 50)))).isoformat()
    if chance.random() >= noise.birth_wrong:
        return str(chance.choice([birth, birth.replace("-", ""), birth.replace("-", ".")]))
    drawn = chance.random()
    if drawn < 0.2:
        return f"{birth[:4]}-{birth[8:]}-{birth[5:7]}"
    if drawn < 0.4:
        return birth[:7]
    if drawn < 0.6:
        return f"{day.year + int(chance.choice([-10, -1, 1, 10]))}{birth[4:]}"
    return birth[:9] + str(int(chance.integers(0, 10)))
