"""The low-income population register, and shares that wait because somebody seems to have died."""

from django.db import models
from django.db.models import F, Q

from doudi.base.access import Guarded, by_place
from doudi.base.models import PLACE_LENGTH, User
from doudi.people.models import Household, Person


class RegisterRun(Guarded):
    """A month's refresh of the register of a place: asked for, done, and what it changed."""

    guard = by_place("place")

    place = models.CharField("区划", max_length=PLACE_LENGTH)
    period = models.CharField("月份", max_length=7)
    asked_at = models.DateTimeField("排队时间")
    finished_at = models.DateTimeField("完成时间", null=True)
    new = models.IntegerField("入库", default=0)
    ended = models.IntegerField("出库", default=0)
    people = models.IntegerField("在库人数", default=0)
    households = models.IntegerField("在库户数", default=0)

    class Meta:
        verbose_name = "低收入人口更新"
        constraints = [
            models.UniqueConstraint(
                fields=["place", "period"], name="one_refresh_per_place_and_month"
            )
        ]


class Listing(Guarded):
    """Somebody is of one kind of the low-income population, from a day until a day, and why.

    ``since`` and ``before`` are days in the world, ``noted_on`` and ``end_noted_on`` those on which
    the register learned of them. A listing is ended, never removed.
    """

    guard = by_place("place")

    person = models.ForeignKey(Person, models.PROTECT, related_name="listings")
    household = models.ForeignKey(Household, models.PROTECT, related_name="listings")
    place = models.CharField("区划", max_length=PLACE_LENGTH)
    kind = models.CharField("人群", max_length=4)  # K01
    since = models.DateField("自")
    before = models.DateField("至（不含）", null=True)
    why = models.CharField("依据", max_length=200)
    source = models.CharField("来源", max_length=60)
    fact_id = models.BigIntegerField()
    noted_on = models.DateField("入库日")
    end_noted_on = models.DateField("出库日", null=True)
    why_ended = models.CharField("出库原因", max_length=40, default="")

    class Meta:
        verbose_name = "低收入人口"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "household", "kind"],
                condition=Q(before=None),
                name="one_open_listing_of_kind",
            ),
            models.CheckConstraint(
                condition=Q(before=None) | Q(before__gte=F("since")), name="a_listing_runs_forward"
            ),
            models.CheckConstraint(
                condition=Q(before=None, end_noted_on=None, why_ended="")
                | (Q(before__isnull=False, end_noted_on__isnull=False) & ~Q(why_ended="")),
                name="a_listing_that_ended_says_when_and_why",
            ),
        ]
        indexes = [models.Index(fields=["place", "kind", "since"], name="listing_by_place")]


class Suspension(Guarded):
    """One member's share (本人份额) waits for a person's check of a death; the family's goes on."""

    guard = by_place("place")

    person = models.ForeignKey(Person, models.PROTECT, related_name="suspensions")
    household = models.ForeignKey(Household, models.PROTECT, related_name="suspensions")
    place = models.CharField("区划", max_length=PLACE_LENGTH)
    scheme = models.CharField("项目", max_length=20)
    household_fen = models.BigIntegerField("全户月金额")
    share_fen = models.BigIntegerField("本人份额")
    died_on = models.DateField("死亡日期")
    ground = models.CharField("依据", max_length=200)
    source = models.CharField("来源", max_length=60)
    fact_id = models.BigIntegerField()
    suspended_at = models.DateTimeField("暂缓时间")
    check_due = models.DateField("核实期限")
    due_provisional = models.BooleanField("期限暂定", default=False)
    legal_due = models.DateField("增减停期限")
    state = models.CharField("状态", max_length=8)  # 待核 属实 不属实 依据撤回
    finding = models.TextField("核实情况", default="")
    checked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "死亡暂缓"
        constraints = [
            models.UniqueConstraint(
                fields=["person", "scheme", "fact_id"], name="one_suspension_per_fact"
            ),
            models.UniqueConstraint(
                fields=["person", "scheme"],
                condition=Q(state__in=["待核", "属实"]),
                name="one_suspension_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(share_fen__gt=0, share_fen__lte=F("household_fen")),
                name="a_share_is_not_more_than_the_whole",
            ),
            models.CheckConstraint(
                condition=Q(state="待核") | ~Q(finding=""), name="a_suspension_ends_with_words"
            ),
        ]
        indexes = [
            models.Index(
                fields=["place", "check_due"], condition=Q(state="待核"), name="open_suspensions"
            )
        ]
