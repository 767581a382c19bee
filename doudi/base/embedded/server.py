"""The embedded server itself: made once, started, found again, stopped, killed, destroyed."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import pwd
import re
import secrets
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.conninfo import make_conninfo

from doudi.base.embedded.machine import (
    free_port,
    has_roomy_shared_memory,
    is_alive,
    same_path,
    write_private,
)
from doudi.base.embedded.programs import (
    ROOT_STATE,
    Binaries,
    EmbeddedError,
    environment,
    find_binaries,
    run_as,
    unprivileged_account,
)
from doudi.base.embedded.roles import DATABASE, LOGINS, SUPERUSER, make_roles_and_database

# Crash recovery of a large load takes longer than the ten seconds that others allow.
START_TIMEOUT_S = 120.0
# A socket's whole name fits in 107 bytes; "/.s.PGSQL.65535.lock" takes 20 of them.
SOCKET_DIR_BYTES = 85
SETTINGS: dict[str, object] = {
    "max_connections": 150,
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "log_timezone": "UTC",
    "timezone": "UTC",
    "log_checkpoints": False,
    "jit": False,
    # A statement or a DETAIL line in the server's log would carry names and numbers.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
# Passing troubles, worth another try: the orphans of a killed server hold its shared memory for a
# moment, and somebody may take the port between our look and the server's.
PASSING = ("pre-existing shared memory block", "could not bind", "could not create any TCP/IP")
STOPS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}


@dataclass(frozen=True)
class ServerInfo:
    """How to reach a running embedded server."""

    host: str
    port: int
    socket_dir: Path
    pid: int
    passwords: Mapping[str, str] = field(repr=False)

    def for_user(self, name: str, database: str = DATABASE) -> str:
        """Address of ``database`` for one login role; KeyError for a role that is not ours."""
        return f"postgresql://{name}:{self.passwords[name]}@{self.host}:{self.port}/{database}"

    @property
    def owner_dsn(self) -> str:
        """Address for migrations and set-up: owns the database, may create test databases."""
        return self.for_user("doudi_owner")

    @property
    def app_dsn(self) -> str:
        """Address for the web and the workers: row security holds for this role."""
        return self.for_user("doudi_app")

    @property
    def insight_dsn(self) -> str:
        """Address for dashboards and exports: its transactions are read-only."""
        return self.for_user("doudi_insight")


def default_home() -> Path:
    """``var/pg`` of the checkout, or of the working directory for an installed package."""
    checkout = Path(__file__).resolve().parents[3]
    base = checkout if (checkout / "pyproject.toml").is_file() else Path.cwd()
    return base / "var" / "pg"


class Server:
    """The embedded PostgreSQL of one home folder; servers of different homes run side by side."""

    def __init__(self, home: Path) -> None:
        self.home = home.absolute()
        # The postmaster itself when started with child=True, so that a test can reap it.
        self.child: subprocess.Popen[bytes] | None = None

    @property
    def state(self) -> Path:
        """Folder of data, passwords, log and socket; the package's first lines explain root's."""
        if os.geteuid() != 0 or (self.home / "data").exists():
            return self.home
        return ROOT_STATE / f"pg-{self._identity()}"

    @property
    def data(self) -> Path:
        """The data directory."""
        return self.state / "data"

    @property
    def log(self) -> Path:
        """The server's own log."""
        return self.state / "server.log"

    def start(
        self, *, child: bool = False, timeout_s: float = START_TIMEOUT_S, **settings: object
    ) -> ServerInfo:
        """Start the server, made on first use, and return its address; a running one is kept.

        ``settings`` are PostgreSQL's own (``fsync=False``, ``shared_buffers="1GB"``). With
        ``child`` the postmaster is our direct child in ``self.child``; else it outlives us.
        """
        with self._locked():
            if self.running():
                return self.info()
            account = self._account()
            binaries = find_binaries(account)
            self._prepare_state()
            self._make_data(binaries, account, lasting=settings.get("fsync") not in (False, "off"))
            self._launch(binaries, account, settings, time.monotonic() + timeout_s, child=child)
            info = self.info()
            make_roles_and_database(info.for_user(SUPERUSER, "postgres"), info.passwords)
            return info

    def info(self) -> ServerInfo:
        """How to reach the running server; EmbeddedError when it does not run."""
        lines, pid = self._pid_file(), self._pid()
        if pid is None or len(lines) < 5:
            raise EmbeddedError(
                "嵌入式数据库没有运行。请先运行 python -m doudi.base.embedded start"
            )
        passwords = {name: str(word) for name, word in self._credentials()["passwords"].items()}
        return ServerInfo("127.0.0.1", int(lines[3]), Path(lines[4]), pid, passwords)

    def running(self) -> bool:
        """Whether the server accepts connections now, asked the way ``pg_isready`` asks."""
        lines = self._pid_file()
        if self._pid() is None or len(lines) < 4:
            return False
        address = make_conninfo(host="127.0.0.1", port=lines[3], connect_timeout=2)
        return psycopg.pq.PGconn.ping(address.encode()) == psycopg.pq.Ping.OK

    def stop(self, mode: str = "fast", *, timeout_s: float = START_TIMEOUT_S) -> bool:
        """Stop the server (``smart``, ``fast`` or ``immediate``); False when it did not run."""
        number = STOPS[mode]
        if not self.home.exists():
            return False
        with self._locked():
            pid = self._pid()
            if pid is not None:
                self._signal_and_wait(pid, number, timeout_s)
            return pid is not None

    def kill(self) -> None:
        """End the postmaster as a power cut would (kill -9) and wait until it is gone."""
        pid = self._pid()
        if pid is None:
            raise EmbeddedError("嵌入式数据库没有运行，无从结束。")
        self._signal_and_wait(pid, signal.SIGKILL, START_TIMEOUT_S)

    def destroy(self) -> None:
        """Stop the server and delete its data, passwords and log for good."""
        self.stop("immediate")
        if not self.home.exists():
            return
        state = self.state
        if state.exists():
            shutil.rmtree(self._socket_path(state), ignore_errors=True)
        for name in ("data", "credentials.json", "server.log", "server.old.log", "home"):
            path = state / name
            if path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        if state != self.home:
            shutil.rmtree(state, ignore_errors=True)
            (self.home / "id").unlink(missing_ok=True)

    # -- places and accounts

    def _identity(self) -> str:
        """A name for root's state that follows a moved home and is renewed for a copied one."""
        file = self.home / "id"
        if file.exists():
            name = file.read_text(encoding="ascii").strip()
            made_for = ROOT_STATE / f"pg-{name}" / "home"
            if not made_for.exists():
                return name
            first = Path(made_for.read_text(encoding="utf-8")) / "id"
            if first == file or not first.exists():
                return name
            if first.read_text(encoding="ascii").strip() != name:
                return name
        name = secrets.token_hex(6)
        self.home.mkdir(parents=True, exist_ok=True)
        write_private(file, name)
        return name

    def _account(self) -> pwd.struct_passwd | None:
        """The user to become: nobody else for an ordinary user, an unprivileged one for root."""
        if os.geteuid() != 0:
            return None
        if self.data.exists() and (owner := self.data.stat().st_uid) != 0:
            return pwd.getpwuid(owner)
        return unprivileged_account()

    def _prepare_state(self) -> None:
        if self.state != self.home:
            ROOT_STATE.mkdir(parents=True, exist_ok=True, mode=0o755)
            self.state.mkdir(exist_ok=True)
            self.state.chmod(0o755)  # whatever the umask: the server's account must pass
            write_private(self.state / "home", str(self.home))
        if self.log.exists() and self.log.stat().st_size > 20_000_000:
            self.log.replace(self.log.with_suffix(".old.log"))

    def _credentials(self) -> dict[str, Any]:
        """Passwords and the last port; made before the data directory, kept as long as it."""
        file = self.state / "credentials.json"
        if file.exists():
            loaded: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
            return loaded
        if self.data.exists():
            raise EmbeddedError(
                f"数据目录还在，但密码文件 {file} 不见了。请从备份放回；"
                "如果没有要保留的数据，运行 python -m doudi.base.embedded destroy 重新开始。"
            )
        made = {"passwords": {name: secrets.token_urlsafe(24) for name in (SUPERUSER, *LOGINS)}}
        write_private(file, json.dumps(made, indent=1))
        return made

    def _socket_path(self, state: Path) -> Path:
        """A name short enough for a socket and plain enough for every client's address."""
        wanted = state / "socket"
        short = len(os.fsencode(wanted)) <= SOCKET_DIR_BYTES
        if short and re.fullmatch(r"[\w./-]+", str(wanted), re.ASCII):
            return wanted
        digest = hashlib.sha256(os.fsencode(wanted)).hexdigest()[:12]
        return Path("/tmp") / f"doudi-{os.geteuid()}-{digest}"  # noqa: S108 see _socket_dir

    def _socket_dir(self, account: pwd.struct_passwd | None) -> Path:
        """A folder that only the server's account may enter; refused if it is somebody else's."""
        path = self._socket_path(self.state)
        uid = os.geteuid() if account is None else account.pw_uid
        path.mkdir(mode=0o700, exist_ok=True)
        if account is not None and path.lstat().st_uid == 0 and not path.is_symlink():
            os.chown(path, account.pw_uid, account.pw_gid)
        found = path.lstat()
        if path.is_symlink() or found.st_uid != uid or found.st_mode & 0o077:
            raise EmbeddedError(f"{path} 属于别人或权限过宽，不能放数据库套接字。请删除它后重试。")
        return path

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """One start or stop of this home at a time, across processes."""
        try:
            self.home.mkdir(parents=True, exist_ok=True)
            lock = os.open(self.home / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
        except PermissionError as error:
            raise EmbeddedError(
                f"不能写入 {self.home}：它属于另一个用户。请改用原来的用户，或用 chown 改回属主。"
            ) from error
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    # -- which process it is

    def _pid_file(self) -> list[str]:
        try:
            return (self.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        except (FileNotFoundError, NotADirectoryError):
            return []

    def _pid(self) -> int | None:
        """Process id of our living postmaster; a zombie or a stranger with its number is not it."""
        lines = self._pid_file()
        # A copied data directory still names the server of the folder that it was copied from.
        if len(lines) < 2 or not lines[0].isdigit() or not same_path(lines[1], self.data):
            return None
        pid = int(lines[0])
        return pid if self._exists(pid) and is_alive(pid, self.data) else None

    def _exists(self, pid: int) -> bool:
        if self.child is not None and self.child.pid == pid:
            return self.child.poll() is None
        return is_alive(pid)

    def _signal_and_wait(self, pid: int, number: signal.Signals, timeout_s: float) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
        deadline = time.monotonic() + timeout_s
        while self._exists(pid):
            if time.monotonic() > deadline:
                raise EmbeddedError(f"数据库（进程 {pid}）在 {timeout_s:.0f} 秒内没有停下。")
            time.sleep(0.02)

    # -- making and launching

    def _make_data(
        self, binaries: Binaries, account: pwd.struct_passwd | None, *, lasting: bool
    ) -> None:
        """Make the data directory beside its place and rename it there: whole or not at all."""
        for half in self.state.glob("data.new-*"):
            shutil.rmtree(half)
        if self.data.exists():
            self._refuse_other_version(binaries)
            return
        password = self._credentials()["passwords"][SUPERUSER]
        half = Path(tempfile.mkdtemp(prefix="data.new-", dir=self.state))
        data, password_file = half / "data", half / "password"
        data.mkdir(mode=0o700)
        write_private(password_file, password)
        if account is not None:
            for path in (half, data, password_file):
                os.chown(path, account.pw_uid, account.pw_gid)
        command = [binaries["initdb"], "-D", str(data), "-U", SUPERUSER, "-E", "UTF8"]
        # Under plain C, trigrams of Chinese are empty; C.UTF-8 also lets b-trees serve LIKE.
        command += ["--locale=C.UTF-8", "--data-checksums", "--auth=scram-sha-256"]
        command += [f"--pwfile={password_file}"] + ([] if lasting else ["--no-sync"])
        options = self._process_options(account) | {"stdin": subprocess.DEVNULL}
        done = subprocess.run(command, capture_output=True, check=False, **options)
        if done.returncode == 0:
            data.rename(self.data)
        shutil.rmtree(half)
        if done.returncode != 0:
            said = (done.stdout + done.stderr).decode("utf-8", "replace")
            raise EmbeddedError(f"不能建立数据目录 {self.data}：\n{said[-2000:]}")

    def _refuse_other_version(self, binaries: Binaries) -> None:
        made_by = (self.data / "PG_VERSION").read_text(encoding="ascii").strip()
        if made_by != str(binaries.major):
            raise EmbeddedError(
                f"数据目录 {self.data} 由 PostgreSQL {made_by} 建立，"
                f"现在的程序是 PostgreSQL {binaries.major}，不能直接打开。"
                f"请把 PG_BIN 指向 PostgreSQL {made_by} 的 bin 目录，用 pg_dump 导出后再导入；"
                "如果没有要保留的数据，运行 python -m doudi.base.embedded destroy 重新开始。"
            )

    def _process_options(self, account: pwd.struct_passwd | None) -> dict[str, Any]:
        return {"env": environment(), "cwd": self.state, "umask": 0o077, **run_as(account)}

    def _launch(
        self,
        binaries: Binaries,
        account: pwd.struct_passwd | None,
        settings: Mapping[str, object],
        deadline: float,
        *,
        child: bool,
    ) -> None:
        """Start the postmaster and wait until a connection works, trying passing troubles again."""
        socket_dir = self._socket_dir(account)
        while True:
            if self._pid() is None:
                self._forget_dead_server(socket_dir)
            log_size = self.log.stat().st_size if self.log.exists() else 0
            port = free_port(self._credentials().get("port"))
            command = self._command(binaries, socket_dir, port, settings)
            pid = self._spawn(command, account, child=child)
            if self._becomes_ready(pid, socket_dir, port, deadline):
                kept = json.dumps(self._credentials() | {"port": port}, indent=1)
                write_private(self.state / "credentials.json", kept)
                return
            said = self.log.read_bytes()[log_size:].decode("utf-8", "replace")
            if time.monotonic() > deadline or not any(word in said for word in PASSING):
                raise EmbeddedError(f"数据库没有启动，日志 {self.log} 的末尾：\n{said[-2000:]}")
            time.sleep(0.2)

    def _forget_dead_server(self, socket_dir: Path) -> None:
        """Remove lock files that a zombie or a reused number would keep alive for ever.

        Two servers still cannot meet: PostgreSQL also looks for the shared memory of its directory.
        """
        (self.data / "postmaster.pid").unlink(missing_ok=True)
        for left in socket_dir.glob(".s.PGSQL.*"):
            left.unlink()

    def _command(
        self, binaries: Binaries, socket_dir: Path, port: int, settings: Mapping[str, object]
    ) -> list[str]:
        chosen = dict(SETTINGS)
        if sys.platform == "linux":
            # Recovery after a kill took 0.4 s instead of 3.9 s.
            chosen["recovery_init_sync_method"] = "syncfs"
        if not has_roomy_shared_memory():
            chosen["dynamic_shared_memory_type"] = "mmap"
        chosen |= settings
        chosen |= {"listen_addresses": "127.0.0.1", "port": port}
        chosen |= {"unix_socket_directories": str(socket_dir)}
        command = [binaries["postgres"], "-D", str(self.data)]
        for name, value in chosen.items():
            text = ("on" if value else "off") if isinstance(value, bool) else str(value)
            command += ["-c", f"{name}={text}"]
        return command

    def _spawn(self, command: list[str], account: pwd.struct_passwd | None, *, child: bool) -> int:
        options = self._process_options(account)
        handle = os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(handle, "ab") as log:
            options |= {"stdin": subprocess.DEVNULL, "stderr": log, "start_new_session": True}
            if child:
                self.child = subprocess.Popen(command, stdout=log, **options)
                return self.child.pid
            # The shell leaves at once, so that the postmaster is nobody's child and outlives us.
            detach = ["/bin/sh", "-c", '"$@" >&2 & echo $!', "sh", *command]
            done = subprocess.run(detach, stdout=subprocess.PIPE, check=True, **options)
            return int(done.stdout)

    def _becomes_ready(self, pid: int, socket_dir: Path, port: int, deadline: float) -> bool:
        """True once a connection works; False when the postmaster is gone or time is up."""
        address = make_conninfo(
            host=str(socket_dir),
            port=port,
            user=SUPERUSER,
            password=self._credentials()["passwords"][SUPERUSER],
            dbname="postgres",
            connect_timeout=5,
        )
        while time.monotonic() < deadline:
            if not self._exists(pid):
                return False
            try:
                psycopg.connect(address).close()
            except psycopg.OperationalError:
                time.sleep(0.03)
            else:
                return True
        self._signal_and_wait(pid, signal.SIGQUIT, START_TIMEOUT_S)
        return False
