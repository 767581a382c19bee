"""ISO 20022: bytes that are a function of the content; answers read safely, transaction by one."""

import hashlib
import json
import os
import random
import resource
import subprocess
import sys
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doudi.base.access import scope
from doudi.payments.accrual import accrue
from doudi.payments.bankfile import FileLine, ReturnLine
from doudi.payments.batches import approve_batch, make_batch, release_batch
from doudi.payments.iso20022 import NAMESPACE, Order, build, parse_return
from doudi.payments.problems import LayoutUnknown, ReturnForAnotherBatch
from doudi.payments.queries import balanced, batch_view, problems_of
from doudi.payments.reconcile import receive_return
from doudi.payments.sending import outbox, send_batch
from tests.arrange import COUNTY
from tests.payments.iso_bank import camt053, pain002
from tests.payments.world import JUNE, SCHEME, add_households, card

NUMBER = "620521-DB-202206-1"
ORDER = Order(
    NUMBER, "低保", "2022-06", "清水县民政局", "620521-DB", datetime(2022, 6, 8, 2, tzinfo=UTC)
)
LINES = [
    FileLine("DB:H10:2022-06:main", "王㐂", "6217000000000010", 33_000),
    FileLine("DB:H2:2022-06:main", "𠮷田·<木>&", "6217000000000002", 51_050),
    FileLine("DB:H30:2022-06:main", "赵六", "0017000000000030", 1),
]
ANSWERS = [
    ReturnLine(1, "DB:H2:2022-06:main", True, 51_050),
    ReturnLine(2, "DB:H10:2022-06:main", False, 33_000, "账户已销户"),
    ReturnLine(3, "DB:H30:2022-06:main", True, 1),
]


def texts(root, name):
    return [element.text for element in root.iter(f"{{{NAMESPACE}}}{name}")]


def test_the_order_counts_and_adds_up_and_names_every_payment_by_its_reference():
    root = ElementTree.fromstring(build(ORDER, LINES))
    assert texts(root, "NbOfTxs") == ["3", "3"]
    assert texts(root, "CtrlSum") == ["840.51", "840.51"]
    assert texts(root, "EndToEndId") == sorted(line.reference for line in LINES)
    assert texts(root, "InstdAmt") == ["330.00", "510.50", "0.01"]
    assert texts(root, "Nm")[2:] == ["王㐂", "𠮷田·<木>&", "赵六"]
    assert texts(root, "CreDtTm") == ["2022-06-08T10:00:00+08:00"]
    assert texts(root, "Dt") == ["2022-06-08"]


_PROGRAM = """
import json, sys, random, hashlib
from datetime import UTC, datetime
from doudi.payments.bankfile import FileLine
from doudi.payments.iso20022 import Order, build
rows = json.load(sys.stdin)
random.Random(hash("any")).shuffle(rows)
made = datetime(2022, 6, 8, 2, tzinfo=UTC)
order = Order("N-1", "低保", "2022-06", "县民政局", "620521-DB", made)
sys.stdout.write(hashlib.sha256(build(order, {FileLine(*row) for row in rows})).hexdigest())
"""


def digests_of(program):
    """Digests of one batch built in processes with other seeds, zones, locales and orders."""
    rows = [[f"DB:H{k}:2022-06:main", f"户主{k}", f"6217{k:012d}", 100 + k] for k in range(200)]
    digests = set()
    for seed, zone, locale in (("0", "Asia/Shanghai", "C.UTF-8"), ("7", "America/New_York", "C")):
        random.Random(seed).shuffle(rows)
        env = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale}
        told = subprocess.run(
            [sys.executable, "-c", program],
            input=json.dumps(rows).encode(),
            capture_output=True,
            check=True,
            env={**env, "PYTHONUTF8": "1", "PYTHONPATH": os.getcwd()},
        )
        digests.add(told.stdout)
    return digests


@pytest.mark.promise("M9")
def test_the_same_batch_gives_the_same_bytes_under_any_hash_seed_zone_locale_and_order():
    assert len(digests_of(_PROGRAM)) == 1


