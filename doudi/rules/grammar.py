"""The grammar of a rule: which Python a rule may use, checked on its syntax tree at load.

Only integers, comparisons, branches and named functions: this is what lets one source run as one
household with a trace and, compiled, as a whole registry with the same answer to the fen.
"""

from __future__ import annotations

import ast
import functools
import inspect
import textwrap
from collections.abc import Callable

from doudi.rules import classes
from doudi.rules.errors import RuleRefused

AGGREGATIONS = frozenset({"合计", "人数", "任一", "最重"})
ROUNDINGS = frozenset({"比例", "均分", "四舍五入到分", "四舍五入到元", "进到元", "舍到元", "取整"})
FUNCTIONS = AGGREGATIONS | ROUNDINGS | {"min", "max"}
_CONSTANTS = (
    "符合 需复核 不符合 差额 分档 定额 不取整 四舍五入到元方式 进到元方式 舍到元方式 "
    "每年月数 百分之百"
)
CONSTANTS = frozenset(_CONSTANTS.split()) | classes.CONSTANTS
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.FloorDiv, ast.Mod)
_COMPARISONS = (ast.Eq, ast.NotEq, ast.Lt, ast.LtE, ast.Gt, ast.GtE, ast.In, ast.NotIn)
_PLAIN = (
    ast.Return, ast.If, ast.IfExp, ast.BoolOp, ast.And, ast.Or, ast.Not, ast.USub,
    ast.Assign, ast.UnaryOp, ast.Compare, ast.Load, ast.Store, *_OPERATORS, *_COMPARISONS,
)  # fmt: skip
_CLOCK = frozenset({"date", "datetime", "time", "today", "now", "clock"})
_CHANCE = frozenset({"random", "secrets", "uuid", "uuid4"})


