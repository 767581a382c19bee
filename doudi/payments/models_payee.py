"""Who receives a household's money where the holder does not: by agreement, institution or law."""

from django.db import models
from django.db.models import F, Q

from doudi.base.access import Guarded, by_place
from doudi.base.models import PLACE_LENGTH, User
from doudi.people.models import Household


class PayeeArrangement(Guarded):
    """A custodian, institution, carer, guardian or family that is paid instead of the holder.

    Never edited: a change ends this one and opens another, so a batch that named it keeps its word.
    """

    guard = by_place("place")

    place = models.CharField("区划", max_length=PLACE_LENGTH)
    household = models.ForeignKey(Household, models.PROTECT, related_name="arrangements")
    scheme = models.CharField("项目", max_length=20)
    kind = models.CharField("收款方", max_length=8)  # 代管人 供养机构 照料人 监护人 儿童机构 治丧人
    holder_name = models.CharField("户名", max_length=60)
    bank = models.CharField("开户行", max_length=60)
    card_cipher = models.BinaryField()
    card_token = models.BinaryField()
    agreement = models.CharField("协议或文书编号", max_length=60)
    since = models.DateField("自")
    before = models.DateField("至（不含）", null=True)
    entered_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    entered_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = "收款安排"
        constraints = [
            models.UniqueConstraint(
                fields=["household", "scheme"],
                condition=Q(before=None, confirmed_by__isnull=False),
                name="one_confirmed_arrangement_per_household_and_scheme",
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(entered_by=F("confirmed_by")),
                name="an_arrangement_is_confirmed_by_another_person",
            ),
        ]
        indexes = [models.Index(fields=["card_token"], name="arrangement_by_card")]
