"""Two clocks: one that tests and the demo move, one that nothing moves."""

import os
import subprocess
import sys
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta

import pytest

from doudi.kernel import clock


@pytest.fixture(autouse=True)
def _real_time():
    yield
    clock.set_business(None)
    clock.use_business_source(None)


def test_business_time_is_real_time_in_china_unless_moved():
    gap = clock.business_now() - clock.machine_now()
    assert abs(gap) < timedelta(seconds=5)
    assert clock.business_now().utcoffset() == timedelta(hours=8)
    assert clock.machine_now().tzinfo is UTC
    assert clock.moved_to() is None


def test_moving_business_time_leaves_machine_time_alone():
    with clock.business_at(date(2022, 5, 1)) as moment:
        assert moment == datetime(2022, 5, 1, 9, 0, tzinfo=clock.SHANGHAI)
        assert clock.business_today() == date(2022, 5, 1)
        assert clock.business_now() == clock.business_now()
        assert clock.machine_now().year > 2022
    assert clock.moved_to() is None


def test_blocks_nest_and_put_back_what_was_before_even_after_an_error():
    clock.set_business(date(2022, 5, 1))
    with suppress(ValueError), clock.business_at(date(2023, 1, 1)):
        assert clock.business_today() == date(2023, 1, 1)
        raise ValueError
    assert clock.business_today() == date(2022, 5, 1)


def test_a_day_is_a_day_in_china():
    with clock.business_at(datetime(2022, 4, 30, 16, 0, tzinfo=UTC)):
        assert clock.business_today() == date(2022, 5, 1)
    with clock.business_at(datetime(2022, 4, 30, 15, 59, tzinfo=UTC)):
        assert clock.business_today() == date(2022, 4, 30)


def test_a_moment_without_a_zone_is_refused():
    with pytest.raises(AssertionError):
        clock.set_business(datetime(2022, 5, 1))  # noqa: DTZ001


def test_a_source_is_asked_each_time_and_an_explicit_time_wins():
    told = [datetime(2022, 5, 1, 1, 0, tzinfo=UTC), None, datetime(2022, 6, 1, 1, 0, tzinfo=UTC)]
    clock.use_business_source(lambda: told.pop(0))
    assert clock.business_today() == date(2022, 5, 1)
    assert clock.business_today() == clock.machine_now().astimezone(clock.SHANGHAI).date()
    with clock.business_at(date(2020, 2, 29)):
        assert clock.business_today() == date(2020, 2, 29)
    assert clock.business_today() == date(2022, 6, 1)


@pytest.mark.parametrize("zone", ["America/New_York", "UTC", "Pacific/Kiritimati"])
def test_the_servers_zone_changes_no_day(zone):
    code = (
        "from datetime import *; from doudi.kernel import clock;"
        "clock.set_business(datetime(2024, 2, 28, 16, 0, tzinfo=UTC));"
        "print(clock.business_today());"
        "clock.set_business(None); print(clock.business_now().utcoffset())"
    )
    environment = {**os.environ, "TZ": zone}
    told = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
    )
    assert told.stdout.split("\n")[:2] == ["2024-02-29", "8:00:00"]
