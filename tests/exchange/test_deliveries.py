"""A file becomes facts of the right people, once, and can be taken back."""

import io
from datetime import date

import pytest
import python_calamine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from doudi.base.access import scope
from doudi.base.models import AuditEntry
from doudi.base.worklist import drain
from doudi.exchange import intake, matching, processing, queries
from doudi.exchange.formats import FORMATS
from doudi.exchange.models import Delivery, DeliveryRow, Reject
from doudi.kernel import clock
from doudi.kernel.problems import NotAllowed, NotThere, Problem
from doudi.people.models import Fact, Person
from tests.arrange import COUNTY, OTHER_COUNTY, actor
from tests.exchange.arrange import REVIEWER, facts_now, register, send
from tests.exchange.samples import TODAY, as_csv, as_xlsx, good_table, record, table

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _june():
    with clock.business_at(TODAY):
        yield


@pytest.mark.parametrize("code", sorted(FORMATS))
def test_every_format_ends_as_facts_of_the_registered_people(code):
    known = register((1, 2, 3))
    delivery = send(as_csv(good_table(code, 5)), code)
    assert (delivery.state, delivery.problem) == ("已入库", "")
    assert (delivery.rows_read, delivery.rows_accepted, delivery.rows_matched) == (5, 5, 3)
    assert delivery.facts_new == 3
    with scope(COUNTY):
        assert queries.tiers_of(delivery.pk) == {"证号": 3, "无此人": 2}
        assert set(Fact.objects.values_list("person_id", flat=True)) == set(known.values())
        assert set(Fact.objects.values_list("source", flat=True)) == {
            f"delivery:{delivery.pk}:{line}" for line in (2, 3, 4)
        }


def test_the_same_bytes_again_are_the_same_delivery_and_change_nothing():
    register((1, 2))
    content = as_csv(good_table("pension", 2))
    first = send(content)
    before = facts_now()
    assert send(content).pk == first.pk
    assert facts_now() == before
    with scope(COUNTY):
        assert Delivery.objects.count() == 1


def test_one_changed_row_changes_one_fact():
    register(range(1, 11))
    rows = good_table("pension", 10)
    send(as_csv(rows))
    rows[4][5] = "999.00"
    again = send(as_csv(rows))
    assert (again.facts_new, again.facts_changed, again.facts_same) == (0, 1, 9)
    assert [row[3] for row in facts_now()].count(99_900) == 1


def test_a_plate_is_kept_as_token_only():
    register((1,))
    send(as_csv(good_table("vehicle", 1)), "vehicle")
    key = facts_now()[0][2]
    assert len(key) == 16
    assert "甘" not in key


def test_a_vehicle_that_was_scrapped_ends_with_the_period():
    register((1,))
    gone = record("vehicle", 1) | {"机动车状态": "报废", "最近登记日期": "2020-01-01"}
    send(as_csv(table("vehicle", [gone])), "vehicle")
    assert facts_now()[0][5:] == (date(2020, 1, 1), date(2022, 5, 1))


def test_an_id_in_the_registry_under_another_name_waits_for_a_human_and_stores_nothing():
    register((1, 2))
    other = record("pension", 1) | {"姓名": "另一人"}
    delivery = send(as_csv(table("pension", [other, record("pension", 2)])))
    assert delivery.rows_matched == 1
    assert len(facts_now()) == 1
    with scope(COUNTY):
        row = queries.match_queue().get()
        assert row.tier == "待认"
        assert "另" in row.why
        assert "另一人" not in row.why


def test_a_name_alone_finds_nobody():
    register((1,))
    stranger = record("pension", 1) | {"社会保障号码": record("pension", 50)["社会保障号码"]}
    send(as_csv(table("pension", [stranger])))
    assert facts_now() == []
    with scope(COUNTY):
        assert DeliveryRow.objects.get().tier == "无此人"


def test_a_cremation_without_id_and_with_a_name_that_tells_nobody_apart_is_not_found():
    register((1,))
    send(
        as_csv(table("cremation", [record("cremation", 1) | {"身份证号码": "家属不清楚"}])),
        "cremation",
    )
    assert facts_now() == []
    with scope(COUNTY):
        row = DeliveryRow.objects.get()
        assert (row.tier, row.person) == ("未找到", None)
        assert "没有足够相近的人" in row.why


