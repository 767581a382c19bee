"""Settings from the environment, read once, all faults listed together at the start."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Environment:
    """Everything an installation may set; every name has a row in docs/settings.md."""

    var: Path
    database: dict[str, Any]
    owner: dict[str, Any]
    secret: str
    debug: bool
    tls: bool
    hosts: list[str]
    suite: str
    movable_clock: bool
    keys: Path


def database(url: str) -> dict[str, Any]:
    """A Django database from ``postgresql://user:password@host:port/name``."""
    told = urlparse(url)
    if told.scheme not in ("postgres", "postgresql"):
        raise SystemExit("DATABASE_URL 只支持 PostgreSQL：postgresql://用户:口令@主机:端口/库名")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(told.path.lstrip("/")),
        "USER": unquote(told.username or ""),
        "PASSWORD": unquote(told.password or ""),
        "HOST": unquote(told.hostname or ""),
        "PORT": str(told.port or ""),
        "CONN_MAX_AGE": None,
        "CONN_HEALTH_CHECKS": True,
        "TEST": {"NAME": os.environ.get("DOUDI_TEST_DB", "test_doudi")},
    }


def read() -> Environment:
    """Read the environment; faults end the program with one list."""
    var = Path(os.environ.get("DOUDI_VAR", str(ROOT / "var")))
    faults = []
    url = os.environ.get("DATABASE_APP_URL") or os.environ.get("DATABASE_URL", "")
    owner = os.environ.get("DATABASE_URL", url)
    movable = os.environ.get("DOUDI_MOVABLE_CLOCK", "") == "1"
    suite = os.environ.get("DOUDI_CRYPTO_SUITE", "international")
    tls = os.environ.get("DOUDI_TLS", "0")
    if tls not in ("0", "1"):
        faults.append("DOUDI_TLS 只能是 1（前面有 HTTPS 入口）或 0")
    if suite not in ("international", "guomi"):
        faults.append("DOUDI_CRYPTO_SUITE 只能是 international 或 guomi")
    if faults:
        raise SystemExit("\n".join(faults))
    return Environment(
        var=var,
        database=database(url or "postgresql://doudi_app@127.0.0.1/doudi"),
        owner=database(owner or "postgresql://doudi_owner@127.0.0.1/doudi"),
        secret=_secret(var),
        debug=os.environ.get("DOUDI_DEBUG", "") == "1",
        tls=tls == "1",
        hosts=os.environ.get("DOUDI_HOSTS", "127.0.0.1,localhost,[::1]").split(","),
        suite=suite,
        movable_clock=movable,
        keys=Path(os.environ.get("DOUDI_KEYS", str(var / "keys.json"))),
    )


def _secret(var: Path) -> str:
    """The session secret: from the environment, or made once and kept beside the data."""
    import secrets

    told = os.environ.get("DOUDI_SECRET")
    if told:
        return told
    path = var / "secret"
    if not path.exists():
        var.mkdir(parents=True, exist_ok=True)
        handle = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(48))
    return path.read_text()
