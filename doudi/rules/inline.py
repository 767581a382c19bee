"""A whole plan as one Python function: the bodies of all rules, in order, without a call each.

The text is made from the checked syntax trees of the rules, stage by stage: what belongs to the
household, then a loop over obligors, then a loop over persons, and again, until all is done. A rule
that meets something missing is left to `fallback`, which knows what to ask for.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from doudi.rules import classes, dialect, grammar
from doudi.rules.book import SUPPOSED, Node, Plan, Reach
from doudi.rules.dialect import Level
from doudi.rules.missing import MissingUsed

_ORDER = (Level.HOUSEHOLD, Level.OBLIGOR, Level.PERSON)


def compiled(plan: Plan) -> Callable[..., None]:
    """`run(values, obligors, below, look, fallback)`: fills the slots of rules and keyed rows."""
    space: dict[str, Any] = {
        name: getattr(dialect, name, None)
        for name in grammar.FUNCTIONS - {"min", "max"} | grammar.CONSTANTS
    }
    space |= {name: getattr(classes, name) for name in classes.CONSTANTS}
    space["MissingUsed"] = MissingUsed
    text = "\n".join(_lines(plan))
    exec(compile(text, "<rules>", "exec"), space)  # noqa: S102 (our own checked rules)
    run: Callable[..., None] = space["run"]
    return run


def _lines(plan: Plan) -> Iterator[str]:
    yield "def run(values, obligors, below, look, fallback):"
    todo = [
        slot
        for slot, node in enumerate(plan.nodes)
        if node.rule is not None or (node.parameter is not None and plan.where[slot])
    ]
    done = set(range(len(plan.nodes))) - set(todo)
    for slot in sorted(done):
        letter = "v" if plan.nodes[slot].level is Level.HOUSEHOLD else "L"
        yield f"    {letter}{slot} = values[{slot}]"
    for slot in todo:
        if plan.nodes[slot].kind == SUPPOSED:
            yield f"    S{slot} = values[{slot}]"
    while todo:
        before = len(todo)
        for level in _ORDER:
            stage = _stage(plan, level, todo, done)
            if stage:
                todo = [slot for slot in todo if slot not in stage]
                yield from _stage_lines(plan, level, stage)
        assert len(todo) < before, "the plan was checked to have no circle"


def _stage(plan: Plan, level: Level, todo: Sequence[int], done: set[int]) -> list[int]:
    """All of one level that can be done now, in the order of the plan; marks them done."""
    stage: list[int] = []
    for slot in todo:
        if plan.nodes[slot].level is level and all(at in done for at, _ in plan.where[slot]):
            stage.append(slot)
            done.add(slot)
    return stage


def _stage_lines(plan: Plan, level: Level, stage: list[int]) -> Iterator[str]:
    if level is Level.HOUSEHOLD:
        for slot in stage:
            for at, reach in plan.where[slot]:
                if reach is Reach.GATHERED:
                    yield f"    G{at} = tuple(L{at})"
            yield from _indent(_one(plan, slot), 1)
            yield f"    values[{slot}] = v{slot}"
        return
    yield from (f"    L{slot} = values[{slot}] = []" for slot in stage)
    if level is Level.PERSON:
        yield "    for at, own in enumerate(below):"
    else:
        yield "    for at in range(obligors):"
    loaded: set[int] = set(stage)
    for slot in stage:
        for at, reach in plan.where[slot]:
            if reach is Reach.SAME and at not in loaded:
                loaded.add(at)
                yield f"        v{at} = L{at}[at]"
            elif reach is Reach.GATHERED:
                yield f"        G{at} = tuple([L{at}[each] for each in own])"
        yield from _indent(_one(plan, slot), 2)
        yield f"        L{slot}.append(v{slot})"


def _indent(lines: Iterator[str], depth: int) -> Iterator[str]:
    return ("    " * depth + line for line in lines)


def _one(plan: Plan, slot: int) -> Iterator[str]:
    """The lines that set `v<slot>`: a look-up, or a rule's body with its fallback."""
    node = plan.nodes[slot]
    if node.kind == SUPPOSED:
        yield from _supposed(plan, slot)
        return
    yield from _worked_out(plan, slot)


