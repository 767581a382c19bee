"""What others may read of payments; lists are query sets, everything else is frozen."""

# ruff: noqa: S608  (statements are put together from constants of this package only)

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection
from django.db.models import (
    Case,
    CharField,
    Exists,
    F,
    Func,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)

from doudi.kernel.dates import Month
from doudi.kernel.money import Fen
from doudi.payments import ledger, stops
from doudi.payments.ledger import Balances
from doudi.payments.models import (
    BankReturn,
    Batch,
    Payable,
    ReturnProblem,
    Transfer,
    Withholding,
)
from doudi.payments.schemes import CERTIFIED
from doudi.payments.sending import outbox
from doudi.payments.setoff import LEFT

WAITING, HELD, IN_BATCH, UNDER_WAY, PAID, FAILED = (
    "待编批", "暂缓", "批次中", "在途", "已到账", "发放失败",
)  # fmt: skip


# Movements that say of a line that its money did not stay with the payee.
NOT_PAID = ("void", "back")


@dataclass(frozen=True)
class BatchSeen:
    """A batch with what became of its lines, in lines and fen."""

    batch: Batch
    paid_lines: int
    paid_fen: int
    failed_lines: int
    failed_fen: int
    outstanding_lines: int
    outstanding_fen: int


@dataclass(frozen=True)
class MonthSeen:
    """One month of a scheme in a place: lines and fen by what became of them, stops by reason."""

    month: str
    scheme: str
    lines: int
    fen: int
    by_state: dict[str, tuple[int, int]]
    held: dict[str, tuple[int, int]]


@dataclass(frozen=True)
class PaymentSeen:
    """One line of a household: month, fen, what became of it and why."""

    reference: str
    month: str
    scheme: str
    line: str
    fen: int
    state: str
    reason: str
    batch_number: str
    kept_fen: int = 0  # towards a claim; what arrives is fen - kept_fen


def batches(place: str = "", scheme: str = "", month: str = "") -> QuerySet[Batch]:
    """Batches in view, the newest first."""
    rows = Batch.objects.select_related("made_by", "approved_by", "released_by")
    if place:
        rows = rows.filter(place=place)
    if scheme:
        rows = rows.filter(scheme=scheme)
    if month:
        rows = rows.filter(month=month)
    return rows.order_by("-month", "-made_at", "-id")


# What became of a payable, over aliases p (payable), t (its pending movement), s (settlement), b
# (the reversal of money that came back).
_STATE = f"""case when s.kind = 'void' or b.id is not null then '{FAILED}'
  when s.kind = 'post' then '{PAID}'
  when t.id is not null then '{UNDER_WAY}' when p.batch_id is not null then '{IN_BATCH}'
  when p.held <> '' then '{HELD}' else '{WAITING}' end"""

_FROM = """from payments_payable p
left join payments_transfer t on t.payable_id = p.id and t.kind = 'pend'
left join payments_transfer s on s.settles_id = t.id
left join payments_transfer b on b.settles_id = s.id"""


def batch_view(batch_id: int) -> BatchSeen | None:
    """A batch and the outcome of its lines in two queries; None outside the places in view."""
    batch = batches().filter(pk=batch_id).first()
    if batch is None:
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {_STATE}, count(*), sum(p.fen - p.kept_fen)::bigint {_FROM} "
            "where p.batch_id = %s group by 1",
            [batch_id],
        )
        found = {state: (lines, fen) for state, lines, fen in cursor.fetchall()}
    zero = (0, 0)
    return BatchSeen(
        batch, *found.get(PAID, zero), *found.get(FAILED, zero), *found.get(UNDER_WAY, zero)
    )


def batch_lines(batch_id: int, outcome: str = "") -> QuerySet[Payable]:
    """Lines of a batch with ``outcome`` (批次中 在途 已到账 发放失败) and ``bank_reason``."""
    rows = with_outcome(Payable.objects.filter(batch_id=batch_id)).order_by("reference")
    # The column is annotated above; the type checker sees the table only.
    return rows.filter(outcome=outcome) if outcome else rows  # type: ignore[misc]


