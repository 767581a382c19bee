"""``doudi restore``: an archive into an empty database, compared row for row and verified."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path, PurePosixPath
from typing import Any

HELP = "从归档恢复到一个空数据库，逐表核对，并核验审计"
EXAMPLE = "DOUDI_VAR=/srv/new doudi restore /srv/backup/doudi-2022-06-01.tar"

_PACKED = ("database.dump", "digests.json", "keys.json")


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("archive", type=Path)


def run(told: argparse.Namespace) -> int:
    from doudi.cli import ground

    ground.find_database(make_roles=True)
    outcome = restore(told.archive)
    if told.json:
        print(json.dumps(outcome, ensure_ascii=False))
    elif outcome["different"] or outcome["findings"]:
        print("恢复后与备份不一致：")
        for line in outcome["different"] + outcome["findings"]:
            print(f"  {line}")
    else:
        print(f"已恢复 {outcome['rows']} 行，逐表一致，审计核验通过。")
    return 1 if outcome["different"] or outcome["findings"] else 0


def restore(archive: Path) -> dict[str, Any]:
    """Restore and compare; answers rows, tables that differ, and findings of the verifier."""
    import psycopg

    from doudi.base.embedded.programs import find_binaries
    from doudi.base.verifier import verify
    from doudi.cli import ground
    from doudi.cli.digests import table_digests

    var = ground.var_folder()
    with psycopg.connect(ground.owner_dsn()) as link:
        row = link.execute("select count(*) from pg_tables where schemaname = 'public'").fetchone()
        if row and row[0]:
            raise SystemExit("目标数据库不是空的。请新建一个空数据库（或换一个 DOUDI_VAR）再恢复。")
    with tempfile.TemporaryDirectory() as folder:
        base = Path(folder)
        _unpack(archive, base)
        subprocess.run(
            [find_binaries(None)["pg_restore"], "--no-owner", "--exit-on-error",
             "--single-transaction", "-d", ground.owner_dsn(), str(base / "database.dump")],
            check=True,
        )  # fmt: skip
        var.mkdir(parents=True, exist_ok=True)
        if (base / "files").is_dir():
            shutil.copytree(base / "files", var / "files", dirs_exist_ok=True)
        if (base / "keys.json").exists() and not (var / "keys.json").exists():
            shutil.copy2(base / "keys.json", var / "keys.json")
        told = json.loads((base / "digests.json").read_text())
    with psycopg.connect(ground.owner_dsn()) as link:
        again = table_digests(link)
    different = [
        f"{name}：备份 {told.get(name)}，恢复 {again.get(name)}"
        for name in sorted(told.keys() | again.keys())
        if told.get(name) != again.get(name)
    ]
    return {
        "rows": sum(one["rows"] for one in again.values()),
        "different": different,
        "findings": verify(ground.owner_dsn()),
    }


def _unpack(archive: Path, folder: Path) -> None:
    """Unpack what ``doudi backup`` packs and nothing else: no links, no names that lead outside."""
    with tarfile.open(archive) as tar:
        for member in tar:
            path = PurePosixPath(member.name)
            ours = member.name in _PACKED or path.parts[0] == "files"
            if not member.isfile() or not ours or ".." in path.parts or path.is_absolute():
                continue
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            content = tar.extractfile(member)
            assert content is not None, "a regular file has content"
            with target.open("wb") as file:
                shutil.copyfileobj(content, file)
            target.chmod(0o600)
