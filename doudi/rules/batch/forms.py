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


@dataclass(frozen=True, slots=True)
class NamedForm:
    """A form that says what it is."""

    name: str
    form: Form

    def __call__(
        self, frame: Frame, figures: Figures, wanted: Sequence[int]
    ) -> Mapping[int, Column]:
        return self.form(frame, figures, wanted)


def form_of(program: Program, name: str | None = None) -> NamedForm:
    """A form for a program; raises `UnknownForm`, and `NoCompiler` if 机器 is asked without one."""
    from doudi.rules.batch import arrays, machine

    if name not in (None, ARRAYS, MACHINE):
        raise UnknownForm(name=name)
    if name == MACHINE or (name is None and machine.available()):
        return NamedForm(MACHINE, machine.make(program))
    return NamedForm(ARRAYS, arrays.make(program))
