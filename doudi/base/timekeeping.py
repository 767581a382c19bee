"""Business time where it is moved (demo, rehearsals): one row, read at most once a second."""

from datetime import datetime

from django.db import connection

from doudi.base.access import Actor
from doudi.base.actions import action
from doudi.base.models import BusinessClock
from doudi.kernel import clock

_REREAD_SECONDS = 1.0
_known: tuple[float, datetime | None] = (float("-inf"), None)


def stored_moment() -> datetime | None:
    """The moment at which business time stands, or None where it runs with the world."""
    global _known
    import time

    now = time.monotonic()
    if now - _known[0] < _REREAD_SECONDS:
        return _known[1]
    with connection.cursor() as cursor:
        cursor.execute("select moment from base_businessclock order by id limit 1")
        row = cursor.fetchone()
    _known = (now, row[0] if row else None)
    return _known[1]


def forget() -> None:
    """Ask the database again at the next look: after another database took its place."""
    global _known
    _known = (float("-inf"), None)


def install() -> None:
    """Give the kernel's clock its source."""
    from django.conf import settings

    if settings.DOUDI_MOVABLE_CLOCK:
        clock.use_business_source(stored_moment)


@action("clock.move", needs="clock.move")
def move_clock(moment: datetime | None, *, by: Actor) -> None:
    """Hold business time at a moment (None: let it run). Refused outside demo and rehearsal."""
    global _known
    from django.conf import settings

    assert settings.DOUDI_MOVABLE_CLOCK, "business time can be moved in the demo only"
    if not BusinessClock.objects.update(moment=moment):
        BusinessClock.objects.create(moment=moment)
    _known = (float("-inf"), None)
