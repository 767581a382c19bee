"""People are found by parts of the name, initials, id tails, full id and village, by the index."""

import pytest
from django.db import connection

from doudi.base.access import Actor, ScopeMissing, scope
from doudi.base.models import AuditEntry
from doudi.people import search
from doudi.people.grams import tail_gram
from doudi.people.names import name_initials
from doudi.people.problems import TailNeedsPlace
from doudi.people.search import find_people
from doudi.places.loading import load_divisions
from tests.arrange import COUNTY, OTHER_TOWNSHIP, TOWNSHIP, arranging
from tests.people.people import a_household, a_person, clerk, id_number

pytestmark = pytest.mark.django_db
NORTH, SOUTH = "620521100001", "620521100201"


@pytest.fixture
def village(db):
    load_divisions(within="620521", by=Actor.system())
    people = [
        a_person("张建国", 1, NORTH),
        a_person("张国建", 3, SOUTH),
        a_person("曾小红", 2, SOUTH),
        a_person("欧阳建国", 5, "620521101201"),
    ]
    a_household(people[0], place=NORTH)
    return people


def names(text: str, where: str = COUNTY, **asked) -> list[str]:
    with scope(where):
        return [found.name for found in find_people(text, place=None, **asked)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("建国", ["张建国", "欧阳建国"]),
        ("张建国", ["张建国"]),
        ("张", ["张建国", "张国建"]),
        ("zjg", ["张建国"]),
        ("ZJG", ["张建国"]),
        ("zxh", ["曾小红"]),
        ("oyjg", ["欧阳建国"]),
        ("张 建国", ["张建国"]),
        ("张 zg", ["张国建"]),
        ("李四", []),
        ("", []),
        ("'; drop table people_person; --", []),
    ],
)
def test_words_find_people(village, text, expected):
    assert names(text) == expected


def test_the_last_four_and_six_and_all_digits_of_an_id_find_its_owner(village):
    number = id_number(2)
    for text in (number[-4:], number[-6:], number, number.lower(), f" {number} "):
        assert names(text) == ["曾小红"]


def test_a_village_finds_its_people_and_narrows_a_name(village):
    assert names("北城居民委员会") == ["张建国"]
    assert names("北城") == ["张建国"]
    assert names("张 北城") == ["张建国"]
    assert names("张 永清镇") == ["张建国", "张国建"]
    assert names("欧阳 永清镇") == []


def test_a_tail_needs_a_county_and_searches_by_id_are_recorded(village):
    with pytest.raises(TailNeedsPlace):
        names("0023", where="620500000000")
    names(id_number(2)[-4:], by=clerk())
    assert AuditEntry.objects.filter(kind="R", name="people.search").count() == 1


def test_nobody_finds_people_of_another_township_by_any_word(village):
    for text in ("张", "建国", "zjg", id_number(1)[-4:], id_number(1), "张 北城"):
        assert names(text, where="620521102000") == []
    assert names("建国", where=OTHER_TOWNSHIP) == ["欧阳建国"]
    with pytest.raises(ScopeMissing):
        find_people("张", place=None)


def test_a_line_shows_where_the_person_is_and_masks_the_id(village):
    with scope(COUNTY):
        found = find_people("张建国", place=None)[0]
    assert found.place_name.startswith("北城")
    assert found.household_id is not None
    assert found.masked_id == "620***********" + id_number(1)[-4:]


def test_a_search_takes_four_queries(village, django_assert_max_num_queries):
    names("张")  # remembers the names of the places
    with scope(COUNTY), django_assert_max_num_queries(4):
        find_people("张", place=None)


def test_at_most_the_limit_is_found(village):
    assert len(names("建", limit=2)) == 2


@pytest.mark.parametrize(
    "grams", [["n:建国"], ["n:张建", "n:建国"], ["c:张"], ["i:zjg"], [tail_gram("0023")]]
)
def test_the_web_role_finds_people_by_the_index_and_never_by_a_scan(village, grams):
    with arranging(), connection.cursor() as cursor:
        cursor.execute(
            "insert into people_searchgram (gram, place, person_id) "
            "select 'n:' || (k %% 997), '6205211002' || lpad((k %% 90 + 10)::text, 2, '0'), %s "
            "from generate_series(1, 20000) k",
            [village[0].pk],
        )
    with scope(TOWNSHIP), connection.cursor() as cursor:
        cursor.execute("select current_user")
        assert cursor.fetchone() == ("doudi_app",)
        text, told = search.statement(grams, [("620521100000", "620521101000")], 30)
        cursor.execute("explain " + text, told)
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "search_by_gram" in plan
    assert "Seq Scan on people_searchgram" not in plan
    conditions = [line for line in plan.splitlines() if "Index Cond" in line]
    assert len(conditions) >= len(grams)
    assert all("gram" in line and "place" in line for line in conditions)


@pytest.mark.parametrize(
    ("name", "initials"),
    [
        ("曾建国", "zjg"), ("单雄", "sx"), ("解放", "xf"), ("仇英", "qy"), ("查良", "zl"),
        ("盖亚", "gy"), ("尉迟恭", "ycg"), ("万俟明", "mqm"), ("朴志", "pz"), ("区明", "om"),
        ("缪小", "mx"), ("覃明", "qm"), ("翟明", "zm"), ("张曾", "zc"), ("𠮷小红", "xh"), ("", ""),
    ],
)  # fmt: skip
def test_initials_read_a_surname_as_a_surname(name, initials):
    assert name_initials(name) == initials
