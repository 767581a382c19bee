"""Machine code says what the scalar engine says, is made once, and is loaded from safe places."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from doudi.rules.batch import c_arrays, c_library, c_text, machine
from doudi.rules.batch.c_kernel import write
from doudi.rules.batch.frame import Column, Figure, Frame, default_of, figures_of
from doudi.rules.batch.ir import Let
from doudi.rules.batch.machine import CacheRefused, NoCompiler
from doudi.rules.batch.program import Program, program_on
from doudi.rules.book import rulebook

from . import little_law
from .comparing import differences, every_slot, scalar
from .households import Households, batches
from .little_law import NO_FIGURES, frame_of, made_up, program_of_little_law

ON = date(2022, 6, 1)
PLACES = ("620521", "620102", "330102")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("machine-code")


def listed(column: Column) -> list[int | None]:
    known = np.ones(len(column.values), np.bool_) if column.known is None else column.known
    return [int(v) if k else None for v, k in zip(column.values, known, strict=True)]


def wrong_names(cache: Path, seed: int, gaps: float) -> list[str]:
    """The names of the made-up law of which machine code says something else."""
    plan, program = program_of_little_law()
    families = made_up(seed, 400, gaps)
    right = little_law.scalar(plan, families)
    answers = machine.make(program, cache=cache)(
        frame_of(program, families), NO_FIGURES, every_slot(program)
    )
    names = {slot: program.nodes[slot].name for slot in every_slot(program)}
    return [name for slot, name in names.items() if listed(answers[slot]) != right[name]]


@pytest.mark.parametrize("gaps", [0.0, 0.05, 0.3])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_every_construct_of_the_dialect_gives_what_the_scalar_engine_gives(
    cache: Path, seed: int, gaps: float
) -> None:
    assert wrong_names(cache, seed, gaps) == []


BUGS = {
    "truncating instead of flooring division": ("a / b - (a % b < 0)", "a / b"),
    "the remainder of the machine instead of Python's": ("r < 0 ? r + b : r", "r"),
    "half a fen downwards": ("parts_of(2 * a + b, 2 * b)", "parts_of(2 * a + b - 1, 2 * b)"),
    "half a yuan downwards": ("a + 50, 100", "a + 49, 100"),
    "a share of negative parts as if positive": ("(((N)a | (N)b) >> 32) == 0", "1"),
    "an entire yuan added": ("-floor_div(-a, 100)", "floor_div(a + 100, 100)"),
}


@pytest.mark.parametrize("bug", BUGS)
def test_an_arithmetic_bug_planted_in_the_text_is_found(
    cache: Path, monkeypatch: pytest.MonkeyPatch, bug: str
) -> None:
    right, wrong = BUGS[bug]
    assert right in c_text.PREAMBLE
    monkeypatch.setattr(
        "doudi.rules.batch.c_kernel.PREAMBLE", c_text.PREAMBLE.replace(right, wrong)
    )
    assert wrong_names(cache, 1, 0.0) != []


GAP_BUGS = {
    "a carried unknown counts as used": "_may_be_carried_unknown",
    "an unknown is used as if it were known": "guarded",
}


@pytest.mark.parametrize("bug", GAP_BUGS)
def test_a_bug_about_unknowns_planted_in_the_writer_is_found(
    cache: Path, monkeypatch: pytest.MonkeyPatch, bug: str
) -> None:
    wrong: Any = {
        "_may_be_carried_unknown": lambda self, node, local: False,
        "guarded": lambda self, source: source.value,
    }[GAP_BUGS[bug]]
    monkeypatch.setattr(c_text.RuleText, GAP_BUGS[bug], wrong)
    assert wrong_names(cache, 1, 0.2) != []


def drawn(codes: tuple[str, ...] | None, seed: int, count: int) -> Iterator[Households]:
    return batches(codes, count, seed, size=250, nudges=10)


@pytest.mark.parametrize("seed", [11, 12])
def test_minimum_living_allowance_agrees_name_by_name(cache: Path, seed: int) -> None:
    for households in drawn(("低保",), seed, 750):
        form = machine.make(households.program, cache=cache, standard=True)
        slots = every_slot(households.program)
        ours = form(households.frame(), households.figures, slots)
        theirs = scalar(households, len(households))
        assert differences(households.program, ours, theirs) == []


def test_the_whole_law_agrees_on_every_finding_and_amount(cache: Path) -> None:
    for households in drawn(None, 13, 500):
        program = households.program
        form = machine.make(program, cache=cache, standard=True)
        ours = form(households.frame(), households.figures, program.wanted())
        theirs = scalar(households, len(households))
        assert differences(program, ours, theirs, program.wanted()) == []


def complete(
    program: Program, places: int = len(PLACES), households: int = 600
) -> tuple[Frame, Any]:
    """A registry without gaps, everything at its default or lowest, with figures for all."""
    figures = figures_of(program, rulebook().tables, PLACES, ON)
    full = {
        slot: Figure(each.values, np.ones_like(each.known), each.lows, each.sizes)
        for slot, each in figures.by_slot.items()
    }
    chance = np.random.default_rng(4)
    counts = chance.integers(0, 5, households)
    persons = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    nobody = np.zeros(households + 1, np.int64)
    frame = Frame(
        households, persons, nobody, np.zeros(persons[-1] + 1, np.int64), np.zeros(0, np.int64),
        chance.integers(0, places, households).astype(np.int32), {},
    )  # fmt: skip
    columns = {}
    for slot in program.facts:
        fact = program.nodes[slot].input
        assert fact is not None
        many = c_arrays.size(frame, fact.level)
        high = min(fact.high, max(fact.low, 0) + 3_000)
        values = chance.integers(max(fact.low, 0), high + 1, many)
        if fact.options:
            values = chance.choice(list(fact.options.values()), many)
        columns[slot] = Column(values.astype(c_arrays.standard_type(program, slot)))
    return replace(frame, columns=columns), replace(figures, by_slot=full)


def dibao() -> Program:
    """A program that nobody has made machine code of."""
    return replace(program_on(ON, ("低保",)))


def same(ours: Any, theirs: Any) -> bool:
    return all(listed(ours[slot]) == listed(theirs[slot]) for slot in theirs)


def test_a_complete_registry_and_one_that_might_have_gaps_give_the_same(cache: Path) -> None:
    program = dibao()
    frame, figures = complete(program)
    asked = program.wanted()
    lean = machine.make(program, cache=cache)(frame, figures, asked)
    assert all(column.known is None for column in lean.values())
    kinds = {slot: column.values.dtype.name for slot, column in frame.columns.items()}
    _, full = machine.requests(program, kinds, asked)
    form = machine.make(replace(program), cache=cache)
    ready = form._loaded(full)
    assert same(form._run(ready, frame, figures)[0], lean)


def test_the_text_for_complete_registries_has_no_flags(cache: Path) -> None:
    lean, full = machine.shipped_requests(program_on(ON))
    assert "goto" not in write(program_on(ON), lean).text
    assert "goto" in write(program_on(ON), full).text


@pytest.mark.parametrize("kind", ["int16", "int32", "int64", "uint32", "uint64"])
def test_the_type_of_a_column_changes_nothing(cache: Path, kind: str) -> None:
    program = dibao()
    frame, figures = complete(program)
    right = machine.make(program, cache=cache)(frame, figures, program.wanted())
    columns = {
        slot: Column(column.values.astype(kind))
        if np.array_equal(column.values.astype(kind), column.values)
        else column
        for slot, column in frame.columns.items()
    }
    form = machine.make(replace(program), cache=cache)
    assert same(form(replace(frame, columns=columns), figures, program.wanted()), right)
    standard = machine.make(program, cache=cache, standard=True)
    assert same(standard(replace(frame, columns=columns), figures, program.wanted()), right)


def test_any_number_of_threads_gives_the_same(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program = dibao()
    frame, figures = complete(program)
    one = machine.make(program, cache=cache, threads=1)(frame, figures, every_slot(program))
    monkeypatch.setattr(c_arrays, "_PEOPLE_A_STRETCH", 7)
    assert len(c_arrays.stretches(frame, 3)) > 10
    three = machine.make(program, cache=cache, threads=3)(frame, figures, every_slot(program))
    assert same(three, one)


def test_stretches_cover_every_household_once_even_among_empty_ones() -> None:
    starts = np.array([0, 0, 0, 90_000, 90_000, 200_000, 200_000], np.int64)
    nobody = np.zeros(7, np.int64)
    frame = Frame(6, starts, nobody, nobody, nobody, np.zeros(6, np.int32), {})
    cuts = c_arrays.stretches(frame, 2)
    assert [cuts[0][0], cuts[-1][1]] == [0, 6]
    assert all(before[1] == after[0] for before, after in pairwise(cuts))
    assert len(cuts) > 1


def test_a_fact_without_a_column_is_its_default_or_unknown_for_everyone(cache: Path) -> None:
    program = dibao()
    frame, figures = complete(program)
    names = {program.nodes[slot].name: slot for slot in program.facts}
    gone = [names["共同居住月数"], names["金融资产"]]
    less = {slot: column for slot, column in frame.columns.items() if slot not in gone}
    default = default_of(program, gone[0])
    assert default is not None
    columns = {
        **less,
        gone[0]: Column(np.full(frame.persons[-1], default, np.int64)),
        gone[1]: Column(np.zeros(frame.households, np.int64), np.zeros(frame.households, bool)),
    }
    told = machine.make(program, cache=cache)(
        replace(frame, columns=columns), figures, every_slot(program)
    )
    left_out = machine.make(program, cache=cache)(
        replace(frame, columns=less), figures, every_slot(program)
    )
    assert same(left_out, told)
    assert None in listed(left_out[program.slots["低保户"]])


def test_a_key_beyond_the_figures_makes_what_it_looks_up_unknown(cache: Path) -> None:
    program = dibao()
    frame, figures = complete(program)
    slot = program.slots["城乡"]
    values = frame.columns[slot].values.copy()
    values[::3] = 77
    values[1::3] = -1
    odd = replace(frame, columns={**frame.columns, slot: Column(values)})
    standard = program.slots["低保标准"]
    found = machine.make(program, cache=cache)(odd, figures, (standard,))[standard]
    assert found.known is not None
    assert found.known.tolist() == [at % 3 == 2 for at in range(frame.households)]
    usual = machine.make(program, cache=cache)(frame, figures, (standard,))[standard]
    assert found.values[2::3].tolist() == usual.values[2::3].tolist()


def test_a_share_among_nobody_is_refused_as_the_scalar_engine_refuses_it(cache: Path) -> None:
    plan, program = program_of_little_law()
    frame = frame_of(program, made_up(1, 20, 0.0))
    slot = plan.slots["份数"]
    nobody = replace(frame, columns={**frame.columns, slot: Column(np.zeros(20, np.int64))})
    form = machine.make(program, cache=cache)
    with pytest.raises(AssertionError, match="份数"):
        form(nobody, NO_FIGURES, program.wanted())
    only = (plan.slots["向下除"],)
    assert len(form(nobody, NO_FIGURES, only)[only[0]].values) == 20


def test_an_obligor_of_another_household_is_refused(cache: Path) -> None:
    _, program = program_of_little_law()
    frame = frame_of(program, made_up(1, 50, 0.0))
    wrong = replace(frame, owing=frame.owing[::-1].copy())
    with pytest.raises(AssertionError, match="obligor"):
        machine.make(program, cache=cache)(wrong, NO_FIGURES, program.wanted())


def test_an_empty_registry_gives_empty_columns(cache: Path) -> None:
    _, program = program_of_little_law()
    found = machine.make(program, cache=cache)(frame_of(program, []), NO_FIGURES, program.wanted())
    assert {len(column.values) for column in found.values()} == {0}


def test_only_what_is_wanted_is_computed() -> None:
    program = program_on(ON)
    lean, _ = machine.shipped_requests(program)
    one = replace(lean, wanted=(program.slots["家庭人口"],))
    kernel = write(program, one)
    names = {program.nodes[slot].name for slot in kernel.columns}
    assert "出生日期" in names
    assert "工资性收入" not in names
    assert len(kernel.text) < len(write(program, lean).text) / 5


def test_another_place_day_or_figure_compiles_nothing(
    cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = dibao()
    frame, figures = complete(program)
    form = machine.make(program, cache=cache)
    amount = program.slots["差额保障金"]
    before = form(frame, figures, (amount,))

    def refuse(*_: object) -> None:
        raise AssertionError("nothing is to be compiled")

    monkeypatch.setattr(c_library, "library", refuse)
    slot = program.slots["低保标准"]
    raised = replace(figures.by_slot[slot], values=figures.by_slot[slot].values * 2)
    dearer = replace(figures, by_slot={**figures.by_slot, slot: raised}, day=20220701)
    after = machine.make(program, cache=cache)(frame, dearer, (amount,))
    assert after[amount].values.sum() > before[amount].values.sum()


def test_frames_of_many_kinds_end_with_two_texts_for_all(cache: Path) -> None:
    _, program = program_of_little_law()
    form = machine.make(program, cache=cache)
    wanted = program.wanted()
    frame = frame_of(program, made_up(5, 40, 0.0))
    right = form(frame, NO_FIGURES, wanted)
    for slot in program.facts:
        for kind in ("int32", "int64"):
            column = Column(frame.columns[slot].values.astype(kind))
            other = replace(frame, columns={**frame.columns, slot: column})
            assert same(form(other, NO_FIGURES, wanted), right)
    assert len(form._ready) <= machine._TEXTS + 2


# ---- Where the code comes from ----


def test_machine_code_is_made_once_and_found_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = dibao()
    frame, figures = complete(program)
    right = machine.make(program, cache=tmp_path)(frame, figures, program.wanted())
    (made,) = tmp_path.iterdir()
    assert made.suffix == ".so"
    monkeypatch.setattr(c_library, "build", None)
    again = machine.make(replace(program), cache=tmp_path)(frame, figures, program.wanted())
    assert same(again, right)


def test_without_a_compiler_the_problem_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CC", raising=False)
    assert not machine.available(tmp_path)
    program = dibao()
    frame, figures = complete(program)
    with pytest.raises(NoCompiler) as told:
        machine.make(program, cache=tmp_path)(frame, figures, program.wanted())
    assert "编译器" in str(told.value)
    assert "数组" in told.value.next_step


@pytest.mark.parametrize("broken", ["/bin/false", "/nowhere/cc"])
def test_a_compiler_that_does_not_work_counts_as_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    monkeypatch.setenv("CC", broken)
    assert not machine.available(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_compiler_that_fails_half_way_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NoCompiler, match="报错"):
        c_library.library("this is no C;", tmp_path)
    monkeypatch.setattr(c_library, "_PATIENCE", 0.0)
    with pytest.raises(NoCompiler, match="没有做完"):
        c_library.library("int doudi_run(void) { return 3; }", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_wheel_brings_libraries_that_need_no_compiler(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = dibao()
    frame, figures = complete(program)
    right = machine.make(program, cache=tmp_path)(frame, figures, program.wanted())
    assert len(machine.build(program, tmp_path / "libraries")) == 2
    monkeypatch.setattr(c_library, "SHIPPED", tmp_path / "libraries")
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CC", raising=False)
    wide = {slot: Column(each.values.astype(np.int64)) for slot, each in frame.columns.items()}
    for columns in (frame.columns, wide):
        form = machine.make(replace(program), cache=tmp_path / "nothing")
        assert same(form(replace(frame, columns=columns), figures, program.wanted()), right)
        assert same(
            form(replace(frame, columns=columns), figures, program.wanted()[:1]),
            {program.wanted()[0]: right[program.wanted()[0]]},
        )
    gaps = figures_of(program, rulebook().tables, PLACES, ON)
    with_gaps = machine.make(replace(program), cache=tmp_path / "nothing")
    assert with_gaps(frame, gaps, program.wanted())[program.wanted()[0]].known is not None


def test_code_is_kept_in_a_folder_of_this_user_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = c_library.private_folder()
    assert folder == tmp_path / "cache" / "doudi"
    assert folder.stat().st_mode & 0o777 == 0o700
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert c_library.private_folder() == tmp_path / f"doudi-{os.getuid()}"


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o777])
def test_a_folder_that_others_can_write_to_is_refused(tmp_path: Path, mode: int) -> None:
    folder = tmp_path / "open"
    folder.mkdir()
    folder.chmod(mode)
    with pytest.raises(CacheRefused, match="别的用户也能写入"):
        c_library.private_folder(folder)
    (folder / "inner").mkdir(mode=0o700)
    with pytest.raises(CacheRefused, match="别的用户也能写入"):
        c_library.private_folder(folder / "inner")


def test_a_folder_that_is_a_link_or_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    (tmp_path / "file").write_text("")
    for name in ("link", "file"):
        with pytest.raises(CacheRefused, match="不是文件夹"):
            c_library.private_folder(tmp_path / name)


def test_a_library_that_others_could_have_written_is_not_loaded(tmp_path: Path) -> None:
    text = "int doudi_run(void) { return 5; }"
    assert c_library.library(text, tmp_path).doudi_run() == 5
    (made,) = tmp_path.iterdir()
    made.chmod(0o777)
    with pytest.raises(CacheRefused, match="别的用户也能写入"):
        c_library.library(text, tmp_path)


def test_the_little_law_uses_every_construct_of_the_small_form() -> None:
    from doudi.rules.batch import ir

    from .walking import parts_of

    _, program = program_of_little_law()
    used = {type(part) for body in program.bodies.values() for part in parts_of(body)}
    assert used == {
        ir.Constant, ir.Value, ir.Local, ir.Operation, ir.Negation, ir.Comparison, ir.Membership,
        ir.Opposite, ir.Junction, ir.Choice, ir.Extreme, ir.Rounding, ir.Aggregation,
        ir.Answer, Let, ir.Branch,
    }  # fmt: skip
