"""Whole registries in machine code: the program as C, compiled once, run over a frame in threads.

What cannot be unknown in a frame is computed without asking whether it is known; so the same law
has a lean text for complete registries and a fuller one for those with gaps. Figures are arguments:
another place, day or what-if of the same law compiles nothing.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import sys
import threading
import weakref
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from doudi.rules.batch import c_arrays, c_library
from doudi.rules.batch.c_kernel import DIVISOR, KEY, OWING, write
from doudi.rules.batch.c_layout import Kernel, Request, needed
from doudi.rules.batch.c_library import CacheRefused, NoCompiler
from doudi.rules.batch.frame import Column, Figures, Frame
from doudi.rules.batch.program import Program, program_of
from doudi.rules.book import rulebook
from doudi.rules.errors import NoLawInForce

__all__ = ["CacheRefused", "MachineForm", "NoCompiler", "available", "make"]

_TEXTS = 4  # so many sets of types and gaps get a text of their own; then two serve them all
_TRIAL = "int doudi_run(void) { return 1; }\n"
_Answer = dict[int, Column]


def available(cache: Path | None = None) -> bool:
    """Whether machine code can be made here: there is a compiler that works, and a safe folder."""
    try:
        c_library.library(_TRIAL, cache)
    except (NoCompiler, CacheRefused):
        return False
    return True


def make(
    program: Program,
    *,
    threads: int | None = None,
    cache: Path | None = None,
    standard: bool = False,
) -> MachineForm:
    """The machine-code form of a program; compiles when first called, then keeps what it made.

    `threads` default to the number of processors; `cache` is a folder nobody else can write to.
    With `standard`, columns are brought into the schema's types first, so that two texts serve all
    frames. Calling the form raises `NoCompiler` where machine code can be neither found nor made,
    and `CacheRefused`.
    """
    return MachineForm(program, threads or os.cpu_count() or 1, cache, standard=standard)


@dataclass(frozen=True, slots=True)
class _Ready:
    request: Request
    kernel: Kernel
    run: Callable[..., int]


# What was made for a program, whoever asked; gone with the program.
_KEPT: weakref.WeakKeyDictionary[Program, dict[Request, _Ready]] = weakref.WeakKeyDictionary()
_MAKING = threading.Lock()


class MachineForm:
    """A `Form`: give it a frame, figures and wanted slots; may be called from several threads."""

    def __init__(
        self, program: Program, threads: int, cache: Path | None, *, standard: bool
    ) -> None:
        self.program = program
        self.threads = threads
        self.cache = cache
        self.standard = standard
        with _MAKING:
            self._ready = _KEPT.setdefault(program, {})

    def __call__(
        self, frame: Frame, figures: Figures, wanted: Sequence[int]
    ) -> Mapping[int, Column]:
        """The columns at the wanted slots; where a value is unknown it is 0."""
        asked = tuple(dict.fromkeys(wanted))
        frame = c_arrays.checked(self.program, frame, needed(self.program, asked))
        request = self._request(frame, figures, asked)
        try:
            ready = None if self.standard else self._made(request)
        except NoCompiler:
            ready = None
        if ready is None:
            return self._in_standard_types(frame, figures, asked)
        found, bad = self._run(ready, frame, figures)
        if bad & KEY:  # a key beyond the figures: what it looks up is unknown after all
            request = replace(request, unknown=request.unknown | self._keyed(asked))
            ready = self._made(request)
            if ready is None:
                return self._in_standard_types(frame, figures, asked)
            found, bad = self._run(ready, frame, figures)
        return _unless(bad, found)

    def _request(self, frame: Frame, figures: Figures, wanted: tuple[int, ...]) -> Request:
        """What this frame asks for: its types, and what is unknown somewhere in it."""
        types = tuple(
            (slot, column.values.dtype.name) for slot, column in sorted(frame.columns.items())
        )
        facts = {slot for slot, column in frame.columns.items() if column.known is not None}
        parameters = needed(self.program, wanted) & {*self.program.fixed, *self.program.keyed}
        gaps = {slot for slot in parameters if not figures.by_slot[slot].known.all()}
        return Request(types, frozenset(facts | gaps), wanted)

    def _keyed(self, wanted: tuple[int, ...]) -> frozenset[int]:
        return needed(self.program, wanted) & self.program.keyed.keys()

    def _made(self, request: Request) -> _Ready | None:
        """Machine code that serves the request, made if there is none; None if too much was made.

        A text with more gaps will do, but a frame without gaps gets the one that is fastest.
        """
        with _MAKING:
            alike = [ready for made, ready in self._ready.items() if made.wanted == request.wanted]
            same = [ready for ready in alike if ready.request.types == request.types]
            serve = [ready for ready in same if ready.request.unknown >= request.unknown]
            if request.unknown and serve:
                return min(serve, key=lambda ready: len(ready.request.unknown))
            if request not in self._ready and len(alike) >= _TEXTS:
                return None
            if request.unknown:  # gaps seen before will be seen again
                seen = request.unknown.union(*(ready.request.unknown for ready in same))
                request = replace(request, unknown=seen)
            return self._loaded(request)

    def _in_standard_types(
        self, frame: Frame, figures: Figures, wanted: tuple[int, ...]
    ) -> Mapping[int, Column]:
        """The same with one of two texts, which a wheel may have brought; raises `NoCompiler`."""
        asked, fitting = wanted, self.program.wanted()
        if c_library.compiler() is None and set(wanted) <= set(fitting):
            asked = fitting
        slots = [slot for slot in self.program.facts if slot in needed(self.program, asked)]
        kinds = {slot: c_arrays.standard_type(self.program, slot) for slot in slots}
        standard = c_arrays.in_types(self.program, frame, kinds)
        if standard is None:
            kinds = dict.fromkeys(slots, "int64")
            standard = c_arrays.in_types(self.program, frame, kinds)
        assert standard is not None, "every fact fits into 64 bits"
        lean, full = requests(self.program, kinds, asked)
        found: _Answer = {}
        bad = KEY
        if not self._request(standard, figures, asked).unknown:
            with _MAKING:
                ready = self._loaded(lean)
            found, bad = self._run(ready, standard, figures)
        if bad & KEY:
            with _MAKING:
                ready = self._loaded(full)
            found, bad = self._run(ready, standard, figures)
        return {slot: _unless(bad, found)[slot] for slot in wanted}

    def _loaded(self, request: Request) -> _Ready:
        ready = self._ready.get(request)
        if ready is None:
            kernel = write(self.program, request)
            run = c_library.library(kernel.text, self.cache).doudi_run
            run.restype = ctypes.c_int64
            ready = self._ready[request] = _Ready(request, kernel, run)
        return ready

    def _run(self, ready: _Ready, frame: Frame, figures: Figures) -> tuple[_Answer, int]:
        kernel = ready.kernel
        places = int(frame.places.max(initial=0)) + 1
        assert frame.places.min(initial=0) >= 0, "a place is a row of the figures"
        rows, sure, layout = c_arrays.rows_of_figures(kernel, figures, places)
        assert len(rows) >= places, "a place is a row of the figures"
        values, flags = c_arrays.outputs(kernel, self.program, frame)
        columns = [frame.columns[slot].values for slot in kernel.columns]
        masks = c_arrays.masks(kernel, self.program, frame)
        one, several = c_arrays.pointer, c_arrays.pointers
        arguments = (
            one(frame.persons), one(frame.obligors), one(frame.owed), one(frame.owing),
            one(frame.places), several(columns), several(masks), one(rows), one(sure), one(layout),
            ctypes.c_int64(rows.shape[1]), ctypes.c_int64(figures.day), several(values),
            several(flags),
        )  # fmt: skip

        def one_stretch(stretch: tuple[int, int]) -> int:
            first, before = stretch
            room = c_arrays.room(frame, first, before)
            scratch = np.empty(max(kernel.kept * room, 1), np.int64)
            kept = np.empty(max(kernel.kept * room, 1), np.uint8)
            return ready.run(
                ctypes.c_int64(first), ctypes.c_int64(before), *arguments,
                one(scratch), one(kept), ctypes.c_int64(room),
            )  # fmt: skip

        bad = 0
        for each in self._in_threads(one_stretch, c_arrays.stretches(frame, self.threads)):
            bad |= each
        return {
            slot: Column(values[at], flags[at].view(np.bool_) if may else None)
            for at, (slot, may) in enumerate(kernel.outputs)
        }, bad

    def _in_threads(
        self, work: Callable[[tuple[int, int]], int], stretches: list[tuple[int, int]]
    ) -> list[int]:
        if self.threads == 1 or len(stretches) < 2:
            return [work(stretch) for stretch in stretches]
        with ThreadPoolExecutor(self.threads) as pool:
            return list(pool.map(work, stretches))


def _unless(bad: int, found: _Answer) -> _Answer:
    """What was found, unless a rule or the frame was broken."""
    assert not bad & DIVISOR, "均分、四舍五入到分的份数必须至少为 1"
    assert not bad & OWING, "an obligor belongs to the household of the person owed"
    return found


def requests(
    program: Program, kinds: Mapping[int, str], wanted: tuple[int, ...]
) -> tuple[Request, Request]:
    """For registries without gaps, and for those where any fact and parameter may be unknown."""
    unknown = needed(program, wanted) & {*kinds, *program.fixed, *program.keyed}
    types = tuple(kinds.items())
    return Request(types, frozenset(), wanted), Request(types, frozenset(unknown), wanted)


def shipped_requests(program: Program) -> tuple[Request, Request]:
    """What a wheel has libraries for: all findings and amounts, in standard types."""
    slots = needed(program, program.wanted())
    kinds = {slot: c_arrays.standard_type(program, slot) for slot in program.facts if slot in slots}
    return requests(program, kinds, program.wanted())


def build_all(folder: Path) -> list[Path]:
    """Libraries for every period of the law, for the package to bring; raises `NoCompiler`."""
    made: list[Path] = []
    for day in rulebook().change_days:
        try:
            program = program_of(rulebook().plan(day))
        except NoLawInForce:  # before the first rules
            continue
        made += build(program, folder)
    return list(dict.fromkeys(made))


def build(program: Program, folder: Path) -> list[Path]:
    """The two libraries of a program that a package can bring; raises `NoCompiler`."""
    command = c_library.compiler()
    if command is None:
        raise NoCompiler(why="没有 C 编译器")
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for request in shipped_requests(program):
        text = write(program, request).text
        path = folder / c_library.shipped_name(text)
        if not path.exists():
            c_library.build(text, path, command)
        paths.append(path)
    return paths


def main() -> None:
    """`python -m doudi.rules.batch.machine --into FOLDER`."""
    parser = argparse.ArgumentParser(description="Build the law's machine code for a wheel.")
    parser.add_argument("--into", type=Path, default=c_library.SHIPPED)
    made = build_all(parser.parse_args().into)
    sys.stdout.write("".join(f"{path}\n" for path in made))


if __name__ == "__main__":
    main()
