"""What tests set up without going through the doors: only here, never in the product."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from doudi.base.access import NATION, Actor, scope
from doudi.base.actions import Entered

COUNTY = "620521000000"
TOWNSHIP = "620521100000"  # 永清镇
OTHER_TOWNSHIP = "620521101000"  # 红堡镇
VILLAGE = "620521100201"
OTHER_COUNTY = "620522000000"  # 秦安县


@contextmanager
def arranging(where: str = NATION) -> Iterator[Actor]:
    """Write rows directly, as one audited step in one transaction, seeing everything."""
    by = Actor.system(where)
    with scope(by), transaction.atomic(), Entered("test.arrange", by, {}, b""):
        yield by


def actor(role: str, place: str = COUNTY, user_id: int | None = None) -> Actor:
    """Somebody in a role who has no row in the users' table."""
    return Actor(user_id=user_id, name=f"测试{role}", role=role, place=place)


def witness_now() -> None:
    """Pretend the audit was witnessed this moment, so that decisions and payments may run."""
    from doudi.base.models import SealReceipt
    from doudi.kernel import clock

    SealReceipt.objects.create(seal_id=0, received_at=clock.machine_now(), receipt="{}")
