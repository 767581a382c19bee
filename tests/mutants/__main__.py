"""``python -m tests.mutants [promise …]``: plant each bug in a copy; its test must fail there.

Exit code 1 if a bug lives. Needs the same database addresses as the tests.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.mutants.planted import MUTANTS, Mutant

ROOT = Path(__file__).parents[2]
LEFT_OUT = shutil.ignore_patterns(
    ".git", ".venv", "var", "__pycache__", "node_modules", ".*_cache", ".hypothesis"
)
TESTS_FAILED = 1  # pytest's own code; 2 to 5 mean that nothing was tested
LONGEST_SECONDS = 600


def said_by_test(mutant: Mutant, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run the mutant's test in a copy, and answer how it ended."""
    command = [sys.executable, "-m", "pytest", mutant.test, "-x", "-q"]
    environment = {**os.environ, "DOUDI_TEST_DB": f"test_mutant_{os.getpid()}"}
    environment.setdefault("DOUDI_VAR", str(ROOT / "var"))
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True,
        timeout=LONGEST_SECONDS,
    )  # fmt: skip


def plant(mutant: Mutant, folder: Path) -> None:
    """Change the copy; a text that is no longer there, or there twice, is an error of the list."""
    path = folder / mutant.file
    text = path.read_text(encoding="utf-8")
    assert text.count(mutant.old) == 1, f"{mutant.file} has {text.count(mutant.old)}: {mutant.old}"
    path.write_text(text.replace(mutant.old, mutant.new), encoding="utf-8")


def is_caught(mutant: Mutant) -> bool:
    """Whether the promise's test fails where the bug is planted."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "copy"
        shutil.copytree(ROOT, folder, ignore=LEFT_OUT)
        plant(mutant, folder)
        ended = said_by_test(mutant, folder)
    told = ended.stdout.strip().splitlines() or [ended.stderr.strip()[-300:]]
    # An error before the test began has shown nothing about the promise.
    caught = ended.returncode == TESTS_FAILED and " error" not in told[-1]
    word = "caught" if caught else f"LIVED ({ended.returncode})"
    sys.stdout.write(f"{mutant.promise} {mutant.bug}: {word}\n")
    sys.stdout.write("".join(f"    {line[:200]}\n" for line in told if line[:6] == "FAILED"))
    sys.stdout.flush()
    return caught


def main(promises: list[str]) -> int:
    chosen = [each for each in MUTANTS if not promises or each.promise in promises]
    lived = [each for each in chosen if not is_caught(each)]
    sys.stdout.write(f"{len(chosen) - len(lived)} of {len(chosen)} planted bugs were caught\n")
    return bool(lived)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
