"""The bank's files: bytes that depend on nothing but the batch, and answers read line by line."""

import hashlib
import json
import os
import random
import subprocess
import sys
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from doudi.payments.bankfile import (
    FileLine,
    ReturnLine,
    build,
    build_return,
    parse_return,
    read_batch,
)
from doudi.payments.layouts import CARD, file_name
from doudi.payments.problems import ReturnForAnotherBatch


@dataclass(frozen=True)
class Names:
    number: str = "620521-DB-202206-1"
    scheme: str = "低保"
    month: str = "2022-06"


LINES = [
    FileLine("DB:H10:2022-06:main", "王㐂", "6217000000000010", 33_000),
    FileLine("DB:H2:2022-06:main", "𠮷田·木", "6217000000000002", 51_050),
    FileLine("DB:H30:2022-06:main", "赵六", "0017000000000030", 1),
]


def test_the_file_counts_and_adds_up_in_head_and_trailer_and_seals_itself():
    content = build(Names(), LINES)
    rows = content.decode("gb18030").splitlines()
    assert rows[0] == "H|620521-DB-202206-1|低保|2022-06|3|84051"
    assert rows[1] == "D|DB:H10:2022-06:main|王㐂|6217000000000010|33000"
    body = content[: content.rindex(b"T|")]
    assert rows[-1] == f"T|3|84051|{hashlib.sha256(body).hexdigest()}"
    assert file_name(Names.number, CARD) == "620521-DB-202206-1.txt"


def test_what_is_written_is_read_again_with_rare_characters_and_leading_zeros():
    assert read_batch(build(Names(), LINES)) == sorted(LINES, key=lambda x: x.reference)


_PROGRAM = """
import json, sys, random, hashlib
from types import SimpleNamespace
from doudi.payments.bankfile import FileLine, build
rows = json.load(sys.stdin)
random.Random(hash("any")).shuffle(rows)
batch = SimpleNamespace(number="N-1", scheme="低保", month="2022-06")
content = build(batch, {FileLine(*row) for row in rows})
sys.stdout.write(hashlib.sha256(content).hexdigest())
"""


@pytest.mark.promise("M9")
def test_the_same_batch_gives_the_same_bytes_under_any_hash_seed_zone_locale_and_order():
    rows = [[f"DB:H{k}:2022-06:main", f"户主{k}", f"6217{k:012d}", 100 + k] for k in range(200)]
    digests = set()
    for seed, zone, locale in (
        ("0", "Asia/Shanghai", "C.UTF-8"),
        ("1", "America/New_York", "C"),
        ("4242", "UTC", "C.UTF-8"),
    ):
        random.Random(seed).shuffle(rows)
        env = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": locale}
        told = subprocess.run(
            [sys.executable, "-c", _PROGRAM],
            input=json.dumps(rows).encode(),
            capture_output=True,
            check=True,
            env={**env, "PYTHONUTF8": "1", "PYTHONPATH": os.getcwd()},
        )
        digests.add(told.stdout)
    assert len(digests) == 1


ANSWERS = [
    ReturnLine(2, "DB:H2:2022-06:main", True, 51_050),
    ReturnLine(3, "DB:H10:2022-06:main", False, 33_000, "账户已销户"),
    ReturnLine(4, "DB:H30:2022-06:main", True, 1),
]
GOOD = build_return(Names.number, ANSWERS)


def why(problems):
    return [(problem.line, problem.column) for problem in problems]


def test_a_good_return_file_is_read_whole():
    assert parse_return(GOOD, Names.number) == (ANSWERS, [])


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8", "utf-8-sig"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_encoding_byte_order_mark_line_ends_and_blank_lines_change_nothing(encoding, end):
    text = GOOD.decode("gb18030").replace("\n", end).encode(encoding) + end.encode()
    assert parse_return(text, Names.number) == (ANSWERS, [])


def test_the_return_file_of_another_batch_is_refused_as_a_whole():
    with pytest.raises(ReturnForAnotherBatch, match="620521-DB-202207-1"):
        parse_return(GOOD.replace(b"202206-1", b"202207-1"), Names.number)


def test_a_truncated_file_loses_the_torn_line_only_and_says_so():
    cut = GOOD.index(b"33000") + 3  # in the middle of an amount
    lines, problems = parse_return(GOOD[:cut], Names.number)
    assert [line.reference for line in lines] == ["DB:H2:2022-06:main"]
    assert why(problems) == [(3, "整行"), (0, "文件尾")]


def test_a_cut_at_any_byte_never_invents_a_line():
    whole = {(line.reference, line.paid, line.fen, line.reason) for line in ANSWERS}
    for cut in range(len(GOOD)):
        lines, problems = parse_return(GOOD[:cut], Names.number)
        assert {(x.reference, x.paid, x.fen, x.reason) for x in lines} <= whole
        assert problems or cut >= len(GOOD) - 1


def test_a_missing_line_is_noticed_by_the_count_in_the_trailer():
    rows = GOOD.splitlines(keepends=True)
    lines, problems = parse_return(b"".join(rows[:2] + rows[3:]), Names.number)
    assert len(lines) == 2
    assert why(problems) == [(0, "文件尾")]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("D|DB:H2:2022-06:main|成功|五百|", "金额"),
        ("D|DB:H2:2022-06:main|成功|５００|", "金额"),
        ("D|DB:H2:2022-06:main|成功|-1|", "金额"),
        ("D|DB:H2:2022-06:main|成功|1e5|", "金额"),
        ("D|DB:H2:2022-06:main|也许|500|", "结果"),
        ("D||成功|500|", "业务号"),
        ("D|DB:H2:2022-06:main|成功|500", "整行"),
        ("X|DB:H2:2022-06:main|成功|500|", "行标志"),
        ("=cmd()", "行标志"),
    ],
)
def test_a_line_that_cannot_be_used_is_named_and_the_others_go_on(row, column):
    rows = GOOD.decode("gb18030").splitlines()
    content = "\n".join([rows[0], row, *rows[1:-1], "T|4"]).encode("gb18030")
    lines, problems = parse_return(content, Names.number)
    assert len(lines) == 3
    assert why(problems) == [(2, column)]


def test_a_line_in_an_unreadable_encoding_is_named_and_the_others_go_on():
    rows = GOOD.splitlines(keepends=True)
    rows[2] = rows[2].replace("账户已销户".encode("gb18030"), b"\xff\xff")
    lines, problems = parse_return(b"".join(rows), Names.number)
    assert len(lines) == 2
    assert why(problems) == [(3, "编码")]


@pytest.mark.parametrize(
    "content", [b"", b"\n\n", b"\x00", GOOD.decode("gb18030").encode("utf-16")]
)
def test_what_is_no_return_file_at_all_gives_problems_and_no_line(content):
    lines, problems = parse_return(content, Names.number)
    assert lines == []
    assert problems


@settings(max_examples=400, derandomize=True, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(GOOD) - 1), st.binary(max_size=3)), max_size=6))
def test_no_damage_crashes_the_reader_or_breaks_what_can_be_stored(damage):
    content = GOOD
    for at, piece in damage:
        content = content[:at] + piece + content[at + len(piece) :]
    try:
        lines, problems = parse_return(content, Names.number)
    except ReturnForAnotherBatch:
        return
    for problem in problems:
        assert len(problem.value) <= 120
        assert len(problem.why) <= 200
        assert "\x00" not in problem.value
    assert all("\x00" not in line.reason for line in lines)
