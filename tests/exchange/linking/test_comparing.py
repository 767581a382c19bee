"""How alike two names, dates and places are: each pair comes to its level."""

import numpy as np
import pytest

from doudi.exchange.linking import levels as at_level
from doudi.exchange.linking.births import birth_of
from doudi.exchange.linking.comparing import births, names, places
from doudi.exchange.linking.han import name_texts, names_of
from doudi.exchange.linking.levels import BIRTH, FIELDS, ID, NAME, PLACE

NAMES = [
    ("张秀英", "张秀英", "写法相同"),
    ("张 秀 英", "张秀英", "写法相同"),
    ("買買提·吐爾逊", "买买提.吐尔逊", "繁简或异体"),
    ("买买提吐尔逊", "买买提•吐尔逊", "写法相同"),
    ("張國強", "张国强", "繁简或异体"),
    ("闫明", "阎明", "繁简或异体"),
    ("张秀瑛", "张秀英", "同音"),
    ("章秀英", "张秀英", "同音"),
    ("曾丽", "增丽", "同音"),
    ("单国强", "山国强", "同音"),
    ("单国强", "丹国强", "名同姓不同"),
    ("马?兰", "马玉兰", "有认不出的字，其余相同"),
    ("马□兰", "马玉兰", "有认不出的字，其余相同"),
    ("𠮷玉兰", "〓玉兰", "有认不出的字，其余相同"),
    ("秀英张", "张秀英", "字的次序不同"),
    ("阿卜杜拉艾力", "阿卜杜拉", "多字或少字"),
    ("买提吐尔逊", "买买提·吐尔逊", "多字或少字"),
    ("张秀", "张秀英", "多字或少字"),
    ("张秀荣", "张秀英", "一个字不同"),
    ("李秀英", "张秀英", "名同姓不同"),
    ("张伟", "张秀英", "只有姓同音"),
    ("李建国", "张秀英", "不同"),
    ("吕方", "卢方", "不同"),
    ("欧阳明", "欧阳名", "同音"),
    ("", "张秀英", ""),
    ("??", "张秀英", ""),
]


def _words(field, level):
    return field.levels[int(level) - 1].words if level else ""


@pytest.mark.parametrize(("a", "b", "wanted"), NAMES)
def test_two_names_come_to_their_level_whichever_stands_first(a, b, wanted):
    texts = name_texts([a, b])
    known = names_of(["", *texts])
    one, two = np.array([1 if texts[0] else 0]), np.array([2 if texts[1] else 0])
    assert _words(NAME, names(known, one, two)[0]) == wanted
    assert _words(NAME, names(known, two, one)[0]) == wanted


@pytest.mark.parametrize(
    ("a", "b", "wanted"),
    [
        ("1965-03-12", "19650312", "相同"),
        ("1965.12.3", "1965-03-12", "日月写反"),
        ("1965-03-21", "1965-03-12", "一位写错或写反"),
        ("1956-03-12", "1965-03-12", "一位写错或写反"),
        ("1965年3月", "1965-03-12", "只写到年或月，相符"),
        ("1965", "1965-03-12", "只写到年或月，相符"),
        ("1988-03-12", "1965-03-12", "月日相同，年不同"),
        ("1965-02-08", "1965-03-12", "同一年，差十天到两个月（可能是农历）"),
        ("1965-09-30", "1965-03-12", "同一年"),
        ("1990-05-25", "1965-03-12", "不同"),
        ("23813", "1965-03-12", "相同"),
        ("不详", "1965-03-12", ""),
    ],
)
def test_two_dates_of_birth_come_to_their_level(a, b, wanted):
    told = births(np.array([birth_of(a)]), np.array([birth_of(b)]))
    assert _words(BIRTH, told[0]) == wanted


@pytest.mark.parametrize(
    ("a", "b", "wanted"),
    [
        (620521100200, 620521100200, "同一村"), (620521100000, 620521100200, "同一乡镇"),
        (620521000000, 620521100200, "同一县"), (620502000000, 620521100200, "同一市"),
        (110101000000, 620521100200, "不同"), (-5, -5, "同一村"), (-5, -6, "不同"),
        (-5, 620521100200, ""), (0, 620521100200, ""),
    ],
)  # fmt: skip
def test_two_places_come_to_their_level(a, b, wanted):
    assert _words(PLACE, places(np.array([a]), np.array([b]))[0]) == wanted


def test_levels_are_data_whose_shares_add_up_and_whose_numbers_stand_in_order():
    for field in FIELDS.values():
        for kind in ("same", "relative", "anybody"):
            shares = field.shares(kind)
            assert shares[0] == 1, "what was not told weighs nothing"
            assert shares[1:].sum() == pytest.approx(1)
            assert (shares > 0).all()
    last = (at_level.NAME_OTHER, at_level.BIRTH_OTHER, at_level.ID_OTHER, at_level.ELSEWHERE)
    assert last == tuple(len(field.levels) for field in (NAME, BIRTH, ID, PLACE))
