"""docs/cases.md shows what the declaration says, and the declaration holds together."""

from pathlib import Path

import pytest

from doudi.base.roles import ROLES
from doudi.cases import drawing
from doudi.cases.exclusions import exclusions
from doudi.cases.procedures import 低保

PAGE = (Path(__file__).parents[2] / "docs" / "cases.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "draw", [drawing.mermaid, drawing.stage_table, drawing.verb_table, drawing.exclusion_table]
)
def test_the_page_shows_what_is_drawn_from_the_declaration(draw):
    assert draw(低保) in PAGE


def test_every_way_leads_to_a_declared_stage_or_an_end():
    known = {stage.name for stage in 低保.stages} | set(低保.ends)
    assert {after for s in 低保.stages for way in s.ways for after in way.leads_to} <= known


def test_every_stage_can_be_left_and_every_stage_but_the_first_reached():
    reached = {
        after for s in 低保.stages for way in s.ways for after in way.leads_to if after != s.name
    }
    assert {stage.name for stage in 低保.stages[1:]} | set(低保.ends) == reached
    assert all(any(set(w.leads_to) - {s.name} for w in s.ways) for s in 低保.stages)


def test_the_role_that_has_the_work_of_a_stage_may_do_something_there():
    for stage in 低保.stages:
        assert stage.role in ROLES
        assert any(stage.role in way.roles for way in stage.ways)


def test_every_exclusion_names_verbs_of_the_procedure():
    known = {way.verb for stage in 低保.stages for way in stage.ways} | {"case.accept"}
    assert {verb for pair in exclusions() for verb in pair.verbs} <= known
