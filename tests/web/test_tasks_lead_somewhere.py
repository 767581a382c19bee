"""Whatever work any package opens, its title on today's work leads to the page where it is done."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

import doudi
from doudi.base.access import NATION, scope
from doudi.base.models import Task
from doudi.base.roles import ROLES
from doudi.cases.procedures import PROCEDURES
from doudi.web.authorization import table
from doudi.web.office import today
from tests.web.fixtures import regions
from tests.web.regions import Regions, post_place
from tests.web.walker import visitor

__all__ = ["regions"]

HOME = Path(doudi.__file__).parent
STAGES = {f"case.{stage.name}": stage.role for p in PROCEDURES.values() for stage in p.stages}


@dataclass(frozen=True)
class Work:
    """A kind of work: what it is about, and who gets it."""

    subject: str
    roles: tuple[str, ...]


# Every kind of work that any package opens. A new one is added here; the test below finds it.
KINDS = {
    "预警走访": Work("watch.alert", ("village_worker",)),
    "预警核查": Work("watch.alert", ("township_clerk",)),
    "预警处置": Work("watch.alert", ("township_clerk", "county_reviewer")),
    "线索初核": Work("watch.lead", ("township_clerk",)),
    "死亡核实": Work("watch.suspension", ("township_clerk",)),
    "防漏保排查": Work("watch.sweep_part", ("village_worker", "township_clerk")),
    "同批同额抽查": Work("watch.alike", ("county_reviewer",)),
    "消失核实": Work("exchange.delivery", ("county_reviewer",)),
    "启动核对": Work("exchange.verification", ("county_reviewer",)),
    "case.answer_objection": Work("cases.objection", ("township_clerk",)),
    "case.give_notice": Work("cases.case", ("township_clerk", "county_reviewer")),
    "case.*": Work("cases.case", tuple(sorted(set(STAGES.values())))),
    "review.settle": Work("cases.review", ("county_reviewer",)),
    "发放失败更正": Work("payments.batch", ("finance_maker",)),
    "追缴认定": Work("payments.recovery", ("county_leader",)),
    "追缴核销": Work("payments.recovery", ("county_leader",)),
    "价格补贴名册复核": Work("payments.price", ("county_leader",)),
    "价格补贴发放": Work("payments.price", ("finance_maker",)),
    "提标复核": Work("payments.raise", ("county_leader",)),
    "资金指标复核": Work("payments.fund", ("finance_approver",)),
    "购买服务支出复核": Work("payments.service", ("finance_approver",)),
}
# Where work is done within another page, by the kind of its subject.
WITHIN = {today.OBJECTION: "case", today.VERIFICATION: "case"}


def constants() -> dict[str, str]:
    """Texts that modules of ours give a name, by that name; two kinds of work share none."""
    found: dict[str, str] = {}
    for path in HOME.rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign):
                found |= dict(_named(node, str(path.relative_to(HOME))))
    return found


def _named(node: ast.Assign, module: str) -> Iterator[tuple[str, str]]:
    for target in node.targets:
        names = target.elts if isinstance(target, ast.Tuple) else [target]
        values = node.value.elts if isinstance(node.value, ast.Tuple) else [node.value]
        for name, value in zip(names, values, strict=False):
            said = isinstance(value, ast.Constant) and isinstance(value.value, str)
            if said and isinstance(name, ast.Name):
                yield f"{module}:{name.id}", value.value  # type: ignore[attr-defined]
                yield name.id, value.value  # type: ignore[attr-defined]


def opened() -> dict[str, str]:
    """The kind of every task that the source opens, and where; a computed one ends with a star."""
    known, found = constants(), {}
    for path in sorted(HOME.rglob("*.py")):
        module = str(path.relative_to(HOME))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            name = node.func.id if _is_call(node) else ""  # type: ignore[union-attr, attr-defined]
            if name not in ("TaskFacts", "Task") or module == "base/tasks.py":
                continue
            assert isinstance(node, ast.Call)
            kind = next((k.value for k in node.keywords if k.arg == "kind"), None)
            kind = kind if kind is not None else node.args[0]
            for told in _texts(kind, module, known, path):
                found[told] = f"{module}:{node.lineno}"
    return found


def _is_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name)


def _texts(kind: ast.expr, module: str, known: dict[str, str], path: Path) -> list[str]:
    if isinstance(kind, ast.Constant):
        return [str(kind.value)]
    if isinstance(kind, ast.JoinedStr):
        first = kind.values[0]
        assert isinstance(first, ast.Constant)
        return [f"{first.value}*"]
    assert isinstance(kind, ast.Name), f"{module}: say what kind of work this is"
    if (text := known.get(f"{module}:{kind.id}") or known.get(kind.id)) is not None:
        return [text]
    # An argument of a helper: whatever the module passes to it.
    return [
        known[f"{module}:{node.args[0].id}"]
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if _is_call(node) and node.args and isinstance(node.args[0], ast.Name)  # type: ignore[attr-defined]
        and node.args[0].id.startswith("TO_")  # type: ignore[attr-defined]
    ]  # fmt: skip


def test_the_list_names_every_kind_of_work_that_the_source_opens():
    found = opened()
    assert {kind: where for kind, where in found.items() if kind not in KINDS} == {}
    assert set(KINDS) - set(found) == set()


def page_of(subject: str) -> str:
    return today.SHARED_PAGES.get(subject) or today.PAGES.get(subject) or WITHIN.get(subject, "")


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_work_has_a_page_that_whoever_gets_it_may_open(kind: str):
    work = KINDS[kind]
    page = page_of(work.subject)
    assert page, f"{work.subject} has no page"
    assert "GET" in table()[page].methods
    for role in work.roles:
        assert role in ROLES
        assert table()[page].reach[role] != "refused", f"{role} may not open {page}"
    if work.subject not in WITHIN:
        assert today.address_of(f"{work.subject}:12") != reverse("today")


def test_a_subject_without_a_page_is_found():
    """The planted bug: what today's work does not know leads home."""
    assert page_of("payments.nothing") == ""
    assert today.address_of("payments.nothing:3") == reverse("today")


