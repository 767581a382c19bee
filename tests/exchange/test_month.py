"""The month of files of the made-up county: what is dirty goes back, whom a row names is right."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from demo.county.county import County, generate
from demo.county.files import write_month
from doudi.base.access import scope
from doudi.exchange.formats import FORMATS
from doudi.exchange.models import DeliveryRow
from doudi.exchange.reading import guess_format, read
from doudi.kernel import clock
from doudi.people.models import Person
from tests.arrange import COUNTY
from tests.exchange.arrange import register_people, send
from tests.exchange.samples import TODAY

UNUSABLE = {"缺证号", "校验位错", "错一位", "证号前撇号", "合计行"}


@pytest.fixture(scope="module")
def month(tmp_path_factory) -> tuple[County, list[Path]]:
    county = generate(scale=0.02)
    return county, write_month(county, tmp_path_factory.mktemp("month"))


def truth_of(county: County, path: Path) -> dict[int, Any]:
    return {row.line: row for row in county.rows if row.file == path.name}


def test_every_file_is_recognised_and_every_row_of_it_is_taken_or_sent_back(month):
    county, paths = month
    recognised = []
    for path in paths:
        content = path.read_bytes()
        code = guess_format(content, path.name)
        recognised.append(code)
        found = read(content, path.name, FORMATS[code], TODAY)
        truth = truth_of(county, path)
        taken = {row.line for row in found.rows}
        assert taken | {reject.line for reject in found.rejects} == set(truth)
        for line in taken:
            if code != "cremation":
                assert not UNUSABLE & set(truth[line].dirt)
        for reject in found.rejects:
            if {fault.code for fault in reject.faults} & {"row.contradicts"}:
                continue  # the other of two contradicting rows is clean itself
            assert truth[reject.line].dirt, reject.why
    assert len(set(recognised)) == len(recognised) == 11


@pytest.mark.django_db
def test_a_confirmed_row_is_always_about_the_person_it_was_written_about(month):
    county, paths = month
    with clock.business_at(TODAY):
        ids = register_people([(each.name, each.id_number) for each in county.people])
        local = {ids[each.id_number]: each.local_id for each in county.people}
        seen: Counter[str] = Counter()
        for path in paths:
            delivery = send(path.read_bytes(), guess_format(path.read_bytes()))
            assert delivery.state == "已入库"
            truth = truth_of(county, path)
            with scope(COUNTY):
                rows = DeliveryRow.objects.filter(delivery=delivery)
                for line, tier, person in rows.values_list("line", "tier", "person_id"):
                    seen[tier] += 1
                    if tier == "证号":
                        assert local[person] == truth[line].local_id
                    elif tier == "无此人":
                        assert truth[line].local_id is None
    # Clean rows must not drown the human's queue.
    assert seen["证号"] > 0.85 * seen.total()
    assert seen["待认"] < 0.08 * seen.total()
    with scope(COUNTY), connection.cursor() as cursor:
        assert Person.objects.count() == len(county.people)
        cursor.execute("select count(*) from people_fact where known_before is null")
        assert cursor.fetchone()[0] > 0.8 * seen["证号"]
