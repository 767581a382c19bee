"""C9: the fast forms equal the explaining engine, on every name, whichever programme is asked.

Arrays and, at full length, machine code are compared on all households; the scalar engine, which
takes a household at a time, on the first of every day.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from doudi.rules.batch.frame import Form
from doudi.rules.batch.program import Program
from doudi.rules.book import rulebook
from tests.rules.batch.comparing import differences, every_slot, forms_of, scalar
from tests.rules.batch.households import batches

pytestmark = pytest.mark.promise("C9")

FULL = bool(os.environ.get("DOUDI_FULL"))
HOUSEHOLDS, DAYS = (300_000, 10) if FULL else (60, 3)
SCALAR = 1000 if FULL else 20  # of each day
CODES = [(programme.code,) for programme in rulebook().programmes]


@pytest.mark.parametrize("codes", [*CODES, None], ids=lambda codes: codes[0] if codes else "all")
def test_every_form_says_what_the_scalar_engine_says(
    codes: tuple[str, ...] | None, tmp_path: Path
) -> None:
    seed = CODES.index(codes) if codes else len(CODES)
    size, made = HOUSEHOLDS // DAYS, dict[Program, dict[str, Form]]()
    nudges = min(size // 8, 200)
    for drawn in batches(codes, HOUSEHOLDS, seed, size=size, nudges=nudges):
        program, slots = drawn.program, every_slot(drawn.program)
        if program not in made:
            made[program] = forms_of(program, tmp_path if FULL else None)
        frame = drawn.frame()
        answers = {name: form(frame, drawn.figures, slots) for name, form in made[program].items()}
        expected = scalar(drawn, min(SCALAR, len(drawn)))
        for name, answer in answers.items():
            assert differences(program, answer, expected) == [], name
            assert differences(program, answer, answers["arrays"]) == [], name
