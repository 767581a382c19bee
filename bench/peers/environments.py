"""Each peer in an environment of its own, made once from its pinned, published packages.

The locks name what a peer's package asks for, less what it never loads here and what would need a
C library of the machine (pygraphviz, with which ttsim draws).
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

PEERS = Path(__file__).parent
LOCKS = PEERS / "locks"


@dataclass(frozen=True)
class Peer:
    """One way to compute the rule: what to run, in which environment, shown under which name."""

    name: str
    script: str
    environment: str
    packages: tuple[str, ...] = ()

    def command(self, scratch: Path) -> list[str]:
        """How its script is started."""
        return [str(environment(self.environment, scratch)), str(PEERS / self.script)]

    def title(self) -> str:
        """Its name, with the versions that its lock file names."""
        pinned = dict(
            line.split("==") for line in (LOCKS / f"{self.environment}.txt").read_text().split()
        )
        found = {name.lower(): version for name, version in pinned.items()}
        return " ".join([self.name, *(found[package] for package in self.packages)])


OPENFISCA = Peer("OpenFisca-core", "openfisca_dibao.py", "openfisca", ("openfisca-core",))
POLICYENGINE = Peer(
    "PolicyEngine-core", "policyengine_dibao.py", "policyengine", ("policyengine-core",)
)
TTSIM = Peer("ttsim", "ttsim_dibao.py", "ttsim", ("ttsim-backend",))
NUMPY = Peer("NumPy", "numpy_dibao.py", "frames", ("numpy",))
POLARS = Peer("Polars", "polars_dibao.py", "frames", ("polars",))
DUCKDB = Peer("DuckDB", "duckdb_dibao.py", "frames", ("duckdb",))
ALL = (OPENFISCA, POLICYENGINE, TTSIM, NUMPY, POLARS, DUCKDB)
FLOOR = Peer("decode + encode only", "floor.py", "frames", ("polars",))


def environment(name: str, scratch: Path) -> Path:
    """The Python of an environment; made when it is not there, or when its lock has changed."""
    lock = LOCKS / f"{name}.txt"
    mark = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = scratch / "environments" / f"{name}-{mark}"
    python = folder / "bin" / "python"
    if folder.exists():
        return python
    half = folder.with_name(f"{folder.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    for old in folder.parent.glob(f"{name}-*"):
        shutil.rmtree(old)
    print(f"· 建立 {name} 的环境 ……", file=sys.stderr, flush=True)
    subprocess.run([sys.executable, "-m", "venv", str(half)], check=True)
    install = [str(half / "bin" / "python"), "-m", "pip", "install", "-qq", "--progress-bar", "off"]
    subprocess.run([*install, "--no-deps", "-r", str(lock)], check=True, stdout=sys.stderr)
    half.rename(folder)
    return python
