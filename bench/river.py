"""What one month's river costs, stage by stage, on a server of its own.

    SCALE=1 python -m bench.river

Divisions of the whole nation, the registry of the county, and its eleven files: read, matched,
stored, scanned. SCALE=0.1 is about 30,000 people, SCALE=1 the whole county of 300,000.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.ground import scratch_server
from bench.measuring import Figure, Meter

if TYPE_CHECKING:
    from demo.county import County

_NAME = "river"


def main() -> int:
    """Run the river once and record its figures."""
    scale = float(os.environ.get("SCALE", "0.1"))
    with scratch_server() as info, tempfile.TemporaryDirectory() as folder:
        meter = Meter(info.pid)
        with meter.watching_memory():
            told = _flow(meter, scale, Path(folder))
    from bench.results import record

    figures = [cost.figure(name) for name, cost in meter.costs.items() if cost.rows]
    figures += [
        Figure("peak memory, ours", round(meter.client_peak_kb / 1024), "MB"),
        Figure("peak memory, PostgreSQL", round(meter.database_peak_kb / 1024), "MB"),
        Figure("peak memory, together", round(meter.together_peak_kb / 1024), "MB"),
    ]
    name = _NAME if scale == 0.1 else f"{_NAME}, SCALE={scale:g}"
    record(name, {"scale": scale, **told, "figures": [each.as_json() for each in figures]})
    from bench.table import show

    show({name: figures})
    return 0


def _flow(meter: Meter, scale: float, folder: Path) -> dict[str, Any]:
    from django.core.management import call_command

    from doudi.base import vault
    from doudi.base.access import Actor
    from doudi.base.calendars import load_official_years
    from doudi.places.loading import load_divisions

    vault.keys()
    call_command("migrate", database="owner", verbosity=0, interactive=False)
    load_official_years(by=Actor.system())
    with meter.step("divisions") as cost:
        cost.rows = load_divisions(by=Actor.system())
    county, people, facts, paths = _settle(meter, scale, folder)
    del county
    rows = sum(_take(meter, path) for path in paths)
    return {"people": people, "facts": facts, "files": len(paths), "rows": rows}


def _settle(meter: Meter, scale: float, folder: Path) -> tuple[County, int, int, list[Path]]:
    """Make the county, load its registry (people and facts are the rows), write its files."""
    from demo import loading, month
    from demo.county import generate
    from doudi.people.models import LoadedBatch

    with meter.step("invent the county") as cost:
        county = generate(scale=scale)
        cost.rows = len(county.people)
    with meter.step("load the registry") as cost:
        loading.load(county, _NAME)
        batch = LoadedBatch.objects.get(name=_NAME)
        cost.rows = batch.people + batch.facts
    with meter.step("write the files"):
        paths = month.files_of(county, folder)
    return county, batch.people, batch.facts, paths


def _take(meter: Meter, path: Path) -> int:
    """Take one file down the river, each step by its own action; returns its rows."""
    from demo.loading import COUNTY_PLACE
    from demo.month import PERIOD, RECEIVED, move_to
    from doudi.base import worklist
    from doudi.base.access import Actor, scope
    from doudi.exchange import intake, processing
    from doudi.exchange.formats import FORMATS
    from doudi.exchange.queries import delivery_of

    by = Actor.system(COUNTY_PLACE)
    move_to(RECEIVED)
    content = path.read_bytes()
    with meter.step("receive") as received:
        code = intake.guess_format(content, path.name) or ""
        delivery = intake.receive(
            content,
            file_name=path.name,
            format_code=code,
            period=PERIOD,
            place=COUNTY_PLACE,
            authority=FORMATS[code].authority,
            by=by,
        )
    with meter.step("read") as read:
        processing.read_delivery(delivery.pk, by=by)
    with meter.step("match") as matched:
        processing.match_delivery(delivery.pk, by=by)
    with meter.step("store facts") as stored:
        processing.store_delivery(delivery.pk, by=by)
    with meter.step("scan") as scanned:
        worklist.drain()
    with scope(by):
        seen = delivery_of(delivery.pk)
    assert seen.state == "已入库", f"{path.name}: {seen.state} {seen.problem}"
    for cost in (received, read, matched, stored, scanned):
        cost.rows += seen.rows_read
    return int(seen.rows_read)


if __name__ == "__main__":
    sys.exit(main())
