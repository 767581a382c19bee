"""One rule as C: integers, the roundings of the dialect, and a way out when something is unknown.

Values are named by whoever writes the loops around them (`Source`). What is surely known is written
as a plain expression; where a value may be unknown its use is guarded by a jump to the end of the
rule. That a value is carried, not used, needs no jump: its flag is carried with it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from doudi.rules import dialect
from doudi.rules.batch import ir

# No header is needed, so that a bare compiler without the system's C library will do. Every `//`
# rounds down as Python's does; the divisor is above zero. `bad` tells the runner of a broken rule.
PREAMBLE = f"""\
enum {{ NEAREST = {dialect.四舍五入到元方式} }};
enum {{ UP = {dialect.进到元方式}, DOWN = {dialect.舍到元方式} }};
typedef __INT64_TYPE__ I;
typedef __UINT64_TYPE__ N;
typedef unsigned char U;
static inline I floor_div(I a, I b) {{ return a / b - (a % b < 0); }}
static inline I floor_mod(I a, I b) {{ I r = a % b; return r < 0 ? r + b : r; }}
static inline I least(I a, I b) {{ return b < a ? b : a; }}
static inline I most(I a, I b) {{ return b > a ? b : a; }}
static inline I parts_of(I a, I b) {{
  if ((((N)a | (N)b) >> 32) == 0) return (unsigned)a / (unsigned)b;
  return floor_div(a, b);
}}
static inline I shared(I a, I b, I *bad) {{
  if (b < 1) {{ *bad |= 1; return 0; }}
  return parts_of(a, b);
}}
static inline I nearest(I a, I b, I *bad) {{
  if (b < 1) {{ *bad |= 1; return 0; }}
  return parts_of(2 * a + b, 2 * b);
}}
static inline I yuan_nearest(I a) {{ return floor_div(a + 50, 100) * 100; }}
static inline I yuan_up(I a) {{ return -floor_div(-a, 100) * 100; }}
static inline I yuan_down(I a) {{ return floor_div(a, 100) * 100; }}
static inline I yuan_in_manner(I a, I manner) {{
  if (manner == NEAREST) return yuan_nearest(a);
  if (manner == UP) return yuan_up(a);
  return manner == DOWN ? yuan_down(a) : a;
}}
"""

_ROUNDINGS: Mapping[str, str] = {
    "比例": "floor_div(({0}) * ({1}), 10000)",
    "均分": "shared({0}, {1}, &bad)",
    "四舍五入到分": "nearest({0}, {1}, &bad)",
    "四舍五入到元": "yuan_nearest({0})",
    "进到元": "yuan_up({0})",
    "舍到元": "yuan_down({0})",
    "取整": "yuan_in_manner({0}, {1})",
}
_HIGHEST = 2**63 - 1


@dataclass(frozen=True, slots=True)
class Source:
    """Where C finds a value and whether it is known; `known` None: it always is."""

    value: str
    known: str | None = None


@dataclass(frozen=True, slots=True)
class Gathered:
    """Where C finds what was gathered from below: 1 in `unknown` if any was not known.

    `count` says of how many; `unknown` None: all are always known.
    """

    value: str
    unknown: str | None
    count: str


def number(value: int) -> str:
    """An integer constant."""
    assert abs(value) <= _HIGHEST, "a constant of a rule fits into 64 bits"
    return f"{value}LL" if value >= 0 else f"({value}LL)"


def names_of(body: ir.Statement) -> Iterator[ir.Value | ir.Aggregation]:
    """Every value of the plan that a rule may read."""
    todo: list[ir.Statement | ir.Expression] = [body]
    while todo:
        node = todo.pop()
        match node:
            case ir.Value() | ir.Aggregation():
                yield node
            case ir.Answer(value=value):
                todo.append(value)
            case ir.Let(value=value, rest=rest):
                todo += [value, rest]
            case ir.Branch(test=test, then=then, other=other):
                todo += [test, then, other]
            case ir.Operation(left=left, right=right) | ir.Comparison(left=left, right=right):
                todo += [left, right]
            case ir.Negation(operand=operand) | ir.Opposite(operand=operand):
                todo.append(operand)
            case ir.Membership(operand=operand):
                todo.append(operand)
            case ir.Junction(parts=parts) | ir.Extreme(parts=parts):
                todo += parts
            case ir.Rounding(arguments=arguments):
                todo += arguments
            case ir.Choice(test=test, yes=yes, no=no):
                todo += [test, yes, no]


class RuleText:
    """The body of one rule as C: sets `v<slot>`, and `k<slot>` if the answer may be unknown."""

    def __init__(
        self,
        slot: int,
        read: Callable[[int], Source],
        gathered: Callable[[ir.Aggregation], Gathered],
    ) -> None:
        self.slot = slot
        self.read = read
        self.gathered = gathered
        self.jumps = False
        self.taken = 0
        self.lines: list[str] = []

    def write(self, body: ir.Statement, *, truth: bool) -> tuple[list[str], Source]:
        """The lines, and where the answer stands after them."""
        value, known = f"v{self.slot}", f"k{self.slot}"
        carried = self._statement(body, {}, Source(value, known))
        if truth:
            self.lines.append(f"{value} = {value} != 0;")
        if self.jumps:
            self.lines.append(f"if (0) {{ m{self.slot}: {value} = 0; {known} = 0; }}")
        may = carried or self.jumps
        head = f"I {value}; U {known} = 1; {{" if may else f"I {value}; {{"
        return [head, *self.lines, "}"], Source(value, known if may else None)

    def guarded(self, source: Source) -> str:
        """The value for use in a computation: the rule ends here if it is not known."""
        if source.known is None:
            return source.value
        self.jumps = True
        return f"({{ if (!{source.known}) goto m{self.slot}; {source.value}; }})"

    def _statement(self, body: ir.Statement, local: Mapping[str, Source], to: Source) -> bool:
        match body:
            case ir.Answer(value=value):
                return self._carry(value, local, to)
            case ir.Let(name=name, value=value, rest=rest):
                mine = self._fresh()
                assert mine.known is not None
                self.lines.append(f"I {mine.value}; U {mine.known} = 1;")
                may = self._carry(value, local, mine)
                inner = {**local, name: mine if may else Source(mine.value)}
                return self._statement(rest, inner, to)
            case ir.Branch(test=test, then=then, other=other):
                self.lines.append(f"if ({self._test(test, local)}) {{")
                first = self._statement(then, local, to)
                self.lines.append("} else {")
                second = self._statement(other, local, to)
                self.lines.append("}")
                return first or second

    def _fresh(self) -> Source:
        self.taken += 1
        return Source(f"t{self.slot}_{self.taken}", f"u{self.slot}_{self.taken}")

    def _carry(self, node: ir.Expression, local: Mapping[str, Source], to: Source) -> bool:
        """Lines that set `to`, unknown where the node is; says whether it may be."""
        if not self._may_be_carried_unknown(node, local):
            self.lines.append(f"{to.value} = {self._use(node, local)};")
            return False
        match node:
            case ir.Value() | ir.Local():
                source = self._source(node, local)
                self.lines.append(f"{to.value} = {source.value}; {to.known} = {source.known};")
            case ir.Choice(test=test, yes=yes, no=no):
                self.lines.append(f"if ({self._test(test, local)}) {{")
                self._carry(yes, local, to)
                self.lines.append("} else {")
                self._carry(no, local, to)
                self.lines.append("}")
            case ir.Junction(every=every, parts=parts):
                for part in parts[:-1]:
                    self.lines.append(f"{to.value} = {self._use(part, local)};")
                    self.lines.append(f"if ({'' if every else '!'}{to.value}) {{")
                self._carry(parts[-1], local, to)
                self.lines.append("}" * (len(parts) - 1))
            case ir.Rounding(arguments=(amount, manner)):
                self._carry_in_manner(amount, manner, local, to)
            case ir.Aggregation():
                found = self.gathered(node)
                self.jumps = True
                self.lines.append(f"{to.value} = {found.value};")
                # The only one of its kind is passed on as it is; two cannot be compared.
                self.lines.append(f"if ({found.unknown}) {{ {to.known} = 0;")
                self.lines.append(f"if ({found.count} > 1) goto m{self.slot}; }}")
        return True

    def _carry_in_manner(
        self, amount: ir.Expression, manner: ir.Expression, local: Mapping[str, Source], to: Source
    ) -> None:
        """取整 in the manner 不取整 passes an unknown amount on; the others use it."""
        how, what = self._fresh(), self._fresh()
        self.jumps = True
        self.lines.append(f"I {how.value} = {self._use(manner, local)};")
        self.lines.append(f"I {what.value}; U {what.known} = 1;")
        self._carry(amount, local, what)
        self.lines.append(
            f"if (!{what.known} && {how.value} >= {dialect.四舍五入到元方式}"
            f" && {how.value} <= {dialect.舍到元方式}) goto m{self.slot};"
        )
        rounded = _ROUNDINGS["取整"].format(what.value, how.value)
        self.lines.append(f"{to.value} = {rounded}; {to.known} = {what.known};")

    def _source(self, node: ir.Value | ir.Local, local: Mapping[str, Source]) -> Source:
        return local[node.name] if isinstance(node, ir.Local) else self.read(node.slot)

    def _may_be_carried_unknown(self, node: ir.Expression, local: Mapping[str, Source]) -> bool:
        match node:
            case ir.Value() | ir.Local():
                return self._source(node, local).known is not None
            case ir.Choice(yes=yes, no=no):
                return any(self._may_be_carried_unknown(each, local) for each in (yes, no))
            case ir.Junction(parts=parts):
                return self._may_be_carried_unknown(parts[-1], local)
            case ir.Rounding(name="取整", arguments=arguments):
                return self._may_be_carried_unknown(arguments[0], local)
            case ir.Aggregation(name="最重"):
                return self.gathered(node).unknown is not None
        return False

    def _test(self, node: ir.Expression, local: Mapping[str, Source]) -> str:
        """A C condition: lazy as Python's."""
        match node:
            case ir.Junction(every=every, parts=parts):
                joined = (" && " if every else " || ").join(self._test(p, local) for p in parts)
                return f"({joined})"
            case ir.Opposite(operand=operand):
                return f"!{self._test(operand, local)}"
            case ir.Comparison(operator=operator, left=left, right=right):
                return f"({self._use(left, local)} {operator} {self._use(right, local)})"
        return f"({self._use(node, local)})"

    def _use(self, node: ir.Expression, local: Mapping[str, Source]) -> str:
        """A C expression for the value where it is computed with."""
        match node:
            case ir.Constant(value=value):
                return number(value)
            case ir.Value() | ir.Local():
                return self.guarded(self._source(node, local))
            case ir.Operation(operator=operator, left=left, right=right):
                return _operation(operator, self._use(left, local), self._use(right, local))
            case ir.Negation(operand=operand):
                return f"(-{self._use(operand, local)})"
            case ir.Membership(operand=operand, options=options):
                tests = " || ".join(f"x == {number(option)}" for option in options)
                return f"({{ const I x = {self._use(operand, local)}; (I)({tests}); }})"
            case ir.Junction():
                return self._junction(node, local)
            case ir.Choice(test=test, yes=yes, no=no):
                chosen = f"{self._use(yes, local)} : {self._use(no, local)}"
                return f"({self._test(test, local)} ? {chosen})"
            case ir.Extreme(largest=largest, parts=parts):
                text = self._use(parts[0], local)
                for part in parts[1:]:
                    text = f"{'most' if largest else 'least'}({text}, {self._use(part, local)})"
                return text
            case ir.Rounding(name=name, arguments=arguments):
                return self._rounding(name, arguments, local)
            case ir.Aggregation():
                return self._aggregation(node)
        return f"(I){self._test(node, local)}"

    def _junction(self, node: ir.Junction, local: Mapping[str, Source]) -> str:
        *first, last = node.parts
        text = self._use(last, local)
        for part in reversed(first):
            if node.every:  # what settles `and` is a zero
                text = f"({self._test(part, local)} ? {text} : 0LL)"
            else:
                mine = self._fresh().value
                text = (
                    f"({{ const I {mine} = {self._use(part, local)}; {mine} ? {mine} : {text}; }})"
                )
        return text

    def _rounding(
        self, name: str, arguments: tuple[ir.Expression, ...], local: Mapping[str, Source]
    ) -> str:
        return _ROUNDINGS[name].format(*(self._use(each, local) for each in arguments))

    def _aggregation(self, node: ir.Aggregation) -> str:
        found = self.gathered(node)
        if found.unknown is None:
            return found.value
        self.jumps = True
        leave = f"if ({found.unknown}) goto m{self.slot};"
        if node.name == "任一":  # one known yes is enough
            return f"({found.value} ? 1LL : ({{ {leave} 0LL; }}))"
        return f"({{ {leave} {found.value}; }})"


def _operation(operator: str, left: str, right: str) -> str:
    if operator == "//":
        return f"floor_div({left}, {right})"
    if operator == "%":
        return f"floor_mod({left}, {right})"
    return f"({left} {operator} {right})"
