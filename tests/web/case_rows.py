"""A row in each table of cases that the ordinary way does not fill, for every region."""

from __future__ import annotations

from doudi.base.models import User
from doudi.cases.models import Award, CaseRecord, Kinship, Review
from doudi.kernel import clock
from tests.arrange import arranging
from tests.cases.world import World


def fill_cases(decided: World, running: World) -> int:
    """A record, kin of an official, and a review that waits; answers the review's number."""
    now = clock.business_now()
    with arranging():
        CaseRecord.objects.create(
            case_id=running.case_id, kind="会议纪要", content={"文号": "纪要1号"}, at=now
        )
        official = User.objects.order_by("id").first()
        assert official is not None
        Kinship.objects.create(
            official=official, person_id=running.spouse_id, relation="兄弟姐妹", declared_at=now
        )
        award = Award.objects.get(decision__case_id=decided.case_id)
        review = Review.objects.create(
            place=award.place, award=award, month="2022-06", why="定期核查",
            due_on=clock.business_today(), before_fen=award.amount_fen, after_fen=None,
            result="缺资料", snapshot={}, trace={}, rules_version="x",
        )  # fmt: skip
    return int(review.pk)
