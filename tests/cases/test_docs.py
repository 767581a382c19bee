"""docs/procedures.md shows what the declarations say, and they hold together."""

from pathlib import Path

import pytest

from doudi.base.roles import ROLES
from doudi.cases import drawing, terms
from doudi.cases.declaration import COMMON_TITLES
from doudi.cases.exclusions import exclusions
from doudi.cases.procedures import EXCLUSIVE, PROCEDURES, Procedure, 低保
from doudi.rules import inputs
from doudi.rules.book import rulebook

DOCS = Path(__file__).parents[2] / "docs"
ALL = list(PROCEDURES.values())
every_procedure = pytest.mark.parametrize("procedure", ALL, ids=lambda p: p.letters + p.name)


def test_the_page_of_the_procedures_is_what_is_drawn_from_the_declarations():
    assert (DOCS / "procedures.md").read_text(encoding="utf-8") == drawing.page(ALL)


def test_the_page_of_cases_shows_who_is_excluded_by_what():
    page = (DOCS / "cases.md").read_text(encoding="utf-8")
    assert drawing.exclusion_table(低保) in page


@every_procedure
def test_every_way_leads_to_a_declared_stage_or_an_end(procedure: Procedure):
    known = {stage.name for stage in procedure.stages} | set(procedure.ends)
    assert {n for s in procedure.stages for way in s.ways for n in way.leads_to} <= known


@every_procedure
def test_every_stage_can_be_left_and_every_stage_but_the_first_reached(procedure: Procedure):
    ways = [(s.name, after) for s in procedure.stages for w in s.ways for after in w.leads_to]
    reached = {after for before, after in ways if after != before}
    assert {stage.name for stage in procedure.stages[1:]} | set(procedure.ends) <= reached
    assert all(any(set(w.leads_to) - {s.name} for w in s.ways) for s in procedure.stages)


@every_procedure
def test_the_role_that_has_the_work_of_a_stage_may_do_something_there(procedure: Procedure):
    for stage in procedure.stages:
        assert stage.role in ROLES
        assert any(stage.role in way.roles for way in stage.ways)


@every_procedure
def test_every_stage_has_a_term_with_an_article(procedure: Procedure):
    for stage in procedure.stages:
        assert stage.article
        own = stage.term or stage.term_code in terms.parameters()
        assert own or procedure.whole or stage.name == "待公示"


@every_procedure
def test_what_a_form_asks_and_a_case_tells_are_inputs_of_the_rules(procedure: Procedure):
    known = inputs()
    asked = (*procedure.household_inputs, *procedure.person_inputs, *dict(procedure.fixed))
    assert set(asked) <= set(known)
    assert set(procedure.programmes) <= {each.code for each in rulebook().programmes}
    assert procedure.group in EXCLUSIVE


def test_children_and_findings_are_never_published():
    quiet = [each for each in ALL if each.child or each.finding]
    assert {each.name for each in quiet} == {
        "低保边缘", "刚性支出困难", "孤儿", "事实无人抚养儿童",
    }  # fmt: skip
    for each in quiet:
        assert not each.published
        assert not each.verbs() & {"case.post_notice", "case.end_notice", "case.object"}


def test_every_exclusion_names_verbs_of_a_procedure():
    known = {verb for each in ALL for verb in each.verbs()} | {"case.accept"}
    assert {verb for pair in exclusions() for verb in pair.verbs} <= known
    assert known <= set(COMMON_TITLES)


def test_letters_tell_procedures_apart_and_fit_a_number():
    letters = [each.letters for each in ALL if not each.devolved]
    assert len(set(letters)) == len(letters)
    assert all(len(each) == 2 for each in letters)
