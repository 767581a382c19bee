"""The small form in the words of the rule it came from, for messages."""

from __future__ import annotations

from collections.abc import Sequence

from doudi.rules.batch.ir import (
    Aggregation,
    Choice,
    Comparison,
    Constant,
    Expression,
    Extreme,
    Junction,
    Local,
    Membership,
    Negation,
    Operation,
    Opposite,
    Rounding,
    Value,
)


def spell(expression: Expression, names: Sequence[str]) -> str:
    """An expression as its rule writes it; `names` are the names by slot."""
    match expression:
        case Constant(value):
            return str(value)
        case Value(slot):
            return names[slot]
        case Local(name):
            return name
        case Aggregation(function, slot):
            return f"{function}({names[slot]})"
        case Operation(operator, left, right) | Comparison(operator, left, right):
            return f"{_inner(left, names)} {operator} {_inner(right, names)}"
        case Negation(operand):
            return f"-{_inner(operand, names)}"
        case Opposite(operand):
            return f"not {_inner(operand, names)}"
        case Membership(operand, options):
            return f"{_inner(operand, names)} in {options}"
        case Junction(every, parts):
            return (" and " if every else " or ").join(_inner(part, names) for part in parts)
        case Choice(test, yes, no):
            return " ".join(
                [_inner(yes, names), "if", _inner(test, names), "else", _inner(no, names)]
            )
        case Extreme(largest, parts):
            return _call("max" if largest else "min", parts, names)
        case Rounding(function, arguments):
            return _call(function, arguments, names)


def _call(function: str, arguments: Sequence[Expression], names: Sequence[str]) -> str:
    return f"{function}({', '.join(spell(each, names) for each in arguments)})"


def _inner(expression: Expression, names: Sequence[str]) -> str:
    text = spell(expression, names)
    whole = isinstance(expression, Constant | Value | Local | Aggregation | Extreme | Rounding)
    return text if whole else f"({text})"
