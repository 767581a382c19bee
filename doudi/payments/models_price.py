"""The price-linkage subsidy (价格临时补贴): indices, the round of a month, its frozen roster."""

from django.db import models
from django.db.models import F, Q

from doudi.base.access import Guarded, by_place, open_table
from doudi.base.models import PLACE_LENGTH, User
from doudi.people.models import Household, Person


class PriceIndex(Guarded):
    """The consumer prices of a month in a region, in ten-thousandths; counts when confirmed."""

    guard = open_table()

    region = models.CharField("地区", max_length=PLACE_LENGTH)
    month = models.CharField("指数月", max_length=7)
    cpi = models.IntegerField("居民消费价格同比")  # 280: 2.8 %
    food = models.IntegerField("食品价格同比")
    poor = models.IntegerField("低收入居民价格同比", null=True)
    released_on = models.DateField("公布日")
    document = models.CharField("出处", max_length=200)
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "物价指数"
        constraints = [
            models.UniqueConstraint(
                fields=["region", "month"], name="one_index_per_region_and_month"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("entered_by")),
                name="an_index_is_confirmed_by_another_person",
            ),
        ]


class PriceRound(Guarded):
    """What a month's index means in a county: started or not, by what, until when it is paid."""

    guard = by_place("place")

    place = models.CharField("县", max_length=PLACE_LENGTH)
    month = models.CharField("指数月", max_length=7)
    index = models.ForeignKey(PriceIndex, models.PROTECT, related_name="+")
    state = models.CharField("状态", max_length=8)  # 未启动 待复核 已确认
    by_cpi = models.BooleanField("居民消费价格启动")
    by_food = models.BooleanField("食品价格启动")
    rise = models.IntegerField("涨幅")
    due_on = models.DateField("发放到位期限", null=True)
    due_provisional = models.BooleanField(default=False)
    persons = models.IntegerField("人数", default=0)
    fen = models.BigIntegerField("金额", default=0)
    left_out = models.IntegerField("无家庭", default=0)
    rules_version = models.CharField(max_length=80)
    trace = models.JSONField()  # how the law was asked, per profile
    made_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    made_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "价格临时补贴"
        constraints = [
            models.UniqueConstraint(
                fields=["place", "month"], name="one_round_per_place_and_month"
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("made_by")),
                name="a_roster_is_confirmed_by_another_person",
            ),
        ]


class PriceDue(Guarded):
    """What a household is due by a round; its line of the month is accrued from here."""

    guard = by_place("place")

    round = models.ForeignKey(PriceRound, models.PROTECT, related_name="dues")
    place = models.CharField("区划", max_length=PLACE_LENGTH)
    household = models.ForeignKey(Household, models.PROTECT, related_name="+")
    payee = models.ForeignKey(Person, models.PROTECT, related_name="+")
    persons = models.SmallIntegerField("人数")
    fen = models.BigIntegerField("金额")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["round", "household"], name="one_price_due_per_round_and_household"
            )
        ]


class PricePerson(Guarded):
    """One person of a roster, once, with every reason to be on it; frozen with the round."""

    guard = by_place("place")

    round = models.ForeignKey(PriceRound, models.PROTECT, related_name="people")
    place = models.CharField("区划", max_length=PLACE_LENGTH)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    household = models.ForeignKey(Household, models.PROTECT, null=True, related_name="+")
    identities = models.CharField("身份", max_length=80)  # 低保 优抚对象: sorted, by blanks
    urban = models.BooleanField("城镇")
    fen = models.BigIntegerField("金额")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["round", "person"], name="a_person_stands_on_a_roster_once"
            )
        ]
