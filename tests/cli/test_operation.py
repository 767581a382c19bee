"""Backup, restore, verify, setup: each on a real server, as an operator runs them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from doudi.base.embedded import Server

ROOT = Path(__file__).parents[2]
SETUP = ("setup", "--county", "620521", "--within", "6205", "--json")


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    """Two servers of their own: the old machine and the new one."""
    old = Server(tmp_path_factory.mktemp("old"))
    new = Server(tmp_path_factory.mktemp("new"))
    yield old.start(fsync=False), new.start(fsync=False)
    old.destroy()
    new.destroy()


def doudi(*arguments: str, server, var: Path) -> subprocess.CompletedProcess[str]:
    environment = {
        **os.environ,
        "DATABASE_URL": server.owner_dsn,
        "DATABASE_APP_URL": server.app_dsn,
        "DOUDI_VAR": str(var),
        "PYTHONPATH": str(ROOT),
    }
    return subprocess.run(
        [sys.executable, "-m", "doudi.cli", *arguments],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
        cwd=var,
    )


@pytest.fixture(scope="module")
def county(servers, tmp_path_factory):
    var = tmp_path_factory.mktemp("var 旧 机器")
    made = doudi(*SETUP, server=servers[0], var=var)
    assert made.returncode == 0, made.stderr
    return var, json.loads(made.stdout)


def test_setup_opens_three_administrators_and_again_changes_nothing(county, servers):
    var, made = county
    assert set(made["administrators"]) == {"sysadmin", "secadmin", "auditor"}
    again = doudi(*SETUP, server=servers[0], var=var)
    assert json.loads(again.stdout)["administrators"] == {}


def test_keys_are_made_once_and_readable_by_their_owner_only(county):
    var, _ = county
    assert (var / "keys.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.promise("O1")
def test_a_backup_restores_on_another_machine_row_for_row_and_verifies(county, servers, tmp_path):
    var, _ = county
    archive = tmp_path / "备份 1.tar"
    made = doudi("backup", str(archive), "--with-keys", "--json", server=servers[0], var=var)
    assert made.returncode == 0, made.stderr
    new_var = tmp_path / "var 新"
    new_var.mkdir()
    back = doudi("restore", str(archive), "--json", server=servers[1], var=new_var)
    assert back.returncode == 0, back.stderr
    told = json.loads(back.stdout)
    assert told["different"] == []
    assert told["findings"] == []
    assert told["rows"] == json.loads(made.stdout)["rows"]
    assert (new_var / "keys.json").read_bytes() == (var / "keys.json").read_bytes()


def test_a_backup_never_overwrites_and_a_restore_never_mixes(county, servers, tmp_path):
    var, _ = county
    archive = tmp_path / "one.tar"
    archive.write_bytes(b"")
    refused = doudi("backup", str(archive), server=servers[0], var=var)
    assert refused.returncode != 0
    assert "不覆盖" in refused.stderr
    mixed = doudi("restore", str(archive), server=servers[0], var=var)
    assert mixed.returncode != 0
    assert "不是空的" in mixed.stderr


def test_verify_passes_on_an_untouched_record_and_names_a_forged_row(county, servers):
    import psycopg

    var, _ = county
    assert doudi("verify", server=servers[0], var=var).returncode == 0
    with psycopg.connect(servers[0].owner_dsn, autocommit=True) as link:
        link.execute("alter table base_post disable trigger user")
        link.execute("update base_post set role = 'county_leader' where role = 'auditor'")
        found = doudi("verify", server=servers[0], var=var)
        link.execute("update base_post set role = 'auditor' where role = 'county_leader'")
        link.execute("alter table base_post enable trigger user")
    assert found.returncode == 1
    assert "base_post" in found.stdout
    assert doudi("verify", server=servers[0], var=var).returncode == 0


def test_every_command_explains_itself_with_an_example():
    from doudi.cli.main import COMMANDS

    for command in COMMANDS:
        done = subprocess.run(
            [sys.executable, "-m", "doudi.cli", command, "--help"],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
        )
        assert f"doudi {command}" in done.stdout
