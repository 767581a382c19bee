"""A month at a glance: what was due, arrived, failed and is outstanding, by scheme and township."""

# ruff: noqa: S608  (statements are put together from constants of this package only)

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import connection

from doudi.kernel.dates import Month
from doudi.kernel.divisions import place_range


@dataclass(frozen=True)
class Standing:
    """Lines and fen of one scheme or township: due = paid + failed + under way + waiting + held.

    ``failed`` is what the bank could not pay and nobody has corrected yet; ``held`` waits for a
    stop to be lifted, ``waiting`` for a batch or its release.
    """

    name: str
    lines: int = 0
    due: int = 0
    paid: int = 0
    failed: int = 0
    under_way: int = 0
    waiting: int = 0
    held: int = 0

    @property
    def outstanding(self) -> int:
        """Fen that have not arrived."""
        return self.due - self.paid

    def __add__(self, other: Standing) -> Standing:
        return Standing(
            self.name,
            self.lines + other.lines,
            self.due + other.due,
            self.paid + other.paid,
            self.failed + other.failed,
            self.under_way + other.under_way,
            self.waiting + other.waiting,
            self.held + other.held,
        )


@dataclass(frozen=True)
class Glance:
    """The month in all, by scheme, and by township (12-digit codes)."""

    whole: Standing
    by_scheme: list[Standing]
    by_township: list[Standing]


# A line that failed and was made due again is its successor's matter, else it would be due twice.
# Lines that make each other good: main, redo1 …; up3, up3r1 …; sh7, sh7r1 ….
_FAMILY = (
    "case when left({0}.line, 2) in ('up', 'sh') then split_part({0}.line, 'r', 1) else 'main' end"
)
_GLANCE = f"""
select p.scheme, left(p.place, 9) as township, count(*), sum(p.fen - p.kept_fen)::bigint,
  coalesce(sum(p.fen - p.kept_fen) filter (where s.kind = 'post' and b.id is null), 0)::bigint,
  coalesce(sum(p.fen - p.kept_fen) filter (where s.kind = 'void' or b.id is not null), 0)::bigint,
  coalesce(sum(p.fen - p.kept_fen) filter (where t.id is not null and s.id is null), 0)::bigint,
  coalesce(sum(p.fen - p.kept_fen) filter (
    where t.id is null and (p.held = '' or p.batch_id is not null)), 0)::bigint,
  coalesce(sum(p.fen - p.kept_fen) filter (
    where t.id is null and p.held <> '' and p.batch_id is null), 0)::bigint
from payments_payable p
left join payments_transfer t on t.payable_id = p.id and t.kind = 'pend'
left join payments_transfer s on s.settles_id = t.id
left join payments_transfer b on b.settles_id = s.id
where p.month = %(month)s and p.place >= %(low)s and p.place < %(high)s
  and (%(scheme)s = '' or p.scheme = %(scheme)s)
  and not exists (select 1 from payments_payable later
    where later.household_id = p.household_id and later.scheme = p.scheme
      and later.month = p.month and later.id > p.id
      and {_FAMILY.format("later")} = {_FAMILY.format("p")})
group by 1, 2 order by 1, 2
"""


def month_glance(place: str, month: Month, scheme: str = "") -> Glance:
    """A month of a place, of one scheme or (empty) of all, in one query."""
    low, high = place_range(place)
    with connection.cursor() as cursor:
        cursor.execute(_GLANCE, {"month": str(month), "low": low, "high": high, "scheme": scheme})
        rows = cursor.fetchall()
    return Glance(
        sum((Standing("", *row[2:]) for row in rows), Standing("")),
        _sums(rows, lambda row: str(row[0])),
        _sums(rows, lambda row: str(row[1]).ljust(12, "0")),
    )


def _sums(rows: Iterable[tuple[object, ...]], name: Callable[..., str]) -> list[Standing]:
    found: dict[str, Standing] = {}
    for row in rows:
        key = name(row)
        found[key] = found.get(key, Standing(key)) + Standing(key, *row[2:])  # type: ignore[arg-type]
    return [found[key] for key in sorted(found)]
