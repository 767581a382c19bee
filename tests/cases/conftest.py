"""Business time stands on a Monday in June 2022 while a case is under test."""

from collections.abc import Iterator

import pytest

from doudi.kernel import clock
from tests.cases.world import START, World, build


@pytest.fixture
def june() -> Iterator[None]:
    with clock.business_at(START):
        yield


@pytest.fixture
def world(db: None, june: None) -> World:
    return build()
