"""F7 in the database: what no id decides is weighed, never by a name alone, and can be undone."""

from __future__ import annotations

import csv
import io
from datetime import date

import polars as pl
import pytest
import python_calamine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bench import invented
from doudi.base.access import Actor, scope
from doudi.exchange import intake, matching, queries, scoring
from doudi.exchange.formats import FORMATS
from doudi.exchange.models import Delivery, DeliveryRow, MatchModel, Reject
from doudi.exchange.reading import Row, read
from doudi.kernel import clock
from doudi.kernel.ids import id_check_digit
from doudi.kernel.problems import NotAllowed
from doudi.people.loading import HouseholdRow, PersonRow, RegistrySource, load_registry
from doudi.people.models import Fact, Person
from tests.arrange import COUNTY, actor, arranging
from tests.exchange.arrange import REVIEWER, facts_now, register, send
from tests.exchange.samples import TODAY, as_csv, id_number, record, table

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _june():
    with clock.business_at(TODAY):
        yield


def slipped(number: str, at: int = 15) -> str:
    """The id with one digit wrong, so that its check digit is wrong."""
    return number[:at] + str((int(number[at]) + 1) % 10) + number[at + 1 :]


def masked(number: str) -> str:
    return number[:6] + "********" + number[14:]


def sent(code: str, number: int, **other: str) -> dict[str, str]:
    return record(code, number) | other


def send_rows(code: str, *rows: dict[str, str]) -> Delivery:
    return send(as_csv(table(code, list(rows))), code)


def row_of(delivery: Delivery, line: int = 2) -> DeliveryRow:
    with scope(COUNTY):
        return DeliveryRow.objects.get(delivery_id=delivery.pk, line=line)


def test_one_slip_in_the_id_under_the_right_name_counts_by_itself_and_nothing_sent_is_changed():
    known = register(range(1, 60))
    wrong = slipped(id_number(7))
    rows = [sent("pension", n) for n in range(1, 40) if n != 7]
    delivery = send_rows("pension", *rows, sent("pension", 7, 社会保障号码=wrong))
    assert (delivery.rows_read, delivery.rows_accepted, delivery.rows_rejected) == (39, 39, 0)
    assert delivery.rows_matched == 39
    row = row_of(delivery, 40)
    assert (row.tier, row.person_id) == ("评分", known[7])
    assert row.bits is not None
    assert row.bits >= 10
    assert "差一处" in row.why
    assert "校验位不对" in row.why
    with scope(COUNTY):
        assert queries.cells_of(row, masked=False)["社会保障号码"] == wrong
        assert Person.objects.get(pk=known[7]).id_token is not None
        assert Fact.objects.get(person_id=known[7]).source == f"delivery:{delivery.pk}:40"
        assert not Reject.objects.exists()


def test_the_weights_that_decided_are_kept_with_their_version_and_how_many_rows_taught_them():
    register(range(1, 60))
    rows = [sent("pension", n) for n in range(1, 40)]
    delivery = send_rows("pension", *rows, sent("pension", 41, 社会保障号码=slipped(id_number(41))))
    with scope(COUNTY):
        model = MatchModel.objects.get()
    assert (model.delivery_id, model.version, model.anchors) == (delivery.pk, 1, 39)
    assert set(model.tables["same"]) >= {"姓名", "出生日期", "证件号码"}


def test_a_file_whose_ids_all_match_weighs_nothing_and_opens_no_id(monkeypatch):
    register((1, 2, 3))
    monkeypatch.setattr(scoring, "decrypt", _never)
    send_rows("pension", *(sent("pension", n) for n in (1, 2, 3)))
    with scope(COUNTY):
        assert not MatchModel.objects.exists()


def _never(sealed: bytes) -> str:
    raise AssertionError("no id had to be opened")


def test_only_the_ids_of_those_who_came_into_question_are_opened(monkeypatch):
    register(range(1, 400))
    opened: list[str] = []
    real = scoring.decrypt

    def opening(sealed: bytes) -> str:
        opened.append(real(sealed))
        return opened[-1]

    monkeypatch.setattr(scoring, "decrypt", opening)
    send_rows("pension", sent("pension", 7, 社会保障号码=slipped(id_number(7))))
    assert id_number(7) in opened
    assert len(opened) < 40


def test_a_valid_id_that_nobody_has_is_nobody_however_alike_somebody_is():
    register((7,))
    key = id_number(7)[:14] + "990"
    other = key + _check(key)
    delivery = send_rows("pension", sent("pension", 7, 社会保障号码=other))
    row = row_of(delivery)
    assert (row.tier, row.person_id, row.evidence) == ("无此人", None, None)
    assert facts_now() == []


def _check(first17: str) -> str:
    return id_check_digit(first17)


