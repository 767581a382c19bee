"""The same 低保 rule on the same registry, in our engine and in six others, side by side.

    python -m bench.rules

Parquet to Parquet, each in a fresh process. The answers must agree cell for cell, or the bench
fails. Wall, CPU and peak memory are of the whole process; "own work" runs from the rule standing
ready to the answer written, without the start of Python and the imports, which at a million people
weigh as much as the rule. Of several runs, taken in turn, each engine's least counts. The last line
of the engines is no engine: it only decodes the registry and encodes an answer.
DOUDI_BENCH_PEOPLE=10000000 for ten million.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any

from bench.measuring import Figure
from bench.peers import environments, registry
from bench.peers.environments import FLOOR, OPENFISCA, POLARS, POLICYENGINE

ROOT = Path(__file__).resolve().parent.parent
SCRATCH = ROOT / "var" / "bench"
PEOPLE = 1_000_000
OURS = "doudi"
PEERS = (*environments.ALL, FLOOR)
# Below this most of the seconds are Python's start, and the goals say little.
GOALS_FROM_PEOPLE = 10_000_000


@dataclass(frozen=True)
class Run:
    """What one process cost; `own_*` without the start of Python."""

    wall: float
    cpu: float
    peak_mb: float
    own_wall: float
    own_cpu: float

    def or_less(self, other: Run) -> Run:
        """The lesser of two in everything: what others on the machine added is left out."""
        mine, theirs = astuple(self), astuple(other)
        return Run(*(min(pair) for pair in zip(mine, theirs, strict=True)))


@dataclass(frozen=True)
class Ratio:
    """A ratio, that may have to be at least (or at most) so much."""

    name: str
    ratio: float
    least: float | None = None
    most: float | None = None

    @property
    def met(self) -> bool:
        if self.least is not None:
            return self.ratio >= self.least
        return self.most is None or self.ratio <= self.most

    def figure(self) -> Figure:
        """A line of the table, with the goal, where there is one, in its name."""
        if self.least is None and self.most is None:
            return Figure(self.name, round(self.ratio, 2), "×")
        bound = f"≥ {self.least:g}" if self.least is not None else f"≤ {self.most:g}"
        word = "met" if self.met else "missed"
        return Figure(f"{self.name} ({bound}: {word})", round(self.ratio, 2), "×")


def main() -> int:
    """Measure, compare, record; 1 when answers differ, or when a goal is missed at full size."""
    people = int(os.environ.get("DOUDI_BENCH_PEOPLE", PEOPLE))
    commands = _commands()
    titles = {OURS: OURS, **{peer.name: peer.title() for peer in PEERS}}
    folder = registry.ready(SCRATCH, people)
    rounds = 3 if people <= 2_000_000 else 2
    best: dict[str, Run] = {}
    for _ in range(rounds):
        for name, command in commands.items():
            run = _measure(command, folder, _answer(name))
            best[name] = run.or_less(best.get(name, run))
            print(f"  {titles[name]:28} {run.wall:8.2f} s", file=sys.stderr, flush=True)
    agree = _agree([name for name in commands if name != FLOOR.name])
    households = registry.households(folder)
    _record(people, households, titles, best, agree=agree)
    missed = people >= GOALS_FROM_PEOPLE and not all(goal.met for goal in goals(best))
    return 1 if missed or not agree or len(best) < len(titles) else 0


def _commands() -> dict[str, list[str]]:
    """How each is started; a peer whose environment cannot be made is told and left out."""
    commands = {OURS: [sys.executable, "-P", "-m", "bench.peers.doudi_dibao"]}
    for peer in PEERS:
        try:
            commands[peer.name] = peer.command(SCRATCH)
        except subprocess.CalledProcessError:
            print(f"{peer.name} 的环境没有建成，这次不比。", file=sys.stderr)
    return commands


def goals(best: Mapping[str, Run]) -> list[Ratio]:
    """What the engine is meant to reach against its peers."""
    ours = best[OURS]
    found: list[Ratio] = []
    for peer, least in ((OPENFISCA, 6), (POLICYENGINE, 5), (POLARS, 2)):
        if peer.name in best:
            ratio = best[peer.name].wall / ours.wall
            found.append(Ratio(f"{peer.name} / {OURS}, wall", ratio, least=least))
    if FLOOR.name in best:
        ratio = ours.own_wall / best[FLOOR.name].own_wall
        found.append(Ratio(f"{OURS} / {FLOOR.name}, own work, wall", ratio, most=1.5))
    if OPENFISCA.name in best:
        ratio = ours.peak_mb / best[OPENFISCA.name].peak_mb
        found.append(Ratio(f"{OURS} / {OPENFISCA.name}, memory", ratio, most=0.33))
    return found


def ratios(best: Mapping[str, Run]) -> list[Ratio]:
    """Every other's CPU seconds and memory against ours; nothing is asked of these."""
    ours, others = best[OURS], [name for name in best if name != OURS]
    return [
        Ratio(f"{name} / {OURS}, {what}", getattr(best[name], which) / getattr(ours, which))
        for what, which in (
            ("CPU", "cpu"),
            ("own work, wall", "own_wall"),
            ("own work, CPU", "own_cpu"),
            ("memory", "peak_mb"),
        )
        for name in others
    ]


