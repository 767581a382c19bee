"""What is printed and published of payments: cover sheet, totals by place, what is late."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection
from django.db.models import Exists, F, OuterRef, QuerySet

from doudi.base import sealing
from doudi.kernel import clock
from doudi.kernel.dates import Month
from doudi.payments import stops
from doudi.payments.models import Payable, Transfer
from doudi.payments.parameters import figure
from doudi.payments.queries import BatchSeen, batch_view, not_made_good, with_outcome

_TOWNSHIP, _VILLAGE = 9, 12


@dataclass(frozen=True)
class PlaceTotal:
    """Lines and fen of one place; an empty code stands for the places too small to be told."""

    place: str
    lines: int
    fen: int


@dataclass(frozen=True)
class Checkpoint:
    """The newest root of the audit that the witness outside has: number, chain value, moment."""

    number: int
    chain: str
    received_at: str


@dataclass(frozen=True)
class CoverSheet:
    """One page a batch: who, how much, the digest of the file, and where the audit stood."""

    seen: BatchSeen
    townships: tuple[PlaceTotal, ...]
    checkpoint: Checkpoint | None
    adds_up: bool


def cover_sheet(batch_id: int) -> CoverSheet | None:
    """The cover sheet of a batch in four statements; None outside the places in view."""
    seen = batch_view(batch_id)
    if seen is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "select left(place, %s), count(*), sum(fen - kept_fen)::bigint "
            "from payments_payable where batch_id = %s group by 1 order by 1",
            [_TOWNSHIP, batch_id],
        )
        townships = tuple(
            PlaceTotal(code.ljust(12, "0"), lines, fen) for code, lines, fen in cursor.fetchall()
        )
    total = (sum(one.lines for one in townships), sum(one.fen for one in townships))
    adds_up = total == (seen.batch.lines, seen.batch.total_fen)
    return CoverSheet(seen, townships, _checkpoint(), adds_up)


def _checkpoint() -> Checkpoint | None:
    receipt = sealing.last_receipt()
    if receipt is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "select encode(chain, 'hex') from base_seal where id = %s", [receipt.seal_id]
        )
        found = cursor.fetchone()
    moment = receipt.received_at.astimezone(clock.SHANGHAI)
    return Checkpoint(
        receipt.seal_id, found[0] if found else "", moment.strftime("%Y-%m-%d %H:%M:%S")
    )


_PAID = """
select left(p.place, %(length)s), count(distinct p.household_id), sum(t.fen)::bigint
from payments_payable p join payments_transfer t on t.payable_id = p.id and t.kind = 'post'
  and not exists (select 1 from payments_transfer b where b.settles_id = t.id)
where p.scheme = %(scheme)s and p.month = %(month)s
  and p.place >= %(low)s and p.place < %(high)s
group by 1 order by 1
"""


def published_totals(
    place: str, scheme: str, month: Month, *, by_village: bool = False
) -> list[PlaceTotal]:
    """Households and fen that arrived, by township or village, in one statement.

    Places with fewer households than the dated figure are told together, under an empty code, so
    that no total tells one family's amount; where that is one place alone, the next smallest joins.
    """
    length = _VILLAGE if by_village else _TOWNSHIP
    with connection.cursor() as cursor:
        cursor.execute(_PAID, {**stops.told(place, scheme, month), "length": length})
        rows = [PlaceTotal(code.ljust(12, "0"), n, fen) for code, n, fen in cursor.fetchall()]
    return together(rows, figure("payment.fewest_told", clock.business_today()))


def together(rows: list[PlaceTotal], fewest: int) -> list[PlaceTotal]:
    """The rows as they may be published: small ones joined until they are enough; pure."""
    by_size = sorted(rows, key=lambda row: (row.lines, row.place))
    joined: list[PlaceTotal] = []
    while by_size and (by_size[0].lines < fewest or 0 < sum(x.lines for x in joined) < fewest):
        joined.append(by_size.pop(0))
    shown = sorted(by_size, key=lambda row: row.place)
    lines, fen = sum(row.lines for row in joined), sum(row.fen for row in joined)
    # Everybody together is still too few: nothing is told but that there is something.
    if joined and lines >= fewest:
        shown.append(PlaceTotal("", lines, fen))
    return shown


def late_lines(days: int | None = None) -> QuerySet[Payable]:
    """Lines in view that were due so many days ago and have not arrived, with ``outcome``.

    A line that failed and was made good by a later one is that later one's matter.
    """
    today = clock.business_now()
    limit = figure("payment.unpaid_days", today.date()) if days is None else days
    back = Transfer.objects.filter(settles=OuterRef("pk"))
    arrived = Transfer.objects.filter(~Exists(back), payable=OuterRef("pk"), kind="post")
    # A line is made due again only when it failed, so one with a successor is the successor's.
    rows = not_made_good().filter(~Exists(arrived), accrued_at__lt=today - timedelta(days=limit))
    return with_outcome(rows).annotate(number=F("batch__number")).order_by("accrued_at", "pk")
