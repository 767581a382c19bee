"""Which form computes: the machine's own code where a compiler is at hand, else arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from doudi.kernel.problems import Problem
from doudi.rules.batch.frame import Column, Figures, Form, Frame
from doudi.rules.batch.program import Program

ARRAYS, MACHINE = "数组", "机器"


class UnknownForm(Problem):
    """There is no form of this name."""

    code = "rules.unknown_form"
    status = 422
    say = "没有“{name}”这种算法。"
    next = "请写 机器 或 数组，不写则自动选择。"
    fields = ("name",)


@dataclass(slots=True)
class NamedForm:
    """A form that says what it is; where the machine's code cannot be had, `instead` steps in."""

    name: str
    form: Form
    instead: Form | None = None

    def __call__(
        self, frame: Frame, figures: Figures, wanted: Sequence[int]
    ) -> Mapping[int, Column]:
        from doudi.rules.batch.machine import CacheRefused, NoCompiler

        try:
            return self.form(frame, figures, wanted)
        except (NoCompiler, CacheRefused):
            if self.instead is None:
                raise
            self.name, self.form, self.instead = ARRAYS, self.instead, None
            return self.form(frame, figures, wanted)


def form_of(program: Program, name: str | None = None) -> NamedForm:
    """A form for a program; raises `UnknownForm`; 机器 asked by name may raise `NoCompiler`.

    Without a name the machine's code is tried first: compiled here, or brought by the wheel.
    """
    from doudi.rules.batch import arrays, machine

    if name == ARRAYS:
        return NamedForm(ARRAYS, arrays.make(program))
    if name not in (None, MACHINE):
        raise UnknownForm(name=name)
    return NamedForm(MACHINE, machine.make(program), arrays.make(program) if name is None else None)
