"""The whole law over a registry: all programmes, what-if, shards, and one family at the counter.

    python -m bench.registry

The registry of the rules bench (DOUDI_BENCH_PEOPLE, default a million), each measure in a fresh
process; in shards the same folder stands eight times, so that ten million are eighty.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.measuring import Figure
from bench.peers import registry
from bench.peers.figures import DAY, overlay
from bench.rules import PEOPLE, ROOT, SCRATCH

SHARDS = 8
ROUNDS = 300
DIBAO = ("低保",)


def one_family(folder: Path) -> dict[str, float]:
    """Milliseconds for a family of four, warm: every programme with trace, and with its account."""
    from doudi.rules import HouseholdFacts, PersonFacts, determine

    del folder
    nothing = {"工资性收入": 0, "经营净收入": 0, "财产净收入": 0, "转移性收入": 0}
    born = ("1980-01-01", "1982-01-01", "2010-01-01", "1950-01-01")
    kin = ("本人", "配偶", "子女", "父母")
    members = tuple(
        PersonFacts(f"p{at}", {"与申请人关系": who, "出生日期": day, **nothing})
        for at, (who, day) in enumerate(zip(kin, born, strict=True))
    )
    property_of = {"金融资产": 0, "住房套数": 1, "机动车数": 0, "经营企业数": 0, "非居住房产数": 0}
    family = HouseholdFacts({"城乡": "城市", **property_of}, members)

    def median(work: Callable[[], object]) -> float:
        times = []
        for _ in range(ROUNDS):
            began = time.perf_counter()
            work()
            times.append(time.perf_counter() - began)
        return sorted(times)[ROUNDS // 2] * 1000

    return {
        "one family, all programmes with trace": median(lambda: determine(family, DAY, "620521")),
        "the same and the account of 低保": median(
            lambda: determine(family, DAY, "620521").why("低保")
        ),
    }


def swept(folder: Path, programmes: tuple[str, ...] | None, form: str) -> dict[str, float]:
    """Seconds to decide everyone."""
    from doudi.rules.batch import sweep

    out = SCRATCH / "answers" / "registry"
    began, used = time.perf_counter(), time.process_time()
    done = sweep(folder, out, DAY, programmes=programmes, overlay=overlay(), form=form)
    return {
        "wall": time.perf_counter() - began,
        "cpu": time.process_time() - used,
        "people": done.persons,
    }


def asked(folder: Path, cliffs: tuple[int, ...]) -> dict[str, float]:
    """Seconds for two scenarios over 低保 in one pass."""
    from doudi.rules.batch.scenario import Change, Scenario
    from doudi.rules.batch.whatif import whatif

    two = [
        Scenario("加20元", (Change("低保标准", "", (), "加", 2_000),)),
        Scenario("乘1.1", (Change("低保标准", "", (), "乘", 11_000),)),
    ]
    began, used = time.perf_counter(), time.process_time()
    done = whatif(folder, DAY, two, programmes=DIBAO, overlay=overlay(), cliffs=cliffs)
    return {
        "wall": time.perf_counter() - began,
        "cpu": time.process_time() - used,
        "people": done.persons,
    }


MEASURES: dict[str, Callable[[Path], dict[str, float]]] = {
    "低保, machine code": lambda folder: swept(folder, DIBAO, "机器"),
    "低保, arrays": lambda folder: swept(folder, DIBAO, "数组"),
    "all programmes, machine code": lambda folder: swept(folder, None, "机器"),
    "all programmes, arrays": lambda folder: swept(folder, None, "数组"),
    f"低保, {SHARDS} shards": lambda folder: swept(_shards(folder), DIBAO, "机器"),
    "what if, two scenarios": lambda folder: asked(folder, ()),
    "what if, two scenarios and cliffs": lambda folder: asked(folder, (100,)),
}


def _shards(folder: Path) -> Path:
    """The same files, standing in eight folders."""
    whole = folder.with_name(f"{folder.name}-shards")
    for number in range(SHARDS):
        shard = whole / f"shard-{number}"
        shard.mkdir(parents=True, exist_ok=True)
        for name in ("households.parquet", "persons.parquet"):
            (shard / name).unlink(missing_ok=True)
            (shard / name).symlink_to(folder / name)
    return whole


def main() -> int:
    """Measure each in a process of its own, and record."""
    people = int(os.environ.get("DOUDI_BENCH_PEOPLE", PEOPLE))
    folder = registry.ready(SCRATCH, people)
    figures: list[Figure] = []
    for name in ("one family", *MEASURES):
        command = [sys.executable, "-m", "bench.registry", name, str(folder)]
        told = json.loads(
            subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=ROOT).stdout
        )
        if name == "one family":
            figures += [Figure(each, round(ms, 3), "ms") for each, ms in told.items()]
            continue
        rate = round(told["people"] / told["wall"])
        figures.append(
            Figure(
                f"{name}, {told['people'] / 1e6:.1f} M people", rate, "people/s",
                wall_s=round(told["wall"], 2), client_cpu_s=round(told["cpu"], 2),
                peak_mb=round(told["peak_mb"]),
            )
        )  # fmt: skip
        print(f"  {name:40} {told['wall']:8.2f} s", file=sys.stderr, flush=True)
    _record(people, figures)
    return 0


def _record(people: int, figures: list[Figure]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doudi.cli.settings")
    import django

    django.setup()
    from bench.results import record

    name = "registry" if people == PEOPLE else f"registry, {people} people"
    record(name, {"people": people, "figures": [each.as_json() for each in figures]})


def measure(name: str, folder: Path) -> int:
    """One measure, told as JSON."""
    import resource

    told = one_family(folder) if name == "one family" else MEASURES[name](folder)
    if name != "one family":
        told["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(told))
    return 0


if __name__ == "__main__":
    sys.exit(measure(sys.argv[1], Path(sys.argv[2])) if len(sys.argv) > 1 else main())
