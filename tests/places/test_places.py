"""Divisions load from the product's own data and are found by name, initials and code."""

import time

import pytest

from doudi.base.access import Actor
from doudi.kernel.problems import NotAllowed
from doudi.places import queries
from doudi.places.initials import initials_of
from doudi.places.loading import load_divisions
from doudi.places.models import Division
from doudi.places.queries import Place
from tests.arrange import actor

pytestmark = pytest.mark.django_db
BY = Actor.system()


@pytest.fixture
def qingshui(db):
    load_divisions(within="620521", by=BY)


def test_a_county_loads_with_what_lies_above_it_and_again_changes_nothing(qingshui):
    assert load_divisions(within="620521", by=BY) == 0
    levels = [Division.objects.filter(level=level).count() for level in range(1, 6)]
    assert levels == [1, 1, 1, 19, 268]


def test_all_divisions_of_the_nation_load_and_no_village_is_lost():
    assert load_divisions(by=BY) == 665_276
    assert Division.objects.values("code").distinct().count() == 665_271
    assert Division.objects.filter(initials="").count() == 0
    assert queries.full_name("441900003000") == "广东省东莞市东城街道"
    assert queries.full_name("110101001001").startswith("北京市东城区东华门街道")
    assert queries.full_name("350527000000") == "福建省泉州市金门县"
    assert len(queries.children("441900000000")) > 30
    assert len(queries.children("000000000000")) == 31
    began = time.monotonic()
    assert queries.search("清水县")[0] == Place("620521000000", 3, "清水县")
    assert time.monotonic() - began < 5


def test_only_the_machine_loads_divisions():
    with pytest.raises(NotAllowed):
        load_divisions(within="62", by=actor("county_leader"))


def test_names_say_the_whole_line_and_the_spoken_form(qingshui):
    assert queries.name_of("620521100000") == "永清镇"
    assert queries.full_name("620521100001") == "甘肃省天水市清水县永清镇北城居民委员会"
    assert queries.short_name("620521100001") == "北城居委会"
    assert queries.short_name("620521000000") == "清水县"


def test_an_unknown_code_stands_for_itself(qingshui):
    assert queries.name_of("999999999999") == "999999999999"
    assert queries.full_name("620521100999") == "620521100999"
    assert queries.short_name("620521100999") == "620521100999"


@pytest.mark.parametrize(
    ("official", "spoken"),
    [
        ("南街村村民委员会", "南街村"), ("南街村民委员会", "南街村"), ("李沟村委会", "李沟村"),
        ("李沟村村委会", "李沟村"), ("中山路社区居民委员会", "中山路社区"), ("村委会", "村委会"),
    ],
)  # fmt: skip
def test_official_names_are_shortened_as_people_speak(official, spoken, monkeypatch):
    monkeypatch.setitem(queries._names, "620521100998", official)
    assert queries.short_name("620521100998") == spoken


def test_children_are_one_level_below_in_order(qingshui):
    towns = queries.children("620521000000")
    assert [town.level for town in towns] == [4] * 19
    assert towns[0] == Place("620521100000", 4, "永清镇")
    assert len(queries.places_under("620521000000", 5)) == 268
    assert queries.children(towns[0].code)[0].name == "北城居民委员会"


def test_a_place_is_found_by_part_of_its_name_initials_or_code_within_a_range(qingshui):
    assert queries.search("永清")[0].code == "620521100000"
    assert queries.search("yqz")[0].code == "620521100000"
    assert queries.search(" 620521100 ")[0].code == "620521100000"
    assert queries.search("永清", within="620521101000") == []
    assert queries.search("") == queries.search("不存在的地方") == []
    assert len(queries.search("村", limit=7)) == 7
    assert queries.search("100%_") == []


def test_names_are_asked_once(qingshui, django_assert_num_queries):
    queries.forget()
    with django_assert_num_queries(1):
        for _ in range(3):
            queries.names_of(["620521100000", "620521100001"])


def test_ranges_of_a_name_leave_out_what_lies_inside_another(qingshui):
    ranges = queries.ranges_named("永清", ("620521000000", "620522000000"), limit=10)
    assert ranges[0] == ("620521100000", "620521101000")
    assert all(low >= "620521101000" or low == "620521100000" for low, _ in ranges)


def test_initials_leave_out_what_cannot_be_read():
    assert initials_of("北城居民委员会") == "bcjmwyh"
    assert initials_of("𠮷·A1 ") == "a1"