def test_a_minority_name_written_without_its_dot_is_the_same_name():
    register((4,))
    row = record("pension", 4)
    assert "·" in row["姓名"]
    for written in ("买买提艾力", "买买提.艾力", "买买提 艾力"):
        changed = row | {"姓名": row["姓名"][0] + written, "待遇类别": written}
        assert send(as_csv(table("pension", [changed]))).rows_matched == 1


def test_rows_about_the_same_fact_that_differ_wait_for_a_human_both():
    register((4,))
    one, other = record("pension", 4), record("pension", 4)
    other["姓名"] = other["姓名"].replace("·", "")
    other["险种类型"] = one["险种类型"] + " "
    other["待遇类别"] = "另一种"
    delivery = send(as_csv(table("pension", [one, other])))
    assert (delivery.rows_matched, delivery.rows_rejected) == (0, 2)
    assert facts_now() == []


def test_a_person_of_another_county_is_not_found_by_this_countys_file():
    register((1,), OTHER_COUNTY)
    assert send(as_csv(good_table("pension", 1))).rows_matched == 0


def test_a_file_that_cannot_be_read_says_why_and_stays():
    delivery = send(b"\x89PNG\r\n\x1a\n" + bytes(100))
    assert delivery.state == "无法读取"
    assert "PNG" in delivery.problem
    assert "另存为" in delivery.problem


def test_rejects_are_kept_with_masked_values_and_the_sums_hold():
    register((1, 2, 3))
    rows = good_table("pension", 3)
    rows[2][1] = rows[2][1][:17] + "?"
    rows[3][5] = "很多"
    delivery = send(as_csv(rows))
    assert (delivery.rows_read, delivery.rows_accepted, delivery.rows_rejected) == (3, 1, 2)
    with scope(COUNTY):
        told = list(Reject.objects.order_by("line").values_list("line", "column", "code"))
        assert told == [(3, "社会保障号码", "id.characters"), (4, "月待遇金额", "money.unreadable")]
        assert rows[2][1][:17] not in "".join(Reject.objects.values_list("value", flat=True))


def test_the_rejects_go_back_as_their_own_sheet_with_reasons_and_no_formula():
    rows = good_table("jobless", 3)
    rows[1][3] = "=cmd|'/c calc'!A1"
    rows[2][1] = "1"
    delivery = send(as_csv(rows), "jobless")
    with scope(COUNTY):
        sheet = queries.rejects_sheet(delivery.pk)
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(sheet))
    told = book.get_sheet_by_index(0).to_python()
    assert told[0] == [*rows[0], "原行号", "问题说明"]
    assert [line[6] for line in told[1:]] == [2.0, 3.0]
    assert told[1][3].startswith("'=")
    assert "公式" in told[1][7]
    assert "18位" in told[2][7]


@pytest.mark.parametrize("code", sorted(FORMATS))
def test_a_template_filled_in_is_read_whole(code):
    book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(queries.template(code)))
    header = book.get_sheet_by_index(0).to_python()[0]
    filled = as_xlsx([header, *good_table(code, 2)[1:]])
    assert intake.guess_format(queries.template(code)) == code
    assert send(filled, code).rows_accepted == 2


def test_processing_twenty_rows_or_two_thousand_takes_the_same_number_of_queries():
    register(range(1, 2001))

    def counted(count: int) -> int:
        rows = good_table("pension", count)
        rows[3][1] = "1"
        delivery = intake.receive(
            as_csv(rows), file_name="x.csv", format_code="pension", period="2022-05",
            place=COUNTY, by=REVIEWER,
        )  # fmt: skip
        with CaptureQueriesContext(connection) as made:
            processing.process_delivery(delivery.pk)
        with scope(COUNTY):
            delivery.refresh_from_db()
        assert delivery.rows_matched == count - 1
        return len(made)

    send(as_csv(good_table("pension", 3, first=1990)))  # so that both have something to compare
    assert counted(20) == counted(2000)


def test_a_row_is_written_once_with_its_verdict():
    register((1, 2, 3))
    send(as_csv(good_table("pension", 3)))
    written = AuditEntry.objects.filter(name="exchange_deliveryrow")
    assert list(written.values_list("kind", "row_count")) == [("I", 3)]


