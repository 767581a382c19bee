"""What a return file does to a batch, said in Python one line at a time: the model for the SQL.

The answer does not depend on the order of lines: neither the first nor the last of two that
contradict each other wins, both are named and none is used (promise M7).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from doudi.payments.bankfile import FAILED, PAID, RETURNED, LineProblem, ReturnLine


@dataclass(frozen=True, slots=True)
class Pending:
    """A pending movement: its payable, its own id, fen, how it is settled ("" post void back)."""

    payable_id: int
    transfer_id: int
    fen: int
    settled: str = ""


@dataclass(slots=True)
class Settlement:
    """What is to be posted, what is to be voided and why, and what cannot be used."""

    post: list[Pending] = field(default_factory=list)
    void: list[tuple[Pending, str]] = field(default_factory=list)
    back: list[tuple[Pending, str]] = field(default_factory=list)  # paid before, and come back
    known: int = 0  # lines that repeat what an earlier file had said
    problems: list[LineProblem] = field(default_factory=list)

    @property
    def paid_fen(self) -> int:
        return sum(pending.fen for pending in self.post)

    @property
    def failed_fen(self) -> int:
        return sum(pending.fen for pending, _ in self.void)


def settle_lines(lines: Iterable[ReturnLine], known: Mapping[str, Pending]) -> Settlement:
    """Sort the lines of one file into post, void, already known, and problems by line."""
    by_reference: dict[str, list[ReturnLine]] = defaultdict(list)
    for line in lines:
        by_reference[line.reference].append(line)
    done = Settlement()
    for reference in sorted(by_reference):
        _settle_one(by_reference[reference], known.get(reference), done)
    return done


def _settle_one(lines: Sequence[ReturnLine], pending: Pending | None, done: Settlement) -> None:
    first = lines[0]
    said = {line.result for line in lines}
    if pending is None:
        _refuse(lines, done, "业务号", first.reference, "本批次没有这个业务号")
    elif {PAID, FAILED} <= said or len({line.fen for line in lines}) > 1:
        _refuse(lines, done, "业务号", first.reference, "同一业务号在文件内有互相矛盾的几行")
    elif first.fen != pending.fen:
        why = f"金额与送盘的 {pending.fen} 分不符"
        _refuse(lines, done, "金额", str(first.fen), why)
    elif RETURNED not in said and (pending.settled, *said) in (("post", FAILED), ("void", PAID)):
        before = PAID if pending.settled == "post" else FAILED
        why = f"此前的回盘已记为“{before}”，本次为“{first.result}”，互相矛盾，请向银行核实"
        _refuse(lines, done, "结果", first.result, why)
    else:
        for came_back in (False, True):
            again = [line for line in lines if line.returned == came_back][1:]
            _refuse(again, done, "业务号", first.reference, "文件内重复的一行，只采用一次")
        _use(lines, said, pending, done)


def _use(lines: Sequence[ReturnLine], said: set[str], pending: Pending, done: Settlement) -> None:
    # Of several reasons the smallest is kept, so that the order of lines decides nothing.
    reason = min((line.reason for line in lines if not line.paid), default="")
    if not pending.settled and said == {PAID}:
        done.post.append(pending)
    elif not pending.settled:
        done.void.append((pending, reason))
    elif pending.settled == "post" and RETURNED in said:
        done.back.append((pending, reason))
    else:
        done.known += 1


def _refuse(
    lines: Sequence[ReturnLine], done: Settlement, column: str, value: str, why: str
) -> None:
    done.problems += [LineProblem(line.line, column, value, why) for line in lines]
