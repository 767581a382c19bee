"""Settling is a function of what was said, not of the order in which it was said (M7)."""

import itertools
import random
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from doudi.payments.bankfile import ReturnLine, build_return, parse_return
from doudi.payments.problems import ReturnForAnotherBatch
from doudi.payments.settling import Pending, settle_lines

NUMBER = "620521-DB-202206-1"
SENT = {f"DB:H{k}:2022-06:main": Pending(k, 100 + k, 30_000 + k) for k in range(8)}


def line(k, *, paid=True):
    return ReturnLine(0, f"DB:H{k}:2022-06:main", paid, 30_000 + k, "" if paid else "已销户")


TRUTH = [line(k, paid=k % 3 != 0) for k in range(8)]


def after(events):
    """The end of a batch when these files (bytes) arrive in this order."""
    known = dict(SENT)
    by_payable = {pending.payable_id: reference for reference, pending in known.items()}
    for content in events:
        try:
            lines, _ = parse_return(content, NUMBER)
        except ReturnForAnotherBatch:
            continue
        done = settle_lines(lines, known)
        for pending in done.post:
            known[by_payable[pending.payable_id]] = replace(pending, settled="post")
        for pending, _ in done.void:
            known[by_payable[pending.payable_id]] = replace(pending, settled="void")
    return {reference: pending.settled for reference, pending in known.items()}


WANTED = {x.reference: "post" if x.paid else "void" for x in TRUTH}


def test_all_orders_of_six_files_end_in_the_same_state():
    """Two parts, one of them twice, one shuffled whole, one torn, one for another batch."""
    part = build_return(NUMBER, TRUTH[:4])
    rest = build_return(NUMBER, TRUTH[4:])
    shuffled = build_return(NUMBER, random.Random(1).sample(TRUTH, 8))
    torn = shuffled[: len(shuffled) // 2]
    foreign = build_return("620521-DB-202207-1", [line(k, paid=k % 3 == 0) for k in range(8)])
    for order in itertools.permutations([part, part, rest, shuffled, torn, foreign]):
        assert after(order) == WANTED


@settings(max_examples=300, derandomize=True, deadline=None)
@given(
    st.lists(st.lists(st.sampled_from(TRUTH), max_size=12), max_size=6),
    st.randoms(use_true_random=False),
)
def test_any_parts_with_any_repeats_end_in_the_same_state(parts, chance):
    files = [build_return(NUMBER, part) for part in parts]
    first = after(files)
    said = {x.reference for part in parts for x in part}
    assert first == {r: WANTED[r] if r in said else "" for r in SENT}
    chance.shuffle(files)
    assert after(files) == first


def test_of_two_contradicting_lines_neither_the_first_nor_the_last_wins():
    lines = [line(1), line(1, paid=False), line(2)]
    for order in itertools.permutations(lines):
        done = settle_lines(order, SENT)
        assert [pending.payable_id for pending in done.post] == [2]
        assert done.void == []
        assert len(done.problems) == 2


def test_a_settled_line_said_again_is_known_and_said_otherwise_is_a_contradiction():
    known = {r: replace(pending, settled="post") for r, pending in SENT.items()}
    again = settle_lines([line(1)], known)
    assert (again.known, again.post, again.problems) == (1, [], [])
    other = settle_lines([line(1, paid=False)], known)
    assert (other.known, other.void, len(other.problems)) == (0, [], 1)


def test_every_line_is_used_known_or_named():
    """Nothing is lost silently: lines = posted + voided + known + named."""
    lines = [line(1), line(1), line(2), ReturnLine(0, "DB:H99", True, 1), line(3, paid=False)]
    known = {**SENT, line(2).reference: replace(SENT[line(2).reference], settled="post")}
    done = settle_lines(lines, known)
    assert len(done.post) + len(done.void) + done.known + len(done.problems) == len(lines)
