"""``doudi backup``: database and files in one archive, with digests to compare after a restore."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tarfile
import tempfile
from pathlib import Path

HELP = "备份数据库和文件到一个归档"
EXAMPLE = "doudi backup /srv/backup/doudi-2022-06-01.tar"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("archive", type=Path, help="归档文件（.tar），不得已存在")
    parser.add_argument(
        "--with-keys", action="store_true", help="连同密钥一起备份（默认密钥须另行保管）"
    )


def run(told: argparse.Namespace) -> int:
    from doudi.cli import ground

    ground.start_django()
    made = back_up(told.archive, with_keys=told.with_keys)
    if told.json:
        print(json.dumps(made))
    else:
        print(f"已备份 {made['tables']} 张表、{made['rows']} 行 → {told.archive}")
        if not told.with_keys:
            print("密钥文件不在归档里：没有它，身份证号和来文都无法解密。请另行保管。")
    return 0


def back_up(archive: Path, *, with_keys: bool = False) -> dict[str, int]:
    """Write the archive whole or not at all; answers the number of tables and rows."""
    import psycopg
    from django.conf import settings

    from doudi.base.embedded.programs import find_binaries
    from doudi.cli import ground
    from doudi.cli.digests import table_digests

    if archive.exists():
        raise SystemExit(f"{archive} 已存在，不覆盖。请换一个文件名。")
    archive.parent.mkdir(parents=True, exist_ok=True)
    dump = find_binaries(None)["pg_dump"]
    with tempfile.TemporaryDirectory(dir=archive.parent) as folder:
        base = Path(folder)
        with psycopg.connect(ground.owner_dsn()) as link:
            # One snapshot for the dump and for the digests it will be compared with.
            link.execute("set transaction isolation level repeatable read read only")
            row = link.execute("select pg_export_snapshot()").fetchone()
            assert row is not None
            subprocess.run(
                [dump, "-Fc", "--no-owner", "--snapshot", row[0], "-f", str(base / "database.dump"),
                 ground.owner_dsn()],
                check=True,
                env={**os.environ, "PGTZ": "UTC"},
            )  # fmt: skip
            digests = table_digests(link)
        (base / "digests.json").write_text(json.dumps(digests, sort_keys=True))
        aside = base / "archive.tar"
        with tarfile.open(aside, "w") as tar:
            for name in ("database.dump", "digests.json"):
                tar.add(base / name, name)
            if Path(settings.DOUDI_FILES).is_dir():
                tar.add(settings.DOUDI_FILES, "files")
            if with_keys:
                tar.add(settings.DOUDI_KEYS, "keys.json")
        os.replace(aside, archive)
    return {"tables": len(digests), "rows": sum(told["rows"] for told in digests.values())}