def test_a_rare_name_alone_is_asked_about_and_never_counts_by_itself():
    known = register(range(1, 400))
    rare = {"逝者姓名": "尉迟恭瑾", "身份证号码": "家属不清楚"}
    with arranging():
        Person.objects.filter(pk=known[5]).update(name="尉迟恭瑾")
    delivery = send_rows("cremation", sent("cremation", 5, **rare))
    row = row_of(delivery)
    assert row.tier == "待认"
    assert row.person_id == known[5]
    assert "只有姓名" in row.why or "停发" in row.why
    assert facts_now() == []


def test_a_name_that_many_bear_finds_nobody_and_is_shown_as_not_found():
    register(range(1, 400))
    delivery = send_rows("cremation", sent("cremation", 6, 身份证号码=""))
    assert row_of(delivery).tier == "未找到"
    assert facts_now() == []


def test_a_row_that_is_to_have_an_id_goes_back_where_only_the_name_agrees():
    register((1,))
    delivery = send_rows("pension", sent("pension", 1, 社会保障号码="12"))
    assert (delivery.rows_accepted, delivery.rows_rejected) == (0, 1)
    with scope(COUNTY):
        assert Reject.objects.get().code == "id.length"


def test_what_stops_a_benefit_is_asked_about_however_much_speaks_for_it():
    register(range(1, 60))
    rows = [sent("death", n) for n in range(1, 30)]
    delivery = send_rows("death", *rows, sent("death", 40, 公民身份号码=slipped(id_number(40))))
    row = row_of(delivery, 31)
    assert row.tier == "待认"
    assert "停发" in row.why
    assert row.bits is not None
    assert row.bits > 10
    with scope(COUNTY):
        assert Fact.objects.filter(source=f"delivery:{delivery.pk}:31").count() == 0


def test_an_id_of_which_the_birth_is_hidden_is_found_by_its_last_digits_and_the_name():
    known = register(range(1, 200))
    delivery = send_rows("pension", sent("pension", 9, 社会保障号码=masked(id_number(9))))
    row = row_of(delivery)
    assert row.person_id == known[9]
    assert "可见各位" in row.why


def test_a_salvaged_row_is_not_in_the_sheet_that_goes_back():
    register(range(1, 60))
    rows = [sent("pension", n) for n in range(1, 30)]
    rows.append(sent("pension", 40, 社会保障号码=slipped(id_number(40))))
    rows.append(sent("pension", 41, 月待遇金额="很多"))
    delivery = send_rows("pension", *rows)
    assert (delivery.rows_accepted, delivery.rows_rejected) == (30, 1)
    with scope(COUNTY):
        book = python_calamine.CalamineWorkbook.from_filelike(
            io.BytesIO(queries.rejects_sheet(delivery.pk))
        )
    assert len(book.get_sheet_by_index(0).to_python()) == 2


def waiting() -> tuple[dict[int, int], DeliveryRow]:
    """A row under another's id: two candidates, the holder of the id and the namesake."""
    known = register(range(1, 40))
    delivery = send_rows("pension", sent("pension", 3, 社会保障号码=id_number(4)))
    row = row_of(delivery)
    assert row.tier == "待认"
    return known, row


def test_the_queue_shows_who_is_meant_side_by_side_with_the_reasons():
    known, row = waiting()
    assert row.evidence is not None
    first = row.evidence["candidates"][0]
    assert first["person"] == known[4]
    assert {part[0] for part in first["parts"]} >= {"姓名", "证件号码"}


def test_not_this_one_asks_about_the_next_and_after_the_last_the_row_is_nobodys():
    _known, row = waiting()
    with scope(COUNTY):
        candidates = [each["person"] for each in row.evidence["candidates"]]
    for person in candidates:
        row = matching.exclude_candidate(row.pk, person, "电话核实不是", by=REVIEWER)
    assert row.tier == "无此人"
    assert [each["person"] for each in row.evidence["excluded"]] == candidates
    assert {each["by"] for each in row.evidence["excluded"]} == {REVIEWER.name}
    assert facts_now() == []


def test_an_accepted_row_stores_its_facts_with_who_said_so_and_falls_with_its_delivery():
    known, row = waiting()
    matching.settle_match(row.pk, known[3], "电话核实", by=REVIEWER)
    with scope(COUNTY):
        row.refresh_from_db()
        assert (row.tier, row.person_id) == ("人工", known[3])
        assert row.settled_at is not None
        assert [each[0] for each in facts_now()] == [known[3]]
    intake.withdraw(row.delivery_id, "来源部门更正", by=REVIEWER)
    assert facts_now() == []


def test_a_weighed_row_is_undone_alone_and_with_its_delivery():
    register(range(1, 60))
    rows = [sent("pension", n) for n in range(1, 30)]
    delivery = send_rows("pension", *rows, sent("pension", 40, 社会保障号码=slipped(id_number(40))))
    assert len(facts_now()) == 30
    assert matching.undo_match(row_of(delivery, 31).pk, "认错了", by=REVIEWER) == 1
    assert len(facts_now()) == 29
    intake.withdraw(delivery.pk, "更正", by=REVIEWER)
    assert facts_now() == []


