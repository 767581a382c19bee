"""What may go wrong for a user: a code, the facts, a Chinese sentence and the next step.

Programmer errors are assertions; everything a person can cause or repair is a `Problem`.
A subclass that states no `code` of its own is a group: it can be caught, never raised.
"""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from types import MappingProxyType
from typing import Any, ClassVar

_REGISTRY: dict[str, type[Problem]] = {}


def _placeholders(template: str) -> set[str]:
    """Return the names between braces, without attribute or index access."""
    names = (name for _, name, _, _ in Formatter().parse(template) if name is not None)
    return {name.split(".")[0].split("[")[0] for name in names}


class Problem(Exception):
    """Something a user did or met, said in Chinese, with the step that leads out of it."""

    code: ClassVar[str] = ""
    status: ClassVar[int] = 400
    say: ClassVar[str] = ""
    next: ClassVar[str] = ""
    fields: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "code" not in cls.__dict__:
            return
        if cls.code in _REGISTRY:
            raise TypeError(f"{cls.__name__}: the code {cls.code!r} is already taken")
        if not (cls.code and cls.say and cls.next):
            raise TypeError(f"{cls.__name__} needs a code, a sentence and a next step")
        unknown = (_placeholders(cls.say) | _placeholders(cls.next)) - set(cls.fields)
        if unknown:
            raise TypeError(f"{cls.__name__} mentions undeclared facts: {sorted(unknown)}")
        _REGISTRY[cls.code] = cls

    def __init__(self, **facts: object) -> None:
        assert "code" in type(self).__dict__, f"{type(self).__name__} is a group of problems"
        assert set(facts) == set(self.fields), (
            f"{type(self).__name__} takes the facts {self.fields}, got {tuple(facts)}"
        )
        super().__init__()
        self.facts: Mapping[str, object] = MappingProxyType(facts)

    def __str__(self) -> str:
        return self.say.format_map(self.facts)

    def __reduce__(self) -> tuple[Any, ...]:
        # An exception is rebuilt from positional arguments by default; ours has only named ones.
        return (_rebuild, (type(self), dict(self.facts)))

    @property
    def next_step(self) -> str:
        """Return the next step with the facts filled in."""
        return self.next.format_map(self.facts)

    def as_dict(self) -> dict[str, Any]:
        """Return code, status, sentence, next step and facts, ready for JSON."""
        plain = {
            name: fact if isinstance(fact, str | int | bool | None) else str(fact)
            for name, fact in self.facts.items()
        }
        return {
            "code": self.code,
            "status": self.status,
            "say": str(self),
            "next": self.next_step,
            "facts": plain,
        }

    @staticmethod
    def all() -> tuple[type[Problem], ...]:
        """Return every problem class declared so far, in order of code."""
        return tuple(_REGISTRY[code] for code in sorted(_REGISTRY))


def _rebuild(kind: type[Problem], facts: dict[str, object]) -> Problem:
    return kind(**facts)


def require(condition: object, problem: Problem) -> None:
    """Raise the problem unless the condition holds."""
    if not condition:
        raise problem


class NotThere(Problem):
    """One answer for "does not exist" and "is not yours", so that neither can be told apart."""

    code = "not_there"
    status = 404
    say = "没有这条记录，或者不在您的管辖范围内。"
    next = "请核对编号；如确属本辖区，请联系县级管理员检查岗位范围。"


class NotAllowed(Problem):
    """The record is visible but the post does not include this action."""

    code = "not_allowed"
    status = 403
    say = "您现在的岗位不能办理“{action}”。"
    next = "请切换到有此权限的岗位，或请有权限的同事办理。"
    fields = ("action",)
