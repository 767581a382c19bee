"""Access with places: who acts (Actor), where (scope), and what a table may show (guards).

Two walls (DESIGN §3.8). The first is here: a scoped manager refuses to query outside a scope and
filters by it. The second is row-level security in PostgreSQL, fed by the same scope through two
session settings; it returns nothing outside the range even if the first wall is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

import psycopg
from django.db import connection, models
from django.db.backends.signals import connection_created
from django.db.models import Exists, OuterRef, Q

from doudi.base.roles import role_of
from doudi.kernel.divisions import covers, place_range
from doudi.kernel.problems import NotAllowed, NotThere

NATION = "000000000000"


@dataclass(frozen=True)
class Actor:
    """Somebody acting in one post: a user, a role, and the one range of places it reaches."""

    user_id: int | None
    name: str
    role: str
    place: str
    post_id: int | None = None

    @property
    def range(self) -> tuple[str, str]:
        """Half-open range of 12-digit place codes: ``(lo, hi)``."""
        return place_range(self.place)

    def may(self, permission: str) -> bool:
        """Whether the role carries this permission."""
        return permission == "self" or permission in role_of(self.role).may

    def covers(self, place: str) -> bool:
        """Whether the place lies in this actor's range."""
        return covers(self.place, place)

    def demand(self, permission: str) -> None:
        """Raise ``NotAllowed`` unless the role carries the permission."""
        if not self.may(permission):
            raise NotAllowed(action=permission)

    @classmethod
    def system(cls, place: str = NATION) -> Actor:
        """The machine itself, for jobs of the work list; ``place`` limits what it can see."""
        return cls(user_id=None, name="系统", role="system", place=place)


class ScopeMissing(AssertionError):
    """A scoped table was queried outside ``with scope(...)``: a programmer's error."""


_scope: ContextVar[tuple[str, str] | None] = ContextVar("scope", default=None)
_first_wall: ContextVar[bool] = ContextVar("first_wall", default=True)


def current_scope() -> tuple[str, str] | None:
    """The half-open range of place codes now in force, or None."""
    return _scope.get()


def _tell_database(bounds: tuple[str, str] | None) -> None:
    """Set the two session settings that the row policies read, past Django's query wrappers."""
    connection.ensure_connection()
    low, high = bounds or ("", "")
    with connection.connection.cursor() as cursor:
        cursor.execute(
            "select set_config('app.lo', %s, false), set_config('app.hi', %s, false)", [low, high]
        )


@contextmanager
def scope(where: Actor | str | tuple[str, str]) -> Iterator[None]:
    """Let queries see the places of an actor, of a 12-digit code, or of a half-open range."""
    if isinstance(where, Actor):
        bounds = where.range
    elif isinstance(where, str):
        bounds = place_range(where)
    else:
        bounds = where
    before = _scope.get()
    token = _scope.set(bounds)
    try:
        if bounds != before:
            _tell_database(bounds)
        yield
    finally:
        _scope.reset(token)
        if bounds != before:
            _tell_again(before)


def _tell_again(bounds: tuple[str, str] | None) -> None:
    """Give the outer scope back. A failed transaction takes no statement, and its rollback undoes
    what was told within it; a dead connection is told anew when it is opened again."""
    try:
        _tell_database(bounds)
    except (psycopg.errors.InFailedSqlTransaction, psycopg.OperationalError):
        if connection.connection is not None and connection.connection.closed:
            connection.close()


def _on_connect(connection: Any, **kwargs: Any) -> None:
    bounds = _scope.get()
    if bounds is not None and connection.alias == "default":
        with connection.connection.cursor() as cursor:
            cursor.execute(
                "select set_config('app.lo', %s, false), set_config('app.hi', %s, false)",
                list(bounds),
            )


connection_created.connect(_on_connect, dispatch_uid="doudi.scope")


@contextmanager
def first_wall_down() -> Iterator[None]:
    """Switch the Python wall off, so that a test can show that the database holds alone (X3)."""
    token = _first_wall.set(False)
    try:
        yield
    finally:
        _first_wall.reset(token)


@dataclass(frozen=True)
class Guard:
    """What a table declares about itself: how its rows are found by place, and what may happen.

    kind: "place" (a column holds the 12-digit code), "person" (a column refers to a person,
    visible through person_place), "parent" (a column refers to a row of ``parent``, visible when
    that row is), or "open" (reference data and machinery without personal content).
    """

    kind: str
    column: str = ""
    parent: str = ""  # table name, for kind "parent"
    audited: bool = True
    append_only: bool = False
    unlogged: bool = False


def by_place(column: str = "place", **options: Any) -> Guard:
    """Rows are visible when this column's place code lies in the scope."""
    return Guard("place", column, **options)


def by_person(column: str = "person_id", **options: Any) -> Guard:
    """Rows are visible when the person they refer to is."""
    return Guard("person", column, **options)


def by_parent(column: str, parent: str, **options: Any) -> Guard:
    """Rows are visible when the row of table ``parent`` they refer to is."""
    return Guard("parent", column, parent, **options)


def open_table(**options: Any) -> Guard:
    """Rows carry nothing personal and nothing of one place only."""
    return Guard("open", **options)


M = TypeVar("M", bound=models.Model)


class ScopedManager(models.Manager[M]):
    """The default manager of guarded tables: no scope, no rows (it raises ``ScopeMissing``)."""

    def get_queryset(self) -> models.QuerySet[M]:
        rows = super().get_queryset()
        if not _first_wall.get():
            return rows
        bounds = _scope.get()
        guard: Guard = self.model.guard  # type: ignore[attr-defined]
        if guard.kind == "open":
            return rows
        if bounds is None:
            raise ScopeMissing(f"{self.model._meta.label} was queried outside a scope")
        return rows.filter(_visible(self.model, guard, bounds))


def _visible(model: type[models.Model], guard: Guard, bounds: tuple[str, str]) -> Q | Exists:
    low, high = bounds
    if guard.kind == "place":
        return Q(**{f"{guard.column}__gte": low, f"{guard.column}__lt": high})
    if guard.kind == "person":
        from django.apps import apps  # the table lives downstream; it is found by name

        places = apps.get_model("people", "PersonPlace")._base_manager
        return Exists(
            places.filter(person_id=OuterRef(guard.column), place__gte=low, place__lt=high)
        )
    field = model._meta.get_field(guard.column.removesuffix("_id"))
    parent: Any = field.related_model
    return Exists(parent.objects.filter(pk=OuterRef(guard.column)))


class Guarded(models.Model):
    """The base of every table: declares ``guard``; a table without one does not start."""

    guard: ClassVar[Guard]

    objects = ScopedManager()

    class Meta:
        abstract = True


def one_or_not_there(rows: models.QuerySet[M], **lookup: Any) -> M:
    """The one row, or ``NotThere``: the same answer for "not yours" and "does not exist"."""
    found = rows.filter(**lookup).first()
    if found is None:
        raise NotThere()
    return found
