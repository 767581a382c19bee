"""A county's own thresholds, and decisions that are too much alike (M14)."""

from django.db import models
from django.db.models import Q

from doudi.base.access import Guarded, by_place, open_table
from doudi.base.models import PLACE_LENGTH, User


class ThresholdChange(Guarded):
    """A county's own figure of an indicator from a day on: who set it and why. Never changed.

    Nothing personal, and every post of the county needs it, the townships' too: an open table.
    """

    guard = open_table(append_only=True)

    place = models.CharField("县", max_length=PLACE_LENGTH)
    name = models.CharField("参数", max_length=40)  # R01.self_pay_over
    since = models.DateField("自")
    value = models.BigIntegerField("值")  # in the parameter's own unit; money in fen
    before = models.BigIntegerField("原值")
    why = models.CharField("理由", max_length=300)
    # What the page showed when it was set: months, alerts and cases found, before and after.
    trial = models.JSONField("试算")
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField("登记时间")

    class Meta:
        verbose_name = "阈值调整"
        constraints = [
            models.CheckConstraint(condition=~Q(why=""), name="a_threshold_is_moved_for_a_reason")
        ]
        indexes = [models.Index(fields=["place", "name", "since"], name="thresholds_of_place")]


class AlikeCheck(Guarded):
    """Many equal awards of one village on one day (M14): somebody looks at a sample."""

    guard = by_place("place")

    place = models.CharField("村", max_length=PLACE_LENGTH)
    scheme = models.CharField("项目", max_length=20)
    known_on = models.DateField("批准日")
    amount_fen = models.BigIntegerField("月金额")
    households = models.IntegerField("户数")
    found_at = models.DateTimeField("发现时间")
    due_on = models.DateField("抽查期限")
    due_provisional = models.BooleanField("期限暂定", default=False)
    state = models.CharField("状态", max_length=8)  # 待抽查 已抽查
    sampled = models.IntegerField("抽查户数", default=0)
    wrong = models.IntegerField("有问题户数", default=0)
    finding = models.TextField("抽查情况", default="")
    checked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "同批同额抽查"
        constraints = [
            models.UniqueConstraint(
                fields=["place", "scheme", "known_on", "amount_fen"], name="alike_is_asked_once"
            ),
            models.CheckConstraint(
                condition=Q(state="待抽查") | (~Q(finding="") & Q(sampled__gt=0)),
                name="a_sample_is_described",
            ),
        ]
        indexes = [models.Index(fields=["place", "state"], name="alike_of_place")]
