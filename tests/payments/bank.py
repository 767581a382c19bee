"""A bank that collects from the outbox whenever it likes, pays each file name once, and answers.

Its memory is a folder, so that a process that is killed and the one that recovers meet one bank.
"""

from __future__ import annotations

import json
from pathlib import Path

from doudi.payments.bankfile import ENCODING, ReturnLine, build_return


class Bank:
    """Takes every file that is visible under a final name, also a half-written one."""

    def __init__(self, memory: Path, outbox: Path) -> None:
        self.memory, self.outbox = memory, outbox
        memory.mkdir(parents=True, exist_ok=True)

    def knows(self, name: str) -> bool:
        """Whether a file of this name was taken before: the check that every bank makes."""
        return (self.memory / f"{name}@0.json").exists()

    def collect(self) -> None:
        """Pay what lies in the outbox and take it away; a name seen before is not paid again."""
        if not self.outbox.exists():
            return
        for path in sorted(self.outbox.glob("*.txt")):
            content = path.read_bytes()
            path.unlink()
            if self.knows(path.stem):
                continue
            times = len(list(self.memory.glob(f"{path.stem}@*.json")))
            paid = [_pay(row) for row in content.decode(ENCODING, "replace").splitlines()]
            told = [line for line in paid if line is not None]
            (self.memory / f"{path.stem}@{times}.json").write_text(json.dumps(told))

    def paid(self) -> list[tuple[str, str, int]]:
        """Everything ever paid: reference, card, fen; twice where it was paid twice."""
        return [(r, card, fen) for r, card, fen, ok in self._answers() if ok]

    def answered(self) -> list[str]:
        """References of every line that the bank has paid or refused."""
        return [reference for reference, *_ in self._answers()]

    def _answers(self) -> list[tuple[str, str, int, bool]]:
        told = sorted(self.memory.glob("*.json"))
        return [tuple(line) for path in told for line in json.loads(path.read_text())]

    def returns(self) -> list[tuple[str, bytes]]:
        """The return file of every file taken: batch number and bytes, the same at any time."""
        files = []
        for path in sorted(self.memory.glob("*@0.json")):
            number = path.stem.split("@")[0]
            lines = [
                ReturnLine(0, reference, ok, fen, "" if ok else "账户已销户")
                for reference, _, fen, ok in json.loads(path.read_text())
            ]
            files.append((number, build_return(number, lines)))
        return files


def refuses(card: str) -> bool:
    """This bank knows that cards ending in 2 are closed."""
    return card.endswith("2")


def _pay(row: str) -> tuple[str, str, int, bool] | None:
    fields = row.split("|")
    if fields[0] != "D" or len(fields) != 5 or not fields[4].isdigit():
        return None
    _, reference, _, card, fen = fields
    return reference, card, int(fen), not refuses(card)
