"""Alerts and leads: who may be in trouble, why the indicators fired, and what became of it."""

from django.db import models
from django.db.models import Q

from doudi.base.access import Guarded, by_parent, by_place, open_table
from doudi.base.models import PLACE_LENGTH, StoredFile, User
from doudi.people.models import Household, Person, Visit
from doudi.watch.models_check import AlikeCheck, ThresholdChange
from doudi.watch.models_register import Listing, RegisterRun, Suspension
from doudi.watch.models_sweep import Sweep, SweepPart, SweepPerson


class Scan(Guarded):
    """All indicators over a place's facts of a month, or of one delivery; again is the same row."""

    guard = by_place("place")

    place = models.CharField("区划", max_length=PLACE_LENGTH)
    period = models.CharField("所属期", max_length=7)
    delivery_id = models.BigIntegerField("来文", null=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    people = models.IntegerField(default=0)
    hits = models.IntegerField(default=0)
    alerts = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["place", "period", "delivery_id"],
                nulls_distinct=False,
                name="one_scan_per_place_period_and_delivery",
            )
        ]


class Alert(Guarded):
    """One household's alert: hits merged within 30 days, scored, coloured, with its clock."""

    guard = by_place("place")

    household = models.ForeignKey(Household, models.PROTECT, related_name="alerts")
    person = models.ForeignKey(Person, models.PROTECT, related_name="alerts")
    place = models.CharField("区划", max_length=PLACE_LENGTH)
    period = models.CharField("所属期", max_length=7)
    direction = models.CharField("方向", max_length=4)  # 纳入 落实 退出 安全
    kinds = models.JSONField("人群")  # ["K04", "K10"]
    score = models.IntegerField("分值")
    arithmetic = models.JSONField("算式")  # [["身份 K04", 10], ["R01", 30], …]
    colour = models.CharField("等级", max_length=2)  # 蓝 黄 橙 红
    state = models.CharField("状态", max_length=8)  # 待接收 待走访 待处置 已转办 已关闭
    raised_at = models.DateTimeField("预警时间")
    visit_due = models.DateField("走访期限")
    report_due = models.DateField("反馈期限")
    close_due = models.DateField("办结期限")
    due_provisional = models.BooleanField("期限暂定", default=False)
    received_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    received_at = models.DateTimeField(null=True)
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, related_name="+")
    disposal = models.CharField("处置", max_length=2, default="")  # A0–A4
    verdict = models.CharField("结论", max_length=10, default="")  # 属实 部分属实 不属实
    finding = models.TextField("核查情况", default="")
    policy_told_at = models.DateTimeField("政策告知", null=True)
    outcome_subject = models.CharField("转办", max_length=80, default="")  # "cases.case:3"
    returned = models.SmallIntegerField("退回次数", default=0)
    closed_at = models.DateTimeField(null=True)
    withdrawn_why = models.CharField("撤销原因", max_length=200, default="")

    class Meta:
        verbose_name = "预警"
        constraints = [
            models.UniqueConstraint(
                fields=["household", "direction"],
                condition=Q(closed_at=None),
                name="one_open_alert_per_household_and_direction",
            ),
            models.CheckConstraint(
                condition=Q(closed_at=None)
                | ~Q(withdrawn_why="")
                | (Q(visit__isnull=False) & ~Q(disposal="") & ~Q(verdict="")),
                name="an_alert_closes_with_visit_and_verdict",
            ),
        ]
        indexes = [
            models.Index(
                fields=["place", "close_due"], condition=Q(closed_at=None), name="open_alerts"
            )
        ]


class AlertHit(Guarded):
    """One indicator that fired: the value, the threshold, the sentence that says why."""

    guard = by_parent("alert_id", "watch_alert")

    alert = models.ForeignKey(Alert, models.PROTECT, related_name="hits")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    indicator = models.CharField("指标", max_length=4)  # R01
    cause = models.CharField(max_length=64)  # the fact's key: the same cause fires once
    weight = models.IntegerField("权重")
    sentence = models.CharField("说明", max_length=200)
    fact_id = models.BigIntegerField(null=True)
    source = models.CharField("来源", max_length=60)
    hit_on = models.DateField("命中日")
    # What it rested on was taken back before anybody looked: the cause may fire again.
    withdrawn = models.BooleanField("依据已撤回", default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "indicator", "cause"],
                condition=Q(withdrawn=False),
                name="a_cause_fires_once",
            )
        ]


class Lead(Guarded):
    """Somebody told us (主动发现): a village worker, a neighbour, the family; protected."""

    guard = by_place("place")

    place = models.CharField("区划", max_length=PLACE_LENGTH)
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="leads")
    source = models.CharField("来源", max_length=20)  # 村级走访 本人申报 热线 预警
    about = models.CharField("对象", max_length=120)
    story = models.TextField("情况")
    reporter_cipher = models.BinaryField("报告人", null=True)
    photo = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    alert = models.ForeignKey(Alert, models.PROTECT, null=True, related_name="leads")
    reported_at = models.DateTimeField("报告时间")
    check_due = models.DateField("初核期限")
    state = models.CharField("状态", max_length=8)  # 待初核 已转办 已了结
    outcome = models.CharField("结果", max_length=200, default="")
    outcome_subject = models.CharField("转办", max_length=80, default="")  # "cases.case:3"

    class Meta:
        verbose_name = "线索"
        constraints = [
            models.UniqueConstraint(fields=["alert"], name="one_lead_per_alert"),
        ]
        indexes = [models.Index(fields=["place", "state", "check_due"], name="leads_by_state")]


class Verdict(Guarded):
    """What an indicator's hit turned out to be: feeds the measured precision of each indicator."""

    guard = open_table()

    indicator = models.CharField(max_length=4)
    period = models.CharField(max_length=7)
    place = models.CharField(max_length=PLACE_LENGTH)
    colour = models.CharField(max_length=2)
    verdict = models.CharField(max_length=10)
    helped = models.BooleanField()
    alert_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["alert_id", "indicator"], name="one_verdict_per_alert_and_indicator"
            )
        ]


__all__ = [
    "Alert",
    "AlertHit",
    "AlikeCheck",
    "Lead",
    "Listing",
    "RegisterRun",
    "Scan",
    "Suspension",
    "Sweep",
    "SweepPart",
    "SweepPerson",
    "ThresholdChange",
    "Verdict",
]
