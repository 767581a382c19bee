"""A standard raised with effect from a past month (提标补发): what each class gains."""

from django.db import models
from django.db.models import F, Q

from doudi.base.access import Guarded, by_parent, by_place
from doudi.base.models import PLACE_LENGTH, User


class StandardRaise(Guarded):
    """A raise of a scheme's standard in a county from a month on, by one document."""

    guard = by_place("place")

    place = models.CharField("县", max_length=PLACE_LENGTH)
    scheme = models.CharField("项目", max_length=20)
    since = models.DateField("执行起始日")
    announced_on = models.DateField("发文日")
    document = models.CharField("文号", max_length=120)
    state = models.CharField("状态", max_length=4)  # 待复核 已确认
    lines = models.IntegerField("补发笔数", default=0)
    fen = models.BigIntegerField("补发金额", default=0)
    rules_version = models.CharField(max_length=80)
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "提标"
        constraints = [
            models.UniqueConstraint(
                fields=["place", "scheme", "since"], name="one_raise_per_place_scheme_and_day"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("entered_by")),
                name="a_raise_is_confirmed_by_another_person",
            ),
        ]


class RaiseStep(Guarded):
    """What a class gains per person and month: new figure less old, both from the rules."""

    guard = by_parent("standard_raise_id", "payments_standardraise")

    standard_raise = models.ForeignKey(StandardRaise, models.PROTECT, related_name="steps")
    urban = models.BooleanField("城镇")
    code = models.CharField("类别", max_length=20)  # 差额 一类 二类 三类 四类
    old_fen = models.BigIntegerField("原标准")
    new_fen = models.BigIntegerField("新标准")

    @property
    def gain_fen(self) -> int:
        """What a person gains a month, in fen."""
        return self.new_fen - self.old_fen

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["standard_raise", "urban", "code"], name="one_step_per_class"
            ),
            models.CheckConstraint(
                condition=Q(new_fen__gte=F("old_fen")), name="a_raise_never_lowers"
            ),
        ]