def test_a_step_begun_by_one_process_is_finished_by_another_that_reads_again():
    register((1, 2, 3))
    delivery = intake.receive(
        as_csv(good_table("pension", 3)), file_name="x.csv", format_code="pension",
        period="2022-05", place=COUNTY, by=REVIEWER,
    )  # fmt: skip
    processing.read_delivery(delivery.pk, by=REVIEWER)
    processing._lately.take(delivery)
    processing.process_delivery(delivery.pk)
    with scope(COUNTY):
        delivery.refresh_from_db()
    assert (delivery.state, delivery.rows_matched) == ("已入库", 3)


def test_a_withdrawal_lists_what_hangs_on_it_and_puts_back_what_was():
    register((1, 2, 3))
    rows = good_table("pension", 3)
    send(as_csv(rows))
    before = facts_now()
    rows[1][5] = "777.00"
    second = send(as_csv(rows), period="2022-06")
    with scope(COUNTY):
        told = queries.consequences_of(second.pk)
    assert (told.facts, told.people) == (1, 1)
    taken = intake.withdraw(second.pk, "来源部门更正", by=REVIEWER)
    assert taken.state == "已撤回"
    assert "1 条" in taken.problem
    assert facts_now() == before
    assert intake.withdraw(second.pk, "再次", by=REVIEWER).problem == taken.problem
    again = send(as_csv(rows), period="2022-06")
    assert again.pk != second.pk
    assert again.facts_changed == 1


def test_a_delivery_withdrawn_before_processing_is_never_processed():
    register((1,))
    delivery = intake.receive(
        as_csv(good_table("pension", 1)), file_name="x", format_code="pension", period="2022-05",
        place=COUNTY, by=REVIEWER,
    )  # fmt: skip
    intake.withdraw(delivery.pk, "发错了", by=REVIEWER)
    drain()
    assert facts_now() == []


def test_a_human_settles_a_waiting_row_and_it_can_be_undone():
    known = register((1,))
    send(as_csv(table("pension", [record("pension", 1) | {"姓名": "曾用名"}])))
    with scope(COUNTY):
        row = queries.match_queue().get()
    matching.settle_match(row.pk, known[1], "电话核实，曾用名", by=REVIEWER)
    assert len(facts_now()) == 1
    with pytest.raises(matching.MatchAlreadySettled):
        matching.settle_match(row.pk, None, "重复", by=REVIEWER)
    assert matching.undo_match(row.pk, "认错了人", by=REVIEWER) == 1
    assert facts_now() == []
    matching.settle_match(row.pk, None, "不是本县人", by=REVIEWER)
    with scope(COUNTY):
        assert DeliveryRow.objects.get().tier == "无此人"


def test_an_automatic_match_can_be_undone_alone():
    register((1, 2))
    send(as_csv(good_table("pension", 2)))
    with scope(COUNTY):
        row = DeliveryRow.objects.order_by("line")[0]
    assert matching.undo_match(row.pk, "核实不是同一人", by=REVIEWER) == 1
    assert len(facts_now()) == 1


def test_cells_are_shown_masked():
    register((1,))
    send(as_csv(good_table("pension", 1)))
    with scope(COUNTY):
        cells = queries.cells_of(DeliveryRow.objects.get())
    sent = record("pension", 1)
    assert sent["姓名"] not in cells.values()
    assert sent["社会保障号码"] not in cells.values()
    assert cells["险种类型"] == sent["险种类型"]


def test_only_who_may_receives_and_only_for_its_own_county():
    content = as_csv(good_table("pension", 1))
    told = {"file_name": "x", "format_code": "pension", "period": "2022-05"}
    with pytest.raises(NotAllowed):
        intake.receive(content, **told, place=COUNTY, by=actor("township_clerk"))
    with pytest.raises(NotThere):
        intake.receive(content, **told, place=OTHER_COUNTY, by=REVIEWER)
    with pytest.raises(intake.UnknownFormat):
        intake.receive(content, **told | {"format_code": "x"}, place=COUNTY, by=REVIEWER)
    with pytest.raises(intake.FormatNotRecognised):
        intake.receive(content, **told | {"format_code": None}, place=COUNTY, by=REVIEWER)
    with pytest.raises(Problem):
        intake.receive(content, **told | {"period": "五月"}, place=COUNTY, by=REVIEWER)


def test_another_county_sees_nothing_of_a_delivery():
    register((1,))
    delivery = send(as_csv(good_table("pension", 1)))
    with scope(OTHER_COUNTY):
        assert not queries.deliveries().exists()
        assert not DeliveryRow.objects.exists()
        assert not Person.objects.exists()
        with pytest.raises(NotThere):
            queries.delivery_of(delivery.pk)
