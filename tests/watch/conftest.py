"""The business day on which May's files have come in."""

from collections.abc import Iterator

import pytest

from doudi.kernel import clock
from tests.watch.village import TODAY


@pytest.fixture(autouse=True)
def in_june() -> Iterator[None]:
    with clock.business_at(TODAY):
        yield