@pytest.mark.django_db
def test_all_work_that_the_regions_hold_opens_for_whoever_got_it(regions: Regions):
    with scope(NATION):
        tasks = list(Task.objects.filter(done_at=None, place__startswith=regions.near.township[:9]))
        today.lead_on(tasks)
    assert len({task.kind for task in tasks}) >= 3
    for role in sorted({task.role for task in tasks}):
        who = visitor(regions, role)
        for task in tasks:
            if task.role == role and (task.place >= post_place(role)):
                assert task.address != reverse("today"), (task.kind, task.subject)
                assert who.open("GET", task.address).status_code == 200, (task.kind, task.subject)


@pytest.mark.django_db
@pytest.mark.parametrize("count", [1, 20])
def test_a_list_of_work_asks_twice_whatever_its_length(count: int):
    subjects = ["cases.objection:{0}", "exchange.verification:{0}", "cases.case:{0}"]
    rows = [SimpleNamespace(subject=s.format(k)) for k in range(1, count + 1) for s in subjects]
    with scope(NATION), CaptureQueriesContext(connection) as asked:
        today.lead_on(rows)  # type: ignore[arg-type]
    assert len(asked) == 2
    with scope(NATION), CaptureQueriesContext(connection) as asked:
        today.lead_on([SimpleNamespace(subject="cases.case:3")])  # type: ignore[list-item]
    assert len(asked) == 0


@pytest.mark.django_db
def test_an_objection_leads_to_the_case_in_which_it_is_answered(regions: Regions):
    objection = regions.near.ids.get("objection")
    assert objection is not None
    row = SimpleNamespace(subject=f"cases.objection:{objection}")
    with scope(NATION):
        today.lead_on([row])  # type: ignore[list-item]
    assert row.address.startswith("/cases/")


def test_tasks_have_no_other_way_into_the_table():
    """Inserts in SQL would pass by the list above."""
    written = [
        str(path.relative_to(HOME))
        for path in HOME.rglob("*.py")
        if "insert into base_task " in path.read_text(encoding="utf-8").lower()
    ]
    assert written == []
