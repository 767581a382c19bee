"""A dead member's share that is kept back from a payment until somebody has checked (暂缓份额)."""

from django.db import models
from django.db.models import Q

from doudi.base.access import Guarded, by_parent
from doudi.people.models import Person


class Withholding(Guarded):
    """A negative line: one person's share of a payment that waits; void with that payment."""

    guard = by_parent("payable_id", "payments_payable")

    payable = models.ForeignKey("payments.Payable", models.PROTECT, related_name="withheld")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    batch = models.ForeignKey("payments.Batch", models.PROTECT, related_name="withheld")
    fen = models.BigIntegerField("暂缓份额")
    # A share that was given back already by a line of its own is not due a second time.
    given_back = models.BooleanField("已另行补发", default=False, db_default=False)

    class Meta:
        verbose_name = "暂缓份额"
        constraints = [
            models.UniqueConstraint(
                fields=["payable", "person"], name="a_person_has_one_share_of_a_line"
            ),
            models.CheckConstraint(condition=Q(fen__gt=0), name="a_share_kept_back_is_positive"),
        ]
