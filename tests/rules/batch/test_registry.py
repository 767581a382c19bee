"""A registry in Parquet: every worked case is decided there as it is at the counter."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from doudi.rules import HouseholdFacts, Overlay
from doudi.rules.batch import findings, sweep
from doudi.rules.batch.findings import CODES, NOT_ASKED
from doudi.rules.batch.program import program_on
from doudi.rules.batch.reading import ShardReader
from doudi.rules.batch.registry import Faults, RegistryRefused, open_registry
from doudi.rules.batch.writing import Registered, write_registry
from doudi.rules.onepass import assess
from tests.rules.families import family, family_of, overlay_of, person, read_cases

DAY = date(2022, 6, 1)
TOWN = "620521100"


def questions() -> dict[tuple[date, Overlay | None], list[Registered]]:
    """The worked cases, by day and local figures, each as one household of a registry."""
    found: dict[tuple[date, Overlay | None], list[Registered]] = defaultdict(list)
    for number, (_, usual, case) in enumerate(read_cases()):
        question = (case["日期"], overlay_of(case))
        found[question].append(Registered(f"{number}", case["地区"], family_of(usual, case)))
    return found


def results(out: Path) -> dict[tuple[str, str, str], tuple[str, int]]:
    """Programme, household and person ('' for the household): finding in words, and fen."""
    found = {}
    for name in ("households", "persons"):
        table = pl.read_parquet(out / f"{name}.parquet" / "*.parquet")
        programmes = [each for each in table.columns if not each.endswith(("号", "金额"))]
        for row in table.iter_rows(named=True):
            for programme in programmes:
                if row[programme] != NOT_ASKED:
                    holder = (programme, row["户号"], row.get("人号", ""))
                    found[holder] = CODES[row[programme]], row.get(f"{programme}金额", 0)
    return found


def expected(asked: list[Registered], day: date, overlay: Overlay | None):
    """The same by the one pass over each household."""
    found = {}
    for each in asked:
        for outcome in assess(each.facts, day, each.place, overlay=overlay).determination.outcomes:
            holder = (outcome.programme, each.number, outcome.holder)
            found[holder] = outcome.result, int(outcome.monthly)
    return found


def test_every_worked_case_is_decided_in_a_registry_as_at_the_counter(tmp_path):
    asked = questions()
    assert sum(map(len, asked.values())) >= 150
    destitute = 0
    for number, ((day, overlay), households) in enumerate(asked.items()):
        registry, out = tmp_path / f"{number}", tmp_path / f"{number}-out"
        write_registry(registry, households)
        sweep(registry, out, day, overlay=overlay, form="数组")
        assert results(out) == expected(households, day, overlay)
        destitute += sum(
            bool(assess(h.facts, day, h.place, overlay=overlay).destitute) for h in households
        )
    assert destitute > 3, "no case was asked twice because somebody is destitute"


def town(count: int) -> list[Registered]:
    """Households of one to three persons with incomes around the line."""
    made = []
    for number in range(count):
        members = [person("甲", 转移性收入=300_000 + 9_000 * number)]
        members += [
            person(name, 与申请人关系="子女", 出生日期="2012-03-01")
            for name in "乙丙"[: number % 3]
        ]
        made.append(Registered(f"h{number:05}", TOWN, family(*members)))
    return made


def test_stretches_and_shards_of_any_size_give_the_same_answer(tmp_path):
    households = town(60)
    write_registry(tmp_path / "one", households)
    write_registry(tmp_path / "many", households, at_once=7)
    sweep(tmp_path / "one", tmp_path / "one-out", DAY, form="数组")
    sweep(tmp_path / "many", tmp_path / "many-out", DAY, form="数组")
    whole = results(tmp_path / "one-out")
    parts = [results(shard) for shard in sorted((tmp_path / "many-out").iterdir())]
    assert len(parts) == 9
    assert {key: value for part in parts for key, value in part.items()} == whole
    program = program_on(DAY)
    for persons_at_once in (1, 5, 1000):
        reader = ShardReader(open_registry(tmp_path / "one")[0], program, [TOWN], Faults())
        stretches = list(reader.stretches(persons_at_once))
        assert [number for each in stretches for number in each.households] == [
            each.number for each in households
        ]
        assert sum(int(each.frame.persons[-1]) for each in stretches) == sum(
            len(each.facts.members) for each in households
        )


def test_persons_in_any_order_and_households_without_anybody_are_not_lost(tmp_path):
    households = town(40)
    households[7] = Registered("h00007", TOWN, HouseholdFacts(households[7].facts.values, ()))
    write_registry(tmp_path / "registry", households)
    sweep(tmp_path / "registry", tmp_path / "before", DAY, form="数组")
    persons = pl.read_parquet(tmp_path / "registry" / "persons.parquet")
    persons.sample(fraction=1, shuffle=True, seed=4).write_parquet(
        tmp_path / "registry" / "persons.parquet"
    )
    sweep(tmp_path / "registry", tmp_path / "after", DAY, form="数组")
    assert results(tmp_path / "after") == results(tmp_path / "before")
    assert results(tmp_path / "after")["低保", "h00007", ""] == ("不符合", 0)


def test_a_value_out_of_range_is_named_and_counts_as_unknown(tmp_path):
    write_registry(tmp_path / "registry", town(5))
    path = tmp_path / "registry" / "persons.parquet"
    persons = pl.read_parquet(path).with_columns(
        转移性收入=pl.when(pl.col("户号") == "h00002").then(-5).otherwise(pl.col("转移性收入")),
        与申请人关系=pl.when(pl.col("户号") == "h00001").then(8).otherwise(pl.col("与申请人关系")),
    )
    persons.write_parquet(path)
    swept = sweep(tmp_path / "registry", tmp_path / "out", DAY, form="数组")
    assert swept.faults.sentences() == [
        "persons.parquet 的“与申请人关系”有 2 个值不能用，按未知处理，例如 户 h00001 的 8",
        "persons.parquet 的“转移性收入”有 3 个值不能用，按未知处理，例如 户 h00002 的 -5",
    ]
    found = results(tmp_path / "out")
    assert found["低保", "h00002", ""] == ("缺资料", 0)
    assert found["低保", "h00000", ""][0] == "符合"


def test_words_dates_and_numbers_say_the_same(tmp_path):
    write_registry(tmp_path / "registry", town(5))
    sweep(tmp_path / "registry", tmp_path / "before", DAY, form="数组")
    path = tmp_path / "registry" / "households.parquet"
    pl.read_parquet(path).with_columns(城乡=pl.lit("城市")).write_parquet(path)
    path = tmp_path / "registry" / "persons.parquet"
    born = pl.col("出生日期").cast(pl.String).str.to_date("%Y%m%d")
    pl.read_parquet(path).with_columns(出生日期=born).write_parquet(path)
    swept = sweep(tmp_path / "registry", tmp_path / "after", DAY, form="数组")
    assert swept.faults.sentences() == []
    assert results(tmp_path / "after") == results(tmp_path / "before")


def spoil(folder: Path, name: str, change) -> Path:
    path = folder / f"{name}.parquet"
    change(pl.read_parquet(path)).write_parquet(path)
    return folder


@pytest.mark.parametrize(
    ("name", "change", "why"),
    [
        ("households", lambda t: t.drop("地区"), "households.parquet 没有“地区”一列"),
        ("persons", lambda t: t.rename({"转移性收入": "转移收入"}), "是不是“转移性收入”"),
        ("persons", lambda t: t.with_columns(城乡=pl.lit(1)), "“城乡”是户的资料"),
        ("persons", lambda t: t.with_columns(转移性收入=pl.lit(1.5)), "是 Float64，应是整数"),
        ("households", lambda t: pl.concat([t, t]), "有的户号是空的或者写了两次"),
        ("persons", lambda t: t.with_columns(户号=pl.lit(1)), "户号是 Int32"),
        ("households", lambda t: t.with_columns(地区=pl.lit(None, pl.String)), "有的户没有写地区"),
        ("persons", lambda t: pl.concat([t] * 40).sort("户号"), "有 120 个人，最多 100 个"),
    ],
)  # fmt: skip
def test_files_that_make_no_registry_are_refused_with_the_reason(tmp_path, name, change, why):
    write_registry(tmp_path / "registry", town(3))
    spoil(tmp_path / "registry", name, change)
    with pytest.raises(RegistryRefused) as refused:
        sweep(tmp_path / "registry", tmp_path / "out", DAY, form="数组")
    assert why in str(refused.value)
    assert not (tmp_path / "out").exists()


def test_persons_of_an_unknown_household_are_counted_not_decided(tmp_path):
    write_registry(tmp_path / "registry", town(3))
    stranger = pl.col("户号") + "x"
    spoil(
        tmp_path / "registry",
        "persons",
        lambda t: pl.concat([t, t.filter(pl.col("户号") == "h00001").with_columns(户号=stranger)]),
    )
    swept = sweep(tmp_path / "registry", tmp_path / "out", DAY, form="数组")
    assert swept.persons == 6
    assert "有 2 个值不能用" in swept.faults.sentences()[0]


def test_a_second_run_replaces_the_first_and_nothing_half_is_left(tmp_path):
    write_registry(tmp_path / "registry", town(3))
    sweep(tmp_path / "registry", tmp_path / "out", DAY, form="数组")
    write_registry(tmp_path / "registry", town(2))
    sweep(tmp_path / "registry", tmp_path / "out", DAY, form="数组")
    assert {number for _, number, _ in results(tmp_path / "out")} == {"h00000", "h00001"}
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "registry"]


def test_a_household_left_as_first_answered_is_caught(tmp_path, monkeypatch):
    """The planted bug: the households of the destitute are not asked again."""
    monkeypatch.setattr(findings, "_put", lambda *_: None)
    wrong = 0
    for number, ((day, overlay), households) in enumerate(questions().items()):
        registry, out = tmp_path / f"{number}", tmp_path / f"{number}-out"
        write_registry(registry, households)
        sweep(registry, out, day, overlay=overlay, form="数组")
        wrong += results(out) != expected(households, day, overlay)
    assert wrong


def test_without_a_compiler_arrays_step_in_and_say_so(tmp_path, monkeypatch):
    from doudi.rules.batch import c_library, machine

    def none() -> None:
        raise machine.NoCompiler(why="测试里没有编译器")

    monkeypatch.setattr(c_library, "library", lambda *_, **__: none())
    write_registry(tmp_path / "registry", town(3))
    assert sweep(tmp_path / "registry", tmp_path / "out", DAY).form == "数组"
    with pytest.raises(machine.NoCompiler):
        sweep(tmp_path / "registry", tmp_path / "out", DAY, form="机器")