def _answer(name: str) -> Path:
    return SCRATCH / "answers" / name.replace(" ", "-")


def _measure(command: list[str], folder: Path, answer: Path) -> Run:
    """One fresh process; raises `CalledProcessError` when it fails."""
    answer.parent.mkdir(parents=True, exist_ok=True)
    watcher = [sys.executable, "-I", "-S", str(environments.PEERS / "measured.py")]
    done = subprocess.run(
        [*watcher, *command, str(folder), str(answer)],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT) if "-m" in command else ""},
    )
    told: dict[str, Any] = json.loads(done.stdout)
    own_wall, own_cpu = map(float, told["told"].split())
    return Run(told["wall"], told["cpu"], told["peak_mb"], own_wall, own_cpu)


def _agree(names: list[str]) -> bool:
    """Whether all answers are the same in every cell; says where one is not."""
    import polars as pl

    def read(name: str) -> pl.DataFrame:
        path = _answer(name) / "households.parquet" if name == OURS else _answer(name)
        return pl.read_parquet(path).select("户号", "低保", "低保金额")

    first, agree = read(names[0]), True
    for name in names[1:]:
        other = read(name)
        if other.equals(first):
            continue
        agree = False
        print(f"{name} 与 {names[0]} 的结果不一致：", file=sys.stderr)
        both = first.join(other, on="户号", how="full", suffix=f"，{name}")
        cells = [
            pl.col(word).ne_missing(pl.col(f"{word}，{name}")) for word in ("低保", "低保金额")
        ]
        print(both.filter(pl.any_horizontal(cells)), file=sys.stderr)
    return agree


def _record(
    people: int,
    households: int,
    titles: Mapping[str, str],
    best: Mapping[str, Run],
    *,
    agree: bool,
) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doudi.cli.settings")
    import django

    django.setup()
    from bench.results import record
    from bench.table import show

    figures = [
        Figure(
            titles[name],
            round(people / run.wall),
            "people/s",
            client_cpu_s=round(run.cpu, 2),
            wall_s=round(run.wall, 2),
            per_cpu_s=round(people / run.cpu),
            peak_mb=round(run.peak_mb),
        )
        for name, run in best.items()
    ]
    figures += [
        Figure(f"{titles[name]}, own work", round(people / run.own_wall), "people/s",
               client_cpu_s=run.own_cpu, wall_s=run.own_wall)
        for name, run in best.items()
    ]  # fmt: skip
    figures += [ratio.figure() for ratio in (*goals(best), *ratios(best))]
    name = "rules" if people == PEOPLE else f"rules, {people} people"
    record(
        name,
        {
            "people": people,
            "households": households,
            "all agree cell for cell": agree,
            "figures": [each.as_json() for each in figures],
        },
    )
    show({name: figures})


if __name__ == "__main__":
    sys.exit(main())
