"""One month of files through the river: received, read, matched, stored, scanned."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from demo import office
from demo.county import County
from demo.county.files import write_month
from demo.loading import COUNTY_PLACE
from demo.progress import step
from doudi.base import timekeeping, worklist
from doudi.base.access import Actor, scope
from doudi.exchange import intake
from doudi.exchange.formats import FORMATS
from doudi.exchange.queries import delivery_of
from doudi.kernel import clock

PERIOD = "2022-05"
RECEIVED = datetime(2022, 6, 1, 9, 0, tzinfo=clock.SHANGHAI)
# Some departments are a month late, as departments are: what they send is today's fresh work.
RECEIVED_LATE = datetime(2022, 7, 5, 9, 0, tzinfo=clock.SHANGHAI)
LATE = ("乡村振兴局", "教育局_高职", "市场监管局")


def move_to(moment: datetime) -> None:
    """Let business time stand at a moment; it never goes back."""
    stands = clock.moved_to()
    if stands is None or moment > stands:
        timekeeping.move_clock(moment, by=Actor.system(COUNTY_PLACE))


def begins(moment: datetime) -> bool:
    """Move to a moment of the script, or say that the story is past it: it was done before."""
    stands = clock.moved_to()
    if stands is not None and stands > moment:
        return False
    move_to(moment)
    return True


def files_of(county: County, folder: Path) -> list[Path]:
    """The month's files; written anew each time, with the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    return write_month(county, folder)


def receive_on_time(files: list[Path]) -> int:
    """Receive what came on the first of June; returns the number of rows read."""
    move_to(RECEIVED)
    return receive([path for path in files if not path.name.startswith(LATE)])


def receive_late(files: list[Path]) -> int:
    """Receive what came a month late; returns the number of rows read."""
    move_to(RECEIVED_LATE)
    return receive([path for path in files if path.name.startswith(LATE)])


def receive(files: list[Path]) -> int:
    """Receive files as the county's reviewer does, and let the work list run dry.

    Returns the number of rows read. A file that was received before is found, not doubled.
    """
    reviewer = office.one("county_reviewer")
    rows = 0
    for path in files:
        content = path.read_bytes()
        with step(f"接收 {path.name}") as progress:
            format_code = intake.guess_format(content, path.name)
            delivery = intake.receive(
                content,
                file_name=path.name,
                format_code=format_code,
                period=PERIOD,
                place=COUNTY_PLACE,
                authority=FORMATS[format_code].authority,
                by=reviewer,
            )
            worklist.drain()
            with scope(reviewer):
                seen = delivery_of(delivery.pk)
            progress.count = seen.rows_read
            rows += seen.rows_read
    return rows
