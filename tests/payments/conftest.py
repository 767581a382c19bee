"""Every test of payments has its own folder for the outbox."""

import pytest


@pytest.fixture(autouse=True)
def outbox_of_this_test(settings, tmp_path):
    settings.DOUDI_VAR = tmp_path
    return tmp_path / "outbox"
