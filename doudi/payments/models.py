"""Money: what is due each month, the ledger, batches, bank files and what came back."""

from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q

from doudi.base.access import Guarded, by_parent, by_place
from doudi.base.models import PLACE_LENGTH, StoredFile, User
from doudi.payments.models_funds import Allotment, Draw, ServiceSpending
from doudi.payments.models_payee import PayeeArrangement
from doudi.payments.models_price import PriceDue, PriceIndex, PricePerson, PriceRound
from doudi.payments.models_raise import RaiseStep, StandardRaise
from doudi.payments.models_recovery import (
    Deduction,
    Recovery,
    RecoveryLine,
    RecoveryNotice,
    Repayment,
    WriteOff,
)
from doudi.payments.models_share import Withholding
from doudi.people.models import Household, PayeeAccount, Person


class Batch(Guarded):
    """One month's payment of a scheme: made, approved and released by three different people."""

    guard = by_place("place")

    number = models.CharField("批次号", max_length=40, unique=True)  # derived, never random
    place = models.CharField("区划", max_length=PLACE_LENGTH)
    scheme = models.CharField("项目", max_length=20)
    month = models.CharField("所属月", max_length=7)
    part = models.SmallIntegerField("次", default=1)
    state = models.CharField("状态", max_length=8)  # 已编制 已复核 已放行 已对账 已退回
    lines = models.IntegerField("笔数")
    total_fen = models.BigIntegerField("总额")
    digest = models.CharField("明细摘要", max_length=64)  # of the bank file's bytes
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    released_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    released_at = models.DateTimeField(null=True)
    bank_file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    sent_at = models.DateTimeField(null=True)
    returned_reason = models.CharField("退回原因", max_length=200, default="")
    layout = models.CharField("文件格式", max_length=12, default="一卡通")  # or pain.001

    class Meta:
        verbose_name = "发放批次"
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=models.F("made_by")),
                name="who_makes_does_not_approve",
            ),
            models.CheckConstraint(
                condition=Q(released_by=None)
                | (~Q(released_by=models.F("made_by")) & ~Q(released_by=models.F("approved_by"))),
                name="who_makes_or_approves_does_not_release",
            ),
        ]


class Payable(Guarded):
    """What one holder is due for one month: unique by holder, scheme, month and line."""

    guard = by_place("place")

    reference = models.CharField("业务号", max_length=80)  # DB:H12:2022-06:main
    scheme = models.CharField("项目", max_length=20)
    place = models.CharField("区划", max_length=PLACE_LENGTH)
    # What a line refers to is compared for a whole statement by a trigger of migration 0010: it
    # forbids more than foreign keys do (the payee's own account, a batch of the same month).
    household = models.ForeignKey(
        Household, models.PROTECT, related_name="payables", db_constraint=False, db_index=False
    )
    payee = models.ForeignKey(Person, models.PROTECT, related_name="payables", db_constraint=False)
    award_id = models.BigIntegerField("待遇")
    month = models.CharField("所属月", max_length=7)
    line = models.CharField("行号", max_length=12, default="main")
    fen = models.BigIntegerField("金额")
    # Kept from the line towards a claim (追缴抵扣), or as a dead member's share that waits
    # (暂缓份额): what goes to the bank is fen - kept_fen.
    kept_fen = models.BigIntegerField("抵扣、暂缓", default=0, db_default=0)
    held = models.CharField("暂缓原因", max_length=60, default="")
    batch = models.ForeignKey(
        Batch,
        models.PROTECT,
        null=True,
        related_name="payables",
        db_constraint=False,
        db_index=False,
    )
    account = models.ForeignKey(
        PayeeAccount,
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    # Who receives instead of the payee, by agreement; frozen with the account in a batch.
    arrangement = models.ForeignKey(
        PayeeArrangement,
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    accrued_at = models.DateTimeField()

    class Meta:
        verbose_name = "应发"
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="a_payable_has_one_name"),
            models.UniqueConstraint(
                fields=["household", "scheme", "month", "line"],
                name="one_payable_per_holder_scheme_month_and_line",
            ),
            models.CheckConstraint(condition=Q(fen__gt=0), name="a_payable_is_positive"),
            models.CheckConstraint(
                condition=Q(kept_fen__gte=0) & Q(kept_fen__lt=models.F("fen")),
                name="something_of_a_payable_always_arrives",
            ),
        ]
        indexes = [
            models.Index(fields=["month", "scheme"], name="payable_by_month"),
            # Lines of a batch lie together; a summary of ranges costs nothing when lines change.
            BrinIndex(
                fields=["batch"], name="payable_by_batch", pages_per_range=8, autosummarize=True
            ),
        ]


