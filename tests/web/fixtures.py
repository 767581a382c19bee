"""The regions, built once a module inside one transaction that is taken back at its end."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.test import override_settings

from doudi.kernel import clock
from tests.cases.world import START
from tests.web.regions import Regions, build_regions


def desk_settings(folder: Path) -> dict[str, Any]:
    """Fast passwords, and static addresses that need no collected files."""
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    return {
        "PASSWORD_HASHERS": ["django.contrib.auth.hashers.MD5PasswordHasher"],
        "STATIC_ROOT": folder,
        "STORAGES": {**settings.STORAGES, "staticfiles": plain},
    }


@contextmanager
def living_in_regions(blocker: Any, folder: Path) -> Iterator[Regions]:
    """Three regions and somebody in every role; nothing of it is ever committed."""
    with (
        blocker.unblock(),
        override_settings(**desk_settings(folder)),
        clock.business_at(START),
    ):
        try:
            with transaction.atomic():
                yield build_regions()
                transaction.set_rollback(True)
        finally:
            connection.close()


@pytest.fixture(scope="module")
def regions(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Regions]:
    """The same for a module, without the thousands of refusals that nobody reads in the log."""
    logging.disable(logging.WARNING)
    try:
        with living_in_regions(django_db_blocker, tmp_path_factory.mktemp("static")) as made:
            yield made
    finally:
        logging.disable(logging.NOTSET)
