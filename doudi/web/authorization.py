"""The reviewed table of who may open what (``authorization.toml``), read and held complete.

The table is what the tests walk (promise X1); the server does not decide by it, so that a mistake
in one is found by the other. A page without a row does not start the server.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from typing import Any

from django.core.checks import Error, register
from django.urls import URLPattern, URLResolver, get_resolver

from doudi.base.roles import ROLES


@dataclass(frozen=True)
class Row:
    """One page (or one verb of a page): methods, object, and per role "in", "any" or "refused"."""

    name: str
    verb: str
    methods: tuple[str, ...]
    object: str
    reach: dict[str, str]
    open_to_anonymous: bool

    @property
    def key(self) -> str:
        """How the table names it: ``case`` or ``case_do/decide``."""
        return f"{self.name}/{self.verb}" if self.verb else self.name


class TableIncomplete(AssertionError):
    """The table leaves a role out, names one twice, or says something unknown."""


@functools.cache
def table() -> dict[str, Row]:
    """All rows by their key; raises ``TableIncomplete`` where a row is not whole."""
    text = resources.files("doudi.web").joinpath("authorization.toml").read_text(encoding="utf-8")
    return {key: _row(key, told) for key, told in tomllib.loads(text).items()}


def _row(key: str, told: dict[str, Any]) -> Row:
    name, _, verb = key.partition("/")
    unknown = set(told) - {"methods", "object", "in", "any", "refused", "anonymous"}
    if unknown or not set(told["methods"]) <= {"GET", "POST"}:
        raise TableIncomplete(f"{key}: {sorted(unknown) or told['methods']}")
    named = [(role, reach) for reach in ("in", "any", "refused") for role in told.get(reach, ())]
    if sorted(role for role, _ in named) != sorted(ROLES):
        raise TableIncomplete(f"{key} must name each of the {len(ROLES)} roles exactly once")
    return Row(
        name=name,
        verb=verb,
        methods=tuple(told["methods"]),
        object=told.get("object", ""),
        reach=dict(named),
        open_to_anonymous=told.get("anonymous") == "open",
    )


def url_names(resolver: URLResolver | None = None) -> Iterator[str]:
    """Every name in the resolver; a page without a name shows as its pattern."""
    for entry in (resolver or get_resolver()).url_patterns:
        if isinstance(entry, URLPattern):
            yield entry.name or f"?{entry.pattern}"
        else:
            yield from url_names(entry)


@register()
def every_page_has_a_row(app_configs: Any, **kwargs: Any) -> list[Error]:
    """A page that nobody reviewed never starts the server, nor does a row without a page."""
    pages, rows = set(url_names()), {row.name for row in table().values()}
    return [
        Error(
            f"The page {name!r} stands only in {where}.",
            hint="Add it to, or take it out of, doudi/web/authorization.toml.",
            id="doudi.E301",
        )
        for names, where in ((pages - rows, "the addresses"), (rows - pages, "the table"))
        for name in sorted(names)
    ]