def _supposed(plan: Plan, slot: int) -> Iterator[str]:
    """What is supposed of this holder; whoever nothing is supposed of has it worked out."""
    if plan.nodes[slot].level is Level.HOUSEHOLD:
        yield f"v{slot} = S{slot}[0]"
        return
    yield f"if at in S{slot}:"
    yield f"    v{slot} = S{slot}[at]"
    yield "else:"
    yield from _indent(_worked_out(plan, slot), 1)


def _worked_out(plan: Plan, slot: int) -> Iterator[str]:
    node = plan.nodes[slot]
    names = {
        name: f"{'G' if reach is Reach.GATHERED else 'v'}{at}"
        for name, (at, reach) in zip(node.inputs, plan.where[slot], strict=True)
    }
    given = "".join(f"{names[name]}, " for name in node.inputs)
    if node.rule is None:
        yield f"v{slot} = look({slot}, ({given}))"
        return
    truths = {
        name
        for name, (at, _) in zip(node.inputs, plan.where[slot], strict=True)
        if plan.nodes[at].unit == "是否"
    }
    yield "try:"
    for statement in _body(node.rule.tree.body[1:], names, _Target(node, slot, truths)):
        yield from ("    " + line for line in ast.unparse(statement).splitlines())
    yield "except MissingUsed:"
    yield f"    v{slot} = fallback({slot}, ({given}))"


class _Target:
    """Where a rule's answer goes, and whether it must be made a yes or no."""

    def __init__(self, node: Node, slot: int, truths: set[str]) -> None:
        self.slot = slot
        self.truth = node.unit == "是否"
        self.truths = truths

    def assign(self, answer: ast.expr, renamed: ast.expr) -> ast.stmt:
        """The statement that stores an answer."""
        if self.truth and not self._is_truth(answer):
            renamed = ast.Call(ast.Name("bool", ast.Load()), [renamed], [])
        return _assign(f"v{self.slot}", renamed)

    def _is_truth(self, answer: ast.expr) -> bool:
        if isinstance(answer, ast.BoolOp):
            return all(self._is_truth(value) for value in answer.values)
        if isinstance(answer, ast.IfExp):
            return self._is_truth(answer.body) and self._is_truth(answer.orelse)
        if isinstance(answer, ast.UnaryOp):
            return isinstance(answer.op, ast.Not)
        if isinstance(answer, ast.Name):
            return answer.id in self.truths
        return isinstance(answer, ast.Compare) or (
            isinstance(answer, ast.Constant) and isinstance(answer.value, bool)
        )


def _assign(name: str, value: ast.expr) -> ast.stmt:
    made = ast.Assign([ast.Name(name, ast.Store())], value)
    return ast.fix_missing_locations(made)


def _renamed(value: ast.expr, names: Mapping[str, str]) -> ast.expr:
    """A copy with other names; copying by hand is several times faster than `copy.deepcopy`."""
    made = _copied(value, names)
    assert isinstance(made, ast.expr)
    return made


def _copied(node: ast.AST, names: Mapping[str, str]) -> ast.AST:
    if isinstance(node, ast.Name):
        return ast.Name(names.get(node.id, node.id), node.ctx)
    made = type(node)()
    for name in node._fields:
        part = getattr(node, name)
        if isinstance(part, list):
            part = [_copied(each, names) if isinstance(each, ast.AST) else each for each in part]
        elif isinstance(part, ast.AST):
            part = _copied(part, names)
        setattr(made, name, part)
    return made


def _body(body: list[ast.stmt], names: Mapping[str, str], target: _Target) -> list[ast.stmt]:
    """A rule's statements with every way out turned into an assignment to its slot."""
    first, rest = body[0], body[1:]
    if isinstance(first, ast.Return):
        assert first.value is not None
        return [target.assign(first.value, _renamed(first.value, names))]
    if isinstance(first, ast.Assign):
        local = first.targets[0]
        assert isinstance(local, ast.Name)
        value = _renamed(first.value, names)
        inner = {**names, local.id: f"t{target.slot}_{local.id}"}
        return [_assign(inner[local.id], value), *_body(rest, inner, target)]
    assert isinstance(first, ast.If), "the grammar allows nothing else"
    then, other = [*first.body, *rest], [*first.orelse, *rest]
    made = ast.If(
        _renamed(first.test, names), _body(then, names, target), _body(other, names, target)
    )
    return [ast.fix_missing_locations(made)]