def function_tree(function: Callable[..., object]) -> ast.FunctionDef:
    """The syntax tree of a rule's function."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    if not isinstance(tree, ast.FunctionDef):
        raise RuleRefused(f"规则“{function.__name__}”必须是普通函数。")
    return tree


def check(name: str, tree: ast.FunctionDef, *, level: str) -> None:
    """Refuse anything in a rule that is not in the dialect."""
    arguments = tree.args
    if arguments.defaults or arguments.kwonlyargs or arguments.vararg or arguments.kwarg:
        raise RuleRefused(f"规则“{name}”的参数只能是名称，不能有默认值或星号。")
    known = {argument.arg for argument in arguments.args}
    body = tree.body[1:]  # the first statement is the meaning
    if not body or not _always_returns(body):
        raise RuleRefused(f"规则“{name}”不是每条路都有返回值。")
    for statement in body:
        for node in ast.walk(statement):
            if isinstance(node, ast.Assign):
                known |= _local_names(name, node, known)
    for statement in body:
        _check_statement(name, statement, known, level=level)


def _always_returns(body: list[ast.stmt]) -> bool:
    last = body[-1]
    if isinstance(last, ast.If):
        return bool(last.orelse) and _always_returns(last.body) and _always_returns(last.orelse)
    return isinstance(last, ast.Return) and last.value is not None


def _local_names(name: str, node: ast.Assign, known: set[str]) -> set[str]:
    names = {target.id for target in node.targets if isinstance(target, ast.Name)}
    if len(names) != 1 or len(node.targets) != 1 or names & known:
        raise RuleRefused(
            f"规则“{name}”第 {node.lineno} 行：中间量只能赋值一次，且不得与输入同名。"
        )
    return names


def _check_statement(name: str, statement: ast.stmt, known: set[str], *, level: str) -> None:
    called = {node.func for node in ast.walk(statement) if isinstance(node, ast.Call)}
    sets = {
        right
        for node in ast.walk(statement)
        if isinstance(node, ast.Compare)
        for operator, right in zip(node.ops, node.comparators, strict=True)
        if isinstance(operator, ast.In | ast.NotIn)
    }
    for node in ast.walk(statement):
        if isinstance(node, ast.Name):
            _check_name(name, node, known, is_called=node in called)
        elif isinstance(node, ast.Call):
            _check_call(name, node, level=level)
        elif isinstance(node, ast.BinOp):
            _check_operation(name, node)
        elif isinstance(node, ast.Constant):
            if isinstance(node.value, float):
                raise RuleRefused(f"规则“{name}”：不得使用小数 {node.value}。请用分和万分比。")
            if type(node.value) not in (int, bool):
                raise RuleRefused(f"规则“{name}”：不得使用 {node.value!r}，只能用整数和是否。")
        elif isinstance(node, ast.Tuple):
            if node not in sets:
                raise RuleRefused(f"规则“{name}”：括号列举只能用在 in 后面。")
        elif isinstance(node, _PLAIN):
            continue
        else:
            what = ast.unparse(node) if isinstance(node, ast.expr | ast.stmt) else type(node)
            raise RuleRefused(f"规则“{name}”：{_reason_against(node)}规则里不允许“{what}”。")


def _reason_against(node: ast.AST) -> str:
    names = {part.id for part in ast.walk(node) if isinstance(part, ast.Name)}
    names |= {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}
    if names & _CLOCK:
        return "不得读取时钟，日期由“核算日”给出；"
    if names & _CHANCE:
        return "不得使用随机数；"
    return ""


def _check_name(name: str, node: ast.Name, known: set[str], *, is_called: bool) -> None:
    if is_called:
        return
    if node.id in _CHANCE or node.id in _CLOCK:
        raise RuleRefused(f"规则“{name}”：{_reason_against(node)}规则里不允许“{node.id}”。")
    if node.id in FUNCTIONS or (node.id not in known and node.id not in CONSTANTS):
        raise RuleRefused(f"规则“{name}”用到“{node.id}”，但没有把它列为输入。")


def _check_call(name: str, node: ast.Call, *, level: str) -> None:
    function = node.func
    if not isinstance(function, ast.Name) or function.id not in FUNCTIONS or node.keywords:
        raise RuleRefused(
            f"规则“{name}”：{_reason_against(function)}规则里不允许“{ast.unparse(node)}”。"
        )
    if function.id in AGGREGATIONS:
        if level == "义务人":
            raise RuleRefused(f"规则“{name}”是义务人的规则，不能使用“{function.id}”。")
        if len(node.args) != 1 or not isinstance(node.args[0], ast.Name):
            raise RuleRefused(f"规则“{name}”：“{function.id}”里只能写一个名称。")


def _check_operation(name: str, node: ast.BinOp) -> None:
    if isinstance(node.op, ast.Div):
        raise RuleRefused(
            f"规则“{name}”：不得使用除号“{ast.unparse(node)}”。请用有名称的取整，如 均分、比例。"
        )
    if not isinstance(node.op, _OPERATORS):
        raise RuleRefused(f"规则“{name}”：规则里不允许“{ast.unparse(node)}”。")
    if isinstance(node.op, ast.FloorDiv | ast.Mod):
        right = node.right
        if not (isinstance(right, ast.Constant) and type(right.value) is int and right.value > 0):
            raise RuleRefused(
                f"规则“{name}”：“{ast.unparse(node)}”的除数必须是正整数常数，否则请用 均分。"
            )


@functools.cache
def aggregated_names(tree: ast.FunctionDef) -> frozenset[str]:
    """Inputs that appear inside an aggregation."""
    return frozenset(
        node.args[0].id
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in AGGREGATIONS
        and isinstance(node.args[0], ast.Name)
    )


@functools.cache
def bare_names(tree: ast.FunctionDef) -> frozenset[str]:
    """Inputs that appear anywhere outside an aggregation."""
    inside = {
        id(node.args[0])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in AGGREGATIONS
    }
    return frozenset(
        node.id
        for statement in tree.body
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and id(node) not in inside
    )


def unused_inputs(tree: ast.FunctionDef) -> frozenset[str]:
    """Inputs that the body never reads."""
    read = bare_names(tree) | aggregated_names(tree)
    return frozenset(argument.arg for argument in tree.args.args) - read


def always_reads_everything(tree: ast.FunctionDef) -> bool:
    """Whether no branch can make an input unnecessary: then all missing ones are asked for."""
    return not any(isinstance(node, ast.If | ast.IfExp) for node in ast.walk(tree))