class Transfer(Guarded):
    """A single-row movement of the ledger: pend, post, void or back; rows never change."""

    guard = by_parent("payable_id", "payments_payable", append_only=True)

    reference = models.CharField(max_length=100)  # {payable}:pend, …:post, …:void, …:back
    kind = models.CharField(max_length=4)  # pend post void; back (退汇) reverses a post
    payable = models.ForeignKey(
        Payable, models.PROTECT, related_name="transfers", db_constraint=False
    )
    batch = models.ForeignKey(
        Batch, models.PROTECT, related_name="transfers", db_constraint=False, db_index=False
    )
    settles = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        related_name="settled_by",
        db_constraint=False,
        db_index=False,
    )
    answered_in = models.ForeignKey(
        "BankReturn",
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    debit = models.CharField("借", max_length=60)
    credit = models.CharField("贷", max_length=60)
    fen = models.BigIntegerField()
    reason = models.CharField(max_length=120, default="")
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = "台账"
        # What a movement refers to is compared for the whole statement, with amounts and batch, by
        # the trigger of migration 0010: it forbids more than foreign keys and costs a fifth.
        constraints = [
            models.UniqueConstraint(fields=["reference"], name="a_movement_has_one_name"),
            models.UniqueConstraint(fields=["settles"], name="a_pending_transfer_is_settled_once"),
            models.CheckConstraint(condition=Q(fen__gt=0), name="a_movement_is_positive"),
            models.CheckConstraint(
                condition=Q(kind="pend", settles=None)
                | (Q(kind__in=["post", "void", "back"]) & Q(settles__isnull=False)),
                name="only_a_pending_movement_stands_alone",
            ),
        ]
        indexes = [models.Index(fields=["batch", "kind"], name="movement_by_batch")]


class BankReturn(Guarded):
    """A return file (回盘) of the bank for one batch."""

    guard = by_parent("batch_id", "payments_batch")

    batch = models.ForeignKey(Batch, models.PROTECT, related_name="returns")
    file = models.ForeignKey(StoredFile, models.PROTECT, related_name="+")
    received_at = models.DateTimeField()
    received_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    lines = models.IntegerField()
    paid_lines = models.IntegerField()
    paid_fen = models.BigIntegerField()
    failed_lines = models.IntegerField()
    failed_fen = models.BigIntegerField()
    # Paid by what the bank had said, and come back (退汇).
    returned_lines = models.IntegerField(default=0, db_default=0)
    returned_fen = models.BigIntegerField(default=0, db_default=0)
    refused_lines = models.IntegerField()
    told_at = models.DateTimeField("已写入救助链", null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["batch", "file"], name="a_return_file_counts_once")
        ]


class ReturnProblem(Guarded):
    """A line of a return file that could not be used, with the reason in plain words."""

    guard = by_parent("bank_return_id", "payments_bankreturn")

    bank_return = models.ForeignKey(BankReturn, models.PROTECT, related_name="problems")
    line = models.IntegerField()
    column = models.CharField(max_length=40)
    value = models.CharField(max_length=120)
    why = models.CharField(max_length=200)


__all__ = [
    "Allotment",
    "BankReturn",
    "Batch",
    "Deduction",
    "Draw",
    "Payable",
    "PayeeArrangement",
    "PriceDue",
    "PriceIndex",
    "PricePerson",
    "PriceRound",
    "RaiseStep",
    "Recovery",
    "RecoveryLine",
    "RecoveryNotice",
    "Repayment",
    "ReturnProblem",
    "ServiceSpending",
    "StandardRaise",
    "Transfer",
    "Withholding",
    "WriteOff",
]
