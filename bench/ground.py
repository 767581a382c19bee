"""A scratch server of its own for a bench: default settings, so that the disk is waited for."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from doudi.base.embedded import Server, ServerInfo


@contextmanager
def scratch_server() -> Iterator[ServerInfo]:
    """Start an empty server, point the environment at it, make Django ready; gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="doudi-bench-") as folder:
        var = Path(folder) / "var"
        var.mkdir()
        # Where the server runs as another account than root, it has to reach its folder.
        Path(folder).chmod(0o755)
        server = Server(var / "pg")
        info = server.start()
        try:
            os.environ.update(
                DATABASE_URL=info.owner_dsn,
                DATABASE_APP_URL=info.app_dsn,
                DATABASE_INSIGHT_URL=info.insight_dsn,
                DOUDI_VAR=str(var),
                DOUDI_MOVABLE_CLOCK="1",
                DJANGO_SETTINGS_MODULE="doudi.cli.settings",
            )
            import django

            django.setup()
            yield info
        finally:
            _close()
            server.destroy()


@contextmanager
def given_or_scratch_server() -> Iterator[int | None]:
    """The server of DATABASE_URL, or a scratch one, whose process number is told."""
    if os.environ.get("DATABASE_URL"):
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doudi.cli.settings")
        import django

        django.setup()
        yield None
    else:
        with scratch_server() as info:
            yield info.pid


def _close() -> None:
    from django.db import connections

    connections.close_all()