@pytest.mark.parametrize(
    "bug",
    [
        "iso20022.sorted = lambda lines, key: list(lines)",  # iterates a set
        "iso20022._yuan = lambda fen, hash=hash: f'{fen}{hash(str(fen))}'",
        "iso20022.SHANGHAI = None",  # the zone of the server
    ],
)
def test_bytes_that_depend_on_the_process_are_caught(bug):
    plant = f"from doudi.payments import iso20022\n{bug}\n"
    assert len(digests_of(plant + _PROGRAM)) > 1


@pytest.mark.parametrize("write", [pain002, camt053])
def test_an_answer_is_read_whole_with_the_reason_in_plain_words(write):
    lines, problems = parse_return(write(NUMBER, ANSWERS), NUMBER)
    assert problems == []
    # What stands on a statement as come back had left: a status report knows a plain failure.
    came_back = write is camt053
    assert [line._replace(reason="") for line in lines] == [
        line._replace(reason="", returned=came_back and not line.paid) for line in ANSWERS
    ]
    assert lines[1].reason.startswith("账户已销户")


@pytest.mark.parametrize("write", [pain002, camt053])
def test_the_answer_about_another_batch_is_refused_as_a_whole(write):
    with pytest.raises(ReturnForAnotherBatch, match="620521-DB-202207-1"):
        parse_return(write("620521-DB-202207-1", ANSWERS), NUMBER)


def test_of_a_statement_with_two_batches_only_our_lines_are_used_and_the_others_named():
    other = camt053("620521-TK-202206-1", [ReturnLine(0, "TK:H9:2022-06:main", True, 7)]).decode()
    entry = other[other.index("<Ntry>") : other.index("</Stmt>")]
    lines, problems = parse_return(camt053(NUMBER, ANSWERS[:1], entry), NUMBER)
    assert [line.reference for line in lines] == ["DB:H2:2022-06:main"]
    assert [(p.line, p.column, p.value) for p in problems] == [(2, "批次", "620521-TK-202206-1")]


BOMB = (
    """<!DOCTYPE d [<!ENTITY a "甲甲甲甲甲甲甲甲甲甲">"""
    + "".join(f'<!ENTITY {chr(98 + k)} "{f"&{chr(97 + k)};" * 10}">' for k in range(8))
    + "]>"
)
OUTSIDE = '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize("head", [BOMB, OUTSIDE, '<!DOCTYPE d SYSTEM "http://127.0.0.1/d.dtd">'])
def test_a_document_with_a_dtd_is_refused_before_anything_expands(head):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    lines, problems = parse_return(pain002(NUMBER, ANSWERS, head), NUMBER)
    assert lines == []
    assert [problem.why for problem in problems] == [
        "文件带有 DTD（DOCTYPE），银行回单不应有，没有采用任何一笔"
    ]
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 50_000  # KB


def test_a_document_of_endless_depth_is_refused():
    lines, problems = parse_return(b"<a>" * 100_000, NUMBER)
    assert (lines, problems[0].why) == ([], "层次过深，不是银行的回单，没有采用任何一笔")


def test_a_torn_document_keeps_what_was_whole_and_says_where_it_tore():
    content = pain002(NUMBER, ANSWERS)
    cut = content.rindex(b"<TxInfAndSts>") + 90
    lines, problems = parse_return(content[:cut], NUMBER)
    assert [line.reference for line in lines] == [a.reference for a in ANSWERS[:2]]
    assert "不是完整的 XML" in problems[-1].why


def changed(old, new):
    return pain002(NUMBER, ANSWERS[:1]).replace(old.encode(), new.encode())


