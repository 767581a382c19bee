"""Packs a release for a machine without a network: wheels, static files, lock, how to install.

The wheels are those of this kind of machine and this version of Python.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PIP = [sys.executable, "-m", "pip"]
LOCK = ROOT / "requirements" / "runtime.lock"
INSTALL = """#!/bin/sh
# 在没有网络的机器上安装兜底：sh install.sh [安装目录，默认 /opt/doudi]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
target=${1:-/opt/doudi}
"${PYTHON:-python3}" -m venv "$target/venv"
"$target/venv/bin/python" -m pip install --no-index --find-links "$here/wheels" \\
  --require-hashes --no-deps -r "$here/runtime.lock"
"$target/venv/bin/python" -m pip install --no-index --no-deps "$here"/doudi-*.whl
mkdir -p "$target/var"
cp -R "$here/static" "$target/var/"
echo "安装完成。请设置 DOUDI_VAR=$target/var 和 DATABASE_URL，然后运行："
echo "$target/venv/bin/doudi --help"
"""


def do(label: str, command: list[str], env: dict[str, str] | None = None) -> None:
    """Run one step; its words are shown only when it fails, which ends the packing."""
    begun = time.monotonic()
    sys.stderr.write(f"· {label} ……\n")
    done = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, check=False)
    if done.returncode != 0:
        sys.stderr.write((done.stdout + done.stderr).decode("utf-8", "replace"))
        raise SystemExit(f"✗ {label}：失败")
    sys.stderr.write(f"✓ {label}（{time.monotonic() - begun:.1f} 秒）\n")


def fill(folder: Path) -> None:
    """Put everything into the folder that will be packed."""
    wheels = [*PIP, "download", "--require-hashes", "--no-deps", "-r", str(LOCK)]
    static = [sys.executable, "-m", "doudi.cli.manage", "collectstatic", "--noinput"]
    with tempfile.TemporaryDirectory() as source:
        # Built from a copy: setuptools leaves its scaffolding where it works.
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copy(ROOT / name, source)
        ignored = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / "doudi", Path(source) / "doudi", ignore=ignored)
        do("打包兜底", [*PIP, "wheel", "--no-deps", "-w", str(folder), source])
    do("收集软件包", [*wheels, "-d", str(folder / "wheels")])
    with tempfile.TemporaryDirectory() as var:
        nowhere = {"DATABASE_URL": "postgresql://bundle@127.0.0.1:1/bundle", "DOUDI_VAR": var}
        do("收集网页文件", static, {**os.environ, **nowhere})
        shutil.copytree(Path(var) / "static", folder / "static")
    shutil.copy(LOCK, folder)
    shutil.copy(ROOT / "LICENSE", folder)
    (folder / "install.sh").write_text(INSTALL, encoding="utf-8")
    (folder / "install.sh").chmod(0o755)


def main() -> None:
    """Make ``var/bundle/doudi-VERSION.tar.gz`` and its fingerprint."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    name = f"doudi-{project['version']}"
    archive = ROOT / "var" / "bundle" / f"{name}.tar.gz"
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as parent:
        folder = Path(parent) / name
        folder.mkdir()
        fill(folder)
        with tarfile.open(archive, "w:gz") as packed:
            packed.add(folder, arcname=name)
    fingerprint = hashlib.sha256(archive.read_bytes()).hexdigest()
    archive.with_suffix(".gz.sha256").write_text(f"{fingerprint}  {archive.name}\n")
    sys.stdout.write(f"{archive}\n{archive.stat().st_size / 1e6:.0f} MB，sha256 {fingerprint}\n")


if __name__ == "__main__":
    main()
