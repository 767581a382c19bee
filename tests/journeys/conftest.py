"""A town on a real database, served on a real port, opened in a real browser."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from playwright.sync_api import Browser, expect, sync_playwright

from doudi.base import sealing, timekeeping, witness
from doudi.base.access import Actor
from doudi.kernel import clock
from tests.arrange import COUNTY
from tests.journeys import town
from tests.journeys.browsing import ARGUMENTS, Office, serving

BEGINS = datetime(2022, 6, 6, 9, 0, tzinfo=clock.SHANGHAI)  # a Monday


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    path = os.environ.get("CHROMIUM", "/usr/bin/chromium")
    # With the driver's event loop in this thread Django keeps other connections than without it.
    # One left open now could not be closed when its database is replaced, and would be found dead
    # by the tests that follow.
    connections.close_all()
    expect.set_options(timeout=15_000)
    with sync_playwright() as player:
        chromium = player.chromium.launch(
            executable_path=path, args=[*ARGUMENTS], env={**os.environ, "LANGUAGE": "zh_CN"}
        )
        yield chromium
        chromium.close()


@pytest.fixture
def receiver(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The witness of the audit, listening."""
    with witness.serve(tmp_path / "witness", 0) as server:
        host, port = server.server_address[:2]
        monkeypatch.setenv("DOUDI_WITNESS", f"{host}:{port}")
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield
        server.shutdown()
        thread.join()


@pytest.fixture
def desk(
    committed_db: None,
    receiver: None,
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[str]:
    """The town, its business time at the first Monday of June 2022, and its desk's address."""
    # The browser's driver keeps an event loop in this thread; the database is not used from it.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.STATIC_ROOT = tmp_path
    settings.DOUDI_VAR = tmp_path
    settings.DOUDI_MOVABLE_CLOCK = True
    timekeeping.install()
    move_to(BEGINS)
    town.build()
    sealing.publish()
    with serving() as address:
        yield address
    clock.use_business_source(None)


@pytest.fixture
def office(desk: str, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Office]:
    """Screens for everybody; fails where any page complained."""
    made = Office(browser, desk, request.module.__name__.rpartition("test_")[2])
    yield made
    for seat in made.sitting.values():
        seat.context.close()
    assert not made.faults, "\n".join(made.faults)


def move_to(moment: datetime) -> None:
    """Let business time stand at a moment, as the demo does."""
    timekeeping.move_clock(moment, by=Actor.system(COUNTY))
