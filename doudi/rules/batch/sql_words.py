"""What differs between the databases in which the law may be run, and how a long text is laid out.

No database divides downwards: `/`, `//` and `DIV` drop the fraction towards zero. So the quotient
is lowered by one where the remainder is below zero; nothing ever passes through a fraction.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 96
Arm = tuple[str, str]  # a condition and what it gives; an empty condition: in every other case


@dataclass(frozen=True, slots=True)
class Words:
    """One database's way to write a name, a text, a division and a sub-query."""

    mark: str
    text: str
    division: str
    kept: str
    passing: str
    fence: str

    def name(self, name: str) -> str:
        """A name of the law, quoted."""
        return f"{self.mark}{name}{self.mark}"

    def quotient(self, dividend: str, divisor: str, *, above: bool) -> str:
        """Rounded down, for a divisor above zero; `above`: the dividend is never below zero."""
        if above:
            return f"({dividend} {self.division} {divisor})"
        return (
            f"({dividend} {self.division} {divisor}"
            f" - CASE WHEN {dividend} % {divisor} < 0 THEN 1 ELSE 0 END)"
        )

    def remainder(self, dividend: str, divisor: str, *, above: bool) -> str:
        """What is left when rounded down: never below zero."""
        if above:
            return f"({dividend} % {divisor})"
        return f"(({dividend} % {divisor} + {divisor}) % {divisor})"


_MATERIALIZED = ("AS MATERIALIZED", "AS NOT MATERIALIZED")
DIALECTS = {
    # `//`: a single slash is a division of fractions there.
    "duckdb": Words('"', "VARCHAR", "//", *_MATERIALIZED, ""),
    # OFFSET 0 keeps PostgreSQL from putting one expression into the next until the text explodes.
    "postgresql": Words('"', "VARCHAR", "/", *_MATERIALIZED, "OFFSET 0"),
    "spark": Words("`", "STRING", "DIV", "AS", "AS", ""),
}


def case(arms: Sequence[Arm]) -> str:
    """The first arm whose condition holds; the last has none."""
    told: dict[str, str] = {}
    for condition, value in arms:
        told.setdefault(bare(condition), value)  # the same condition again never comes to its turn
    last = told.pop("")
    if not told:
        return last
    parts = [f"WHEN {condition} THEN {value}" for condition, value in told.items()]
    parts.append(f"ELSE {last}")
    line = f"CASE {' '.join(parts)} END"
    if len(line) <= WIDTH and "\n" not in line:
        return line
    return "\n".join(["CASE", *(indent(part) for part in parts), "END"])


def bare(text: str) -> str:
    """The text without brackets around all of it."""
    depth = 0
    for at, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            return text[1:-1] if at == len(text) - 1 and text[0] == "(" else text
    return text


def indent(text: str) -> str:
    """Every line two columns to the right."""
    return "\n".join(f"  {line}" for line in text.splitlines())


def wrapped(parts: Sequence[str]) -> str:
    """Parts with commas between, as many to a line as there is room for."""
    lines: list[str] = [""]
    for at, part in enumerate(parts):
        piece = f"{part}," if at < len(parts) - 1 else part
        if lines[-1] and len(lines[-1]) + len(piece) + 1 > WIDTH:
            lines.append("")
        lines[-1] = f"{lines[-1]} {piece}".strip()
    return "\n".join(lines)


def either(conditions: Sequence[str]) -> str:
    """Whether any of the conditions holds."""
    return conditions[0] if len(conditions) == 1 else f"({' OR '.join(conditions)})"