@pytest.mark.parametrize(
    ("content", "column", "why"),
    [
        (changed("ACSC", "ACSP"), "结果", "还没有给出"),
        (changed("510.50", "510.505"), "金额", "两位小数"),
        (changed("510.50", "5.1e2"), "金额", "两位小数"),
        (changed("510.50", "-510.50"), "金额", "两位小数"),
        (changed('Ccy="CNY"', 'Ccy="USD"'), "币种", "CNY"),
        (changed("DB:H2:2022-06:main", "户主"), "业务号", "不是本系统"),
    ],
)
def test_a_transaction_that_cannot_be_used_is_named_with_its_reason(content, column, why):
    lines, problems = parse_return(content, NUMBER)
    assert lines == []
    assert [(p.line, p.column) for p in problems] == [(1, column)]
    assert why in problems[0].why


def test_a_batch_that_the_bank_refused_as_a_whole_is_said_so():
    content = pain002(NUMBER, []).replace(
        b"</OrgnlGrpInfAndSts>", b"<GrpSts>RJCT</GrpSts></OrgnlGrpInfAndSts>"
    )
    assert "整批拒收" in parse_return(content, NUMBER)[1][0].why


def test_a_document_in_gb18030_is_read():
    content = pain002(NUMBER, [ANSWERS[1]._replace(reason="㐂字打不出")]).decode()
    content = content.replace('"UTF-8"', '"GB18030"').encode("gb18030")
    (line,), problems = parse_return(content, NUMBER)
    assert (line.reason, problems) == ("㐂字打不出", [])


@settings(max_examples=300, derandomize=True, deadline=None)
@given(st.data(), st.sampled_from([pain002, camt053]))
def test_no_bytes_crash_the_reader_and_every_transaction_is_used_or_named(data, write):
    content = bytearray(write(NUMBER, ANSWERS))
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 3))] = data.draw(st.binary(max_size=3))
    try:
        lines, problems = parse_return(bytes(content), NUMBER)
    except ReturnForAnotherBatch:
        return
    assert lines or problems
    assert all(isinstance(line.fen, int) and line.fen >= 0 for line in lines)


@pytest.fixture
def world(db):
    return add_households(4)


def released(world):
    accrue(COUNTY, SCHEME, JUNE, by=world.maker)
    batch = make_batch(COUNTY, SCHEME, JUNE, layout="pain.001", by=world.maker)
    approve_batch(batch.pk, by=world.approver)
    return release_batch(batch.pk, by=world.releaser)


def test_a_batch_in_iso_goes_out_under_its_own_name_with_the_bytes_that_were_approved(world):
    batch = released(world)
    send_batch(batch.pk, by=world.releaser)
    (sent,) = outbox().iterdir()
    assert sent.name == f"{batch.number}.xml"
    assert hashlib.sha256(sent.read_bytes()).hexdigest() == batch.digest
    root = ElementTree.fromstring(sent.read_bytes())
    assert sorted(texts(root, "EndToEndId")) == sorted(world.reference(k) for k in range(4))
    assert card(0) in sent.read_text()


def test_an_order_is_answered_by_a_report_and_the_rest_by_a_statement(world):
    batch = released(world)
    told = [
        ReturnLine(0, world.reference(k), k != 2, world.fen[k], "" if k != 2 else "账户已销户")
        for k in range(4)
    ]
    receive_return(batch.pk, pain002(batch.number, told[:3]), "002.xml", by=world.maker)
    row = receive_return(batch.pk, camt053(batch.number, told), "053.xml", by=world.maker)
    with scope(world.maker):
        seen = batch_view(batch.pk)
        assert (seen.paid_lines, seen.failed_lines, seen.outstanding_lines) == (3, 1, 0)
        assert seen.batch.state == "已对账"
        assert (row.paid_lines, row.refused_lines) == (1, 0)
        assert not problems_of(row.pk).exists()
        assert balanced().holds


def test_a_layout_that_nobody_agreed_on_is_refused(world):
    accrue(COUNTY, SCHEME, JUNE, by=world.maker)
    with pytest.raises(LayoutUnknown, match=r"pain\.003"):
        make_batch(COUNTY, SCHEME, JUNE, layout="pain.003", by=world.maker)