def with_outcome(rows: QuerySet[Payable]) -> QuerySet[Payable]:
    """The same lines with ``outcome`` and ``bank_reason``; household and payee are joined."""
    pend = Transfer.objects.filter(payable=OuterRef("pk"), kind="pend")
    # The newest movement says it: a posting may have been followed by its reversal (退汇).
    settled = Transfer.objects.filter(payable=OuterRef("pk")).exclude(kind="pend").order_by("-pk")
    return rows.select_related("household", "payee", "batch").annotate(
        settled_as=Subquery(settled.values("kind")[:1]),
        bank_reason=Subquery(settled.values("reason")[:1]),
        pended=Subquery(pend.values("kind")[:1]),
        outcome=Case(
            When(settled_as="post", then=Value(PAID)),
            When(settled_as__in=["void", "back"], then=Value(FAILED)),
            When(pended="pend", then=Value(UNDER_WAY)),
            When(batch__isnull=False, then=Value(IN_BATCH)),
            When(held="", then=Value(WAITING)),
            default=Value(HELD),
            output_field=CharField(),
        ),
    )


# Lines that make each other good (corrections.FAMILY): main, redo1 …; up3, up3r1 …; sh7, sh7r1 …
_FAMILY = Case(
    When(
        Q(line__startswith="up") | Q(line__startswith="sh"),
        then=Func(F("line"), Value("r"), Value(1), function="split_part"),
    ),
    default=Value("main"),
    output_field=CharField(),
)


def failed_payables(batch_id: int) -> QuerySet[Payable]:
    """Lines that the bank could not pay and that no later line makes good, with ``bank_reason``."""
    voided = Transfer.objects.filter(batch_id=batch_id, kind__in=NOT_PAID).values("payable")
    return with_outcome(not_made_good().filter(pk__in=voided)).order_by("reference")


def not_made_good() -> QuerySet[Payable]:
    """Lines in view that no later line of their family stands for."""
    later = Payable.objects.annotate(family=_FAMILY).filter(
        household=OuterRef("household"),
        scheme=OuterRef("scheme"),
        month=OuterRef("month"),
        pk__gt=OuterRef("pk"),
        family=OuterRef("family"),
    )
    rows: QuerySet[Payable] = Payable.objects.annotate(family=_FAMILY).filter(~Exists(later))
    return rows


def held_payables(place: str, scheme: str, month: Month) -> QuerySet[Payable]:
    """Lines held outside any batch, by reason and place."""
    told = stops.told(place, scheme, month)
    rows: QuerySet[Payable] = Payable.objects.filter(
        scheme=scheme,
        month=str(month),
        batch=None,
        place__gte=told["low"],
        place__lt=told["high"],
    ).exclude(held="")
    return rows.select_related("household", "payee").order_by("held", "place", "reference")


def month_at_a_glance(place: str, scheme: str, month: Month) -> MonthSeen:
    """A month's lines and fen by state, and its stops by reason, in one query."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"select {_STATE}, p.held, count(*), sum(p.fen - p.kept_fen)::bigint {_FROM} "
            "where p.scheme = %(scheme)s and p.month = %(month)s "
            "and p.place >= %(low)s and p.place < %(high)s group by 1, 2 order by 1, 2",
            stops.told(place, scheme, month),
        )
        rows = cursor.fetchall()
    by_state: dict[str, tuple[int, int]] = {}
    held: dict[str, tuple[int, int]] = {}
    for state, reason, lines, fen in rows:
        before = by_state.get(state, (0, 0))
        by_state[state] = (before[0] + lines, before[1] + fen)
        if state == HELD:
            held[reason] = (lines, fen)
    lines = sum(count for count, _ in by_state.values())
    total = sum(fen for _, fen in by_state.values())
    return MonthSeen(str(month), scheme, lines, total, by_state, held)


def _withheld() -> Subquery:
    """What is kept back of a line as the share of a dead member, until somebody has checked."""
    rows = Withholding.objects.filter(payable=OuterRef("pk"), given_back=False).order_by()
    return Subquery(rows.values("payable").annotate(sum=Sum("fen")).values("sum"))


def _reason(said: str, scheme: str, withheld: int | None) -> str:
    why = f"{stops.DEATH}或残疾人证过期" if scheme in CERTIFIED else stops.DEATH
    waits = f"暂缓成员份额 {Fen(withheld).yuan()} 元，{why}" if withheld else ""
    return "；".join(part for part in (said, waits) if part)


def payments_of(household_id: int) -> list[PaymentSeen]:
    """Everything that was due to a household, the newest month first, in one query."""
    rows = (
        with_outcome(Payable.objects.filter(household_id=household_id))
        .annotate(number=F("batch__number"), waits=_withheld())
        .order_by("-month", "reference")
        .values(
            *("reference", "month", "scheme", "line", "fen", "kept_fen", "waits"),
            *("outcome", "bank_reason", "held", "number"),
        )
    )
    return [
        PaymentSeen(
            reference=row["reference"],
            month=row["month"],
            scheme=row["scheme"],
            line=row["line"],
            fen=row["fen"],
            state=row["outcome"],
            reason=_reason(row["bank_reason"] or row["held"], row["scheme"], row["waits"]),
            batch_number=row["number"] or "",
            kept_fen=row["kept_fen"],
        )
        for row in rows
    ]


def returns_of(batch_id: int) -> QuerySet[BankReturn]:
    """Return files of a batch, the newest first."""
    rows: QuerySet[BankReturn] = BankReturn.objects.filter(batch_id=batch_id)
    return rows.select_related("file", "received_by").order_by("-received_at", "-id")


def problems_of(return_id: int) -> QuerySet[ReturnProblem]:
    """Lines of a return file that could not be used, in the order of the file."""
    rows: QuerySet[ReturnProblem] = ReturnProblem.objects.filter(bank_return_id=return_id)
    return rows.order_by("line", "column")


@dataclass(frozen=True)
class Invariant:
    """The sums of the ledger in view, and every fault found; ``holds`` when there is none."""

    balances: Balances
    faults: tuple[str, ...]

    @property
    def holds(self) -> bool:
        return not self.faults


_FAULTS = f"""
select '结清金额与挂账不符 ' || s.reference from payments_transfer s
  join payments_transfer t on t.id = s.settles_id
  where s.fen <> t.fen or s.payable_id <> t.payable_id or s.batch_id <> t.batch_id
    or t.kind <> case when s.kind = 'back' then 'post' else 'pend' end