def test_a_weighed_row_and_a_row_with_an_id_that_contradict_each_other_both_wait():
    register(range(1, 60))
    rows = [sent("pension", n) for n in range(1, 30)]
    rows.append(sent("pension", 7, 社会保障号码=slipped(id_number(7)), 月待遇金额="9999.00"))
    delivery = send_rows("pension", *rows)
    assert {row_of(delivery, 8).tier, row_of(delivery, 31).tier} == {"待认"}


def test_a_person_of_another_county_comes_into_no_question():
    register(range(1, 60), "620522100201")
    delivery = send_rows("pension", sent("pension", 7, 社会保障号码=slipped(id_number(7))))
    assert delivery.rows_rejected == 1


def test_five_rows_or_fifty_to_be_weighed_take_the_same_number_of_queries():
    register(range(1, 400))

    def counted(first: int, count: int) -> int:
        rows = [
            sent("pension", n, 社会保障号码=slipped(id_number(n)))
            for n in range(first, first + count)
        ]
        with CaptureQueriesContext(connection) as made:
            send_rows("pension", *rows)
        return len(made)

    counted(1, 1)
    assert counted(10, 5) == counted(100, 50)


# The number of a disability certificate holds the id; where they disagree the row goes back.
@pytest.mark.parametrize("code", sorted(set(FORMATS) - {"disability"}))
def test_every_format_says_what_a_row_tells_also_without_its_id(code):
    column = FORMATS[code].column("id").name
    reading = read(as_csv(table(code, [sent(code, 1, **{column: "123"})])), "x.csv", FORMATS[code])
    rows = [*reading.rows] + [
        each.otherwise for each in reading.rejects if each.otherwise is not None
    ]
    assert len(rows) == 1
    assert isinstance(rows[0], Row)
    assert (rows[0].id_number, len(rows[0].facts)) == ("", 1)


def test_a_dirty_file_counts_by_itself_only_what_is_right_in_999_of_1000_rows():
    known = load_invented(6_000)
    file, truth = invented.file(known, 3_000, invented.DIRTY, seed=8)
    delivery = send(_as_hukou(file), "hukou")
    with scope(COUNTY):
        numbers = dict(
            Person.objects.values_list("pk", "address")
        )  # the address holds the row of the registry
        told = {
            row.line - 2: (row.tier, int(numbers[row.person_id]) if row.person_id else -1)
            for row in DeliveryRow.objects.filter(delivery_id=delivery.pk)
        }
    automatic = [at for at, (tier, _) in told.items() if tier in ("证号", "评分")]
    wrong = [at for at in automatic if told[at][1] != truth[at]]
    assert len(automatic) > 2_000
    assert len(wrong) <= len(automatic) / 1000
    by_weight = sum(told[at][0] == "评分" for at in automatic)
    assert by_weight > 300
    here = [at for at in told if truth[at] >= 0]
    found = [at for at in here if told[at][1] == truth[at]]
    assert len(found) / len(here) > 0.93


def load_invented(size: int) -> pl.DataFrame:
    """Invented people in households of the county; their address is their row."""
    known = invented.registry(size, seed=5).with_columns(
        pl.col("区划代码").str.replace("620599", "620521")
    )
    _load(known)
    return known


def _load(known: pl.DataFrame) -> None:
    homes: dict[str, int] = {}
    people, households = [], []
    for at, (_, number, called, sex, birth, place, home, _) in enumerate(known.rows()):
        relation = "子"
        if home not in homes:
            homes[home] = len(homes) + 1
            relation = "户主"
            households.append(
                HouseholdRow(homes[home], home, place, False, "", at + 1, date(2013, 1, 1))
            )
        people.append(
            PersonRow(
                at + 1, homes[home], relation, called, number, sex, date.fromisoformat(birth),
                place, place, False, address=str(at),
            )
        )  # fmt: skip
    source = RegistrySource(clock.business_now(), households, people)
    load_registry("测试", source, by=Actor.system())


def _as_hukou(file: pl.DataFrame) -> bytes:
    out = io.StringIO()
    sheet = csv.writer(out)
    words = [column.name for column in FORMATS["hukou"].columns]
    sheet.writerow([*words])
    for at, (called, number, _, birth, _, _) in enumerate(file.rows()):
        told = record("hukou", at) | {
            "户号": f"H{at}", "姓名": called, "公民身份号码": number,
            "出生日期": birth if _is_day(birth) else "",
        }  # fmt: skip
        sheet.writerow([told.get(word, "") for word in words])
    return out.getvalue().encode()


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def test_a_clerk_of_a_township_settles_nothing():
    known, row = waiting()
    with pytest.raises(NotAllowed):
        matching.settle_match(row.pk, known[3], "x", by=actor("township_clerk"))
    with pytest.raises(NotAllowed):
        matching.exclude_candidate(row.pk, known[3], "x", by=actor("township_clerk"))
