"""Where the money comes from: allotments by source and earmark, what was drawn, services bought."""

from django.db import models
from django.db.models import F, Q

from doudi.base.access import Guarded, by_parent, by_place
from doudi.base.models import PLACE_LENGTH, User


class Allotment(Guarded):
    """Money allotted to a county by one document and source, some of it for some schemes only."""

    guard = by_place("place")

    document = models.CharField("文号", max_length=80)
    place = models.CharField("县", max_length=PLACE_LENGTH)
    source = models.CharField("资金级次", max_length=4)  # 中央 省级 市级 县级
    year = models.SmallIntegerField("年度")
    fen = models.BigIntegerField("金额")
    purpose = models.CharField("用途", max_length=4)  # 救助 服务
    schemes = models.JSONField("限用于", default=list)  # []: any scheme of relief
    received_on = models.DateField("到账日")
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "资金指标"
        constraints = [
            models.UniqueConstraint(
                fields=["place", "document", "source", "purpose"],
                name="a_document_allots_once_per_source_and_purpose",
            ),
            models.CheckConstraint(condition=Q(fen__gt=0), name="an_allotment_is_positive"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("entered_by")),
                name="an_allotment_is_confirmed_by_another_person",
            ),
        ]


class Draw(Guarded):
    """What a batch took from an allotment at its release, in order; what the bank could not pay
    goes back to the last ones first, and is computed (``funds.LEFT``)."""

    guard = by_parent("allotment_id", "payments_allotment", append_only=True)

    allotment = models.ForeignKey(Allotment, models.PROTECT, related_name="draws")
    batch = models.ForeignKey("payments.Batch", models.PROTECT, related_name="draws")
    order = models.SmallIntegerField()
    fen = models.BigIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["batch", "order"], name="a_batch_draws_once_in_each_place"
            ),
            models.UniqueConstraint(
                fields=["batch", "allotment"], name="a_batch_draws_once_from_an_allotment"
            ),
            models.CheckConstraint(condition=Q(fen__gt=0), name="a_draw_is_positive"),
        ]


class ServiceSpending(Guarded):
    """Services bought from relief money (购买服务), within the share of the year that allows it."""

    guard = by_place("place")

    number = models.CharField("合同号", max_length=60)
    place = models.CharField("县", max_length=PLACE_LENGTH)
    allotment = models.ForeignKey(Allotment, models.PROTECT, related_name="services")
    provider = models.CharField("承接主体", max_length=80)
    fen = models.BigIntegerField("金额")
    spent_on = models.DateField("支出日")
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["place", "number"], name="a_contract_is_spent_once"),
            models.CheckConstraint(condition=Q(fen__gt=0), name="a_spending_is_positive"),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("entered_by")),
                name="a_spending_is_confirmed_by_another_person",
            ),
        ]
