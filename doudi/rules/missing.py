"""What is not known: a value that may be carried along but never used.

A rule that reads a missing value in the branch it takes becomes missing itself; a branch not taken
asks for nothing. So a family in town is not asked for the rural tier, and nothing is ever guessed.
"""

from __future__ import annotations

from typing import NamedTuple, NoReturn


class Want(NamedTuple):
    """One thing to be filled in before a decision; `kind` 资料 or 参数, `holder` a person or ''."""

    kind: str
    name: str
    holder: str
    text: str


class MissingUsed(Exception):
    """A rule needed a value that is not known."""

    def __init__(self, missing: Missing) -> None:
        super().__init__(missing.wants)
        self.missing = missing


class Missing:
    """An unknown value; every attempt to compute or decide with it raises `MissingUsed`."""

    __slots__ = ("wants",)

    def __init__(self, wants: tuple[Want, ...]) -> None:
        self.wants = wants

    def _refuse(self, *_: object) -> NoReturn:
        raise MissingUsed(self)

    __bool__ = __int__ = __index__ = __neg__ = __abs__ = _refuse
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _refuse
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _refuse
    __lt__ = __le__ = __gt__ = __ge__ = _refuse
    __eq__ = _refuse
    __ne__ = _refuse
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        return f"Missing({', '.join(want.name for want in self.wants)})"


def united(values: list[Missing]) -> Missing:
    """All wants of several missing values, each once, in order."""
    if len(values) == 1:
        return values[0]
    return Missing(tuple(dict.fromkeys(want for value in values for want in value.wants)))