union all
select '挂账金额与应发不符 ' || t.reference from payments_transfer t
  join payments_payable p on p.id = t.payable_id
  where t.kind = 'pend' and (t.fen <> p.fen - p.kept_fen or t.batch_id is distinct from p.batch_id)
union all
select '批次总额与挂账不符 ' || b.number from payments_batch b
  left join payments_transfer t on t.batch_id = b.id and t.kind = 'pend'
  where b.state in ('已放行', '已对账')
  group by b.id having b.total_fen <> coalesce(sum(t.fen), 0) or b.lines <> count(t.id)
union all
select '未放行的批次已有挂账 ' || b.number from payments_batch b
  where b.state not in ('已放行', '已对账')
  and exists (select 1 from payments_transfer t where t.batch_id = b.id)
union all
select '在途金额与批次状态不符 ' || b.number from payments_batch b
  where b.state = '已对账' and exists (
    select 1 from payments_transfer t where t.batch_id = b.id and t.kind = 'pend'
    and not exists (select 1 from payments_transfer s where s.settles_id = t.id))
union all
select '抵扣与明细不符 ' || p.reference from payments_payable p
  left join payments_deduction d on d.payable_id = p.id
  where p.kept_fen <> coalesce(d.fen, 0) + coalesce((
    select sum(w.fen) from payments_withholding w where w.payable_id = p.id), 0)
union all
select '资金来源与批次不符 ' || b.number from payments_batch b
  join payments_draw d on d.batch_id = b.id
  group by b.id having b.total_fen <> sum(d.fen)
union all
select '追缴收回多于认定 ' || r.number from payments_recovery r where {LEFT} < 0
order by 1 limit 100
"""


def balanced() -> Invariant:
    """Promise M8 over everything in view: sent = paid + failed + outstanding, to the fen."""
    sums = ledger.balances()
    faults: list[str] = []
    if sums.sent != sums.paid + sums.failed + sums.outstanding:
        faults.append(
            f"送盘 {sums.sent} 分 ≠ 到账 {sums.paid} + 失败 {sums.failed} + 在途 {sums.outstanding}"
        )
    with connection.cursor() as cursor:
        cursor.execute(_FAULTS)
        faults += [fault for (fault,) in cursor.fetchall()]
    return Invariant(sums, tuple(faults))


__all__ = [
    "BankReturn",
    "Batch",
    "BatchSeen",
    "Invariant",
    "MonthSeen",
    "Payable",
    "PaymentSeen",
    "ReturnProblem",
    "balanced",
    "batch_lines",
    "batch_view",
    "batches",
    "failed_payables",
    "held_payables",
    "month_at_a_glance",
    "outbox",
    "payments_of",
    "problems_of",
    "returns_of",
]
