"""Money paid and not due (追缴): what was found, told, decided, set off, repaid and written off."""

from django.db import models
from django.db.models import F, Q

from doudi.base.access import Guarded, by_parent, by_place
from doudi.base.models import PLACE_LENGTH, User
from doudi.people.models import Household


class Recovery(Guarded):
    """A claim on a household for months of one scheme that were paid and not due, for one cause."""

    guard = by_place("place")

    number = models.CharField("追缴编号", max_length=60, unique=True)  # DB-H12-1: derived
    place = models.CharField("区划", max_length=PLACE_LENGTH)
    household = models.ForeignKey(Household, models.PROTECT, related_name="recoveries")
    scheme = models.CharField("项目", max_length=20)
    cause = models.CharField("事由", max_length=20)
    state = models.CharField("状态", max_length=8)  # 待核实 已告知 已认定 已清偿 已核销 不予追缴
    over_fen = models.BigIntegerField("多发金额")
    found_at = models.DateTimeField("发现时间")
    found_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    heard_until = models.DateField("陈述申辩至", null=True)  # the last day
    statement = models.TextField("家庭陈述", default="")
    told_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.TextField("认定理由", default="")
    manner = models.CharField("偿还方式", max_length=4, default="")  # 抵扣 退款
    instalment_fen = models.BigIntegerField("每月", default=0)
    plan_since = models.CharField("自（月）", max_length=7, default="")
    agreed_on = models.DateField("签订日", null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "追缴"
        constraints = [
            models.CheckConstraint(condition=Q(over_fen__gt=0), name="a_claim_is_positive"),
            models.CheckConstraint(
                condition=Q(decided_by=None) | Q(told_by=None) | ~Q(decided_by=F("told_by")),
                name="who_tells_a_family_does_not_decide",
            ),
        ]
        indexes = [models.Index(fields=["place", "state"], name="recovery_by_state")]


class RecoveryLine(Guarded):
    """One month of a claim: paid, due and the evidence; each ground counts once."""

    guard = by_parent("recovery_id", "payments_recovery")

    recovery = models.ForeignKey(Recovery, models.PROTECT, related_name="lines")
    payable = models.ForeignKey("payments.Payable", models.PROTECT, related_name="+")
    month = models.CharField("所属月", max_length=7)
    paid_fen = models.BigIntegerField("已发")
    due_fen = models.BigIntegerField("应发")
    over_fen = models.BigIntegerField("多发")
    evidence = models.CharField("依据", max_length=200)
    ground = models.CharField(max_length=80)  # "death:17": the same ground is found once

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["payable", "ground"], name="a_month_is_claimed_once_per_ground"
            ),
            models.CheckConstraint(
                condition=Q(over_fen__gt=0) & Q(over_fen__lte=F("paid_fen")),
                name="no_more_is_claimed_than_was_paid",
            ),
        ]


class RecoveryNotice(Guarded):
    """What the family was told in writing; a notice never changes."""

    guard = by_parent("recovery_id", "payments_recovery", append_only=True)

    recovery = models.ForeignKey(Recovery, models.PROTECT, related_name="notices")
    kind = models.CharField("文书", max_length=10)  # 告知书 决定书 核销通知
    number = models.CharField("文号", max_length=80, unique=True)
    article = models.CharField("依据", max_length=200)
    amount_fen = models.BigIntegerField("金额")
    days = models.SmallIntegerField("期限")
    remedies = models.TextField("救济途径")
    text = models.TextField("全文")
    issued_on = models.DateField("日期")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")


class Deduction(Guarded):
    """A negative line: what is kept from a payment towards a claim; void with that payment."""

    guard = by_parent("recovery_id", "payments_recovery")

    recovery = models.ForeignKey(Recovery, models.PROTECT, related_name="deductions")
    payable = models.OneToOneField("payments.Payable", models.PROTECT, related_name="deduction")
    batch = models.ForeignKey("payments.Batch", models.PROTECT, related_name="deductions")
    fen = models.BigIntegerField("抵扣")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(fen__gt=0), name="a_deduction_is_positive")
        ]


class Repayment(Guarded):
    """Money that the family gave back, by the number of its receipt; rows never change."""

    guard = by_parent("recovery_id", "payments_recovery", append_only=True)

    recovery = models.ForeignKey(Recovery, models.PROTECT, related_name="repayments")
    voucher = models.CharField("票据号", max_length=40)
    manner = models.CharField("方式", max_length=4)  # 现金 转账
    fen = models.BigIntegerField("金额")
    received_on = models.DateField("收款日")
    by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recovery", "voucher"], name="a_receipt_counts_once_per_claim"
            ),
            models.CheckConstraint(condition=Q(fen__gt=0), name="a_repayment_is_positive"),
        ]


class WriteOff(Guarded):
    """What is left of a claim is given up (核销): proposed by one person, decided by another."""

    guard = by_parent("recovery_id", "payments_recovery")

    recovery = models.ForeignKey(Recovery, models.PROTECT, related_name="write_offs")
    fen = models.BigIntegerField("金额")
    reason = models.TextField("理由")
    outcome = models.CharField("结果", max_length=4, default="")  # 核销 不核销
    proposed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recovery"],
                condition=Q(decided_at=None),
                name="one_open_write_off_per_claim",
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("proposed_by")),
                name="who_proposes_a_write_off_does_not_decide",
            ),
        ]
