"""``doudi verify``: launches the stand-alone verifier over the whole record."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from pathlib import Path

HELP = "核验审计：有没有被伪造、删除或改写的记录"
EXAMPLE = "doudi verify --witness /srv/witness/witness.jsonl"


def arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--witness", type=Path, help="存证接收方保存的 witness.jsonl")


def run(told: argparse.Namespace) -> int:
    from doudi.base import verifier
    from doudi.cli import ground

    ground.find_database()
    command = [sys.executable, verifier.__file__, ground.owner_dsn()]
    if told.witness:
        command.append(str(told.witness))
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if told.json:
        findings = done.stdout.splitlines() if done.returncode else []
        print(json.dumps({"verified": done.returncode == 0, "findings": findings}))
    elif done.returncode == 0:
        print("核验通过：没有发现伪造、删除或改写。")
        if not told.witness:
            print("没有给出外部存证（--witness），对整库改写无法判断。")
    else:
        print(f"核验不通过：\n{done.stdout}{done.stderr}")
    return done.returncode
