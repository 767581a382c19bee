"""Walking through the small form of rules, for tests that look into it or change it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any

from doudi.rules.batch.ir import (
    Answer,
    Branch,
    Comparison,
    Expression,
    Extreme,
    Let,
    Operation,
    Statement,
)
from doudi.rules.batch.program import Program


def parts_of(part: object) -> Iterator[Any]:
    """A statement or expression and everything in it."""
    if isinstance(part, tuple):
        for each in part:
            yield from parts_of(each)
    elif is_dataclass(part):
        yield part
        for field in fields(part):
            yield from parts_of(getattr(part, field.name))


def compared_in(body: Statement) -> list[Statement]:
    """For each comparison of a rule a body that answers how far apart its two sides are."""
    found: dict[Statement, None] = {}

    def look(part: object, lets: tuple[tuple[str, Expression], ...]) -> None:
        for each in parts_of(part):
            sides = None
            if isinstance(each, Comparison):
                sides = (each.left, each.right)
            elif isinstance(each, Extreme):
                sides = (each.parts[0], each.parts[1])
            if sides:
                apart: Statement = Answer(Operation("-", *sides))
                for name, value in reversed(lets):
                    apart = Let(name, value, apart)
                found[apart] = None

    def walk(node: Statement, lets: tuple[tuple[str, Expression], ...]) -> None:
        if isinstance(node, Let):
            look(node.value, lets)
            walk(node.rest, (*lets, (node.name, node.value)))
        elif isinstance(node, Branch):
            look(node.test, lets)
            walk(node.then, lets)
            walk(node.other, lets)
        else:
            look(node.value, lets)

    walk(body, ())
    return list(found)


def with_body(program: Program, slot: int, body: Statement, unit: str | None = None) -> Program:
    """The program with another body at a slot, and perhaps another unit."""
    nodes = list(program.nodes)
    if unit is not None:
        nodes[slot] = replace(nodes[slot], unit=unit)
    return replace(program, nodes=tuple(nodes), bodies={**program.bodies, slot: body})


def changed(part: Any, old: object, new: object) -> Any:
    """The same tree with one part (by identity) in place of another."""
    if part is old:
        return new
    if isinstance(part, tuple):
        made = tuple(changed(each, old, new) for each in part)
        return part if all(a is b for a, b in zip(made, part, strict=True)) else made
    if is_dataclass(part) and not isinstance(part, type):
        values = {field.name: getattr(part, field.name) for field in fields(part)}
        made_values = {name: changed(value, old, new) for name, value in values.items()}
        if any(made_values[name] is not values[name] for name in values):
            return replace(part, **made_values)
    return part
