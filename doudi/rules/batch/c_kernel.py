"""A program as one C function: a loop over households, and inside it loops over their people.

What is computed for a household stands in variables; what is computed for people stands in
variables of their loop, is added up there, and is kept in scratch only where a later loop reads it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from doudi.rules.batch import ir
from doudi.rules.batch.c_layout import Kernel, Layout, Request, gatherings_of
from doudi.rules.batch.c_text import PREAMBLE, Gathered, RuleText, Source
from doudi.rules.batch.program import Program, Stage
from doudi.rules.dialect import Level

DIVISOR, KEY, OWING = 1, 2, 4  # bits of what went wrong, which the function gives back
_HEAD = """
I doudi_run(I first, I before, const I *restrict persons, const I *restrict obligors,
  const I *restrict owed, const I *restrict owing, const int *restrict places,
  const void *const *columns, const U *const *masks, const I *restrict figures,
  const U *restrict known, const I *layout, I width, I day, I *const *out, U *const *sure,
  I *restrict scratch, U *restrict flags, I room)
{
I bad = 0;
"""
_HOUSEHOLD = """\
for (I h = first; h < before; h++) {
const I p0 = persons[h], p1 = persons[h + 1], q0 = obligors[h], q1 = obligors[h + 1];
const I *restrict f = figures + places[h] * width;
const U *restrict fk = known + places[h] * width;
"""
_SUMS: Mapping[str, str] = {"合计": "sum", "人数": "count", "任一": "any", "最重": "most"}
_STARTS: Mapping[Level, str] = {Level.PERSON: "p", Level.OBLIGOR: "q"}


def write(program: Program, request: Request) -> Kernel:
    """The kernel for a request."""
    return _Writer(program, request).kernel()


class _Writer:
    def __init__(self, program: Program, request: Request) -> None:
        self.program = program
        self.layout = Layout(program, request)
        self.outputs = {slot: at for at, slot in enumerate(request.wanted)}
        self.can_be_unknown: dict[int, bool] = {}
        self.lines: list[str] = []
        self.variables: dict[int, Source] = {}  # of the loops that we are in
        self.gathered: dict[tuple[str, int], Gathered] = {}
        self.summed: dict[int, list[str]] = {}  # which sums over persons are made of a name
        for name, slot in gatherings_of(program, self.layout.needed):
            if program.level(slot) is Level.PERSON:
                self.summed.setdefault(slot, []).append(name)

    def kernel(self) -> Kernel:
        for stage in self.layout.stages:
            if stage.level is Level.HOUSEHOLD:
                self._household(stage)
            else:
                self._people(stage)
        self._pass_on()
        body = "\n".join([*self.lines, "}", "return bad;", "}", ""])
        declared = "\n".join(self.layout.declared())
        return Kernel(
            text=f"{PREAMBLE}{_HEAD}{declared}\n{_HOUSEHOLD}{body}",
            columns=tuple(self.layout.columns),
            masks=tuple(self.layout.masks),
            fixed=self.layout.fixed,
            keyed=self.layout.keyed,
            outputs=tuple((slot, self.can_be_unknown[slot]) for slot in self.outputs),
            kept=len(self.layout.kept),
        )

    def _source(self, slot: int, at: str, near: str) -> Source:
        return self.variables.get(slot) or self.layout.source(slot, at, near)

    # Loops.

    def _household(self, stage: Stage) -> None:
        wanted = gatherings_of(self.program, stage.slots)
        self._gather_persons([each for each in wanted if each not in self.gathered])
        for slot in stage.slots:
            self._compute(slot, "h", "0")

    def _people(self, stage: Stage) -> None:
        outside, before = dict(self.variables), self.lines
        self.lines = []
        if stage.level is Level.PERSON:
            self._gather_obligors(gatherings_of(self.program, stage.slots))
        for slot in stage.slots:
            self._compute(slot, "i", "j")
            self._keep(slot)
            for name in self.summed.get(slot, ()):
                self._add(name, slot, self.variables[slot], "j == 0")
        inside, self.lines = self.lines, before
        for slot in stage.slots:
            for name in self.summed.get(slot, ()):
                self._start(name, slot, self.variables[slot], "(p1 - p0)")
        self._loop(stage.level, inside)
        self.variables = outside

    def _loop(self, level: Level, inside: Iterable[str]) -> None:
        start = _STARTS[level]
        self.lines.append(f"for (I i = {start}0; i < {start}1; i++) {{ const I j = i - {start}0;")
        self.lines += [*inside, "}"]

    def _gather_persons(self, wanted: list[tuple[str, int]]) -> None:
        """Sums of facts over the persons of the household."""
        if not wanted:
            return
        sources = {slot: self._source(slot, "i", "j") for _, slot in wanted}
        for name, slot in wanted:
            self._start(name, slot, sources[slot], "(p1 - p0)")
        before, self.lines = self.lines, []
        for name, slot in wanted:
            self._add(name, slot, sources[slot], "j == 0")
        inside, self.lines = self.lines, before
        self._loop(Level.PERSON, inside)

    def _gather_obligors(self, wanted: list[tuple[str, int]]) -> None:
        """Sums over the obligors of the person at `i`."""
        if not wanted:
            return
        sources = {slot: self._source(slot, "a", "r") for _, slot in wanted}
        self.lines.append("const I e0 = owed[i], e1 = owed[i + 1];")
        for name, slot in wanted:
            self._start(name, slot, sources[slot], "(e1 - e0)")
        self.lines.append("for (I e = e0; e < e1; e++) { const I a = owing[e], r = a - q0;")
        self.lines.append(f"if ((N)r >= (N)(q1 - q0)) {{ bad |= {OWING}; continue; }}")
        for name, slot in wanted:
            self._add(name, slot, sources[slot], "e == e0")
        self.lines.append("}")

    def _start(self, name: str, slot: int, source: Source, count: str) -> None:
        total, unknown = f"g{slot}_{_SUMS[name]}", None
        self.lines.append(f"I {total} = 0;")
        if source.known is not None:
            unknown = f"x{slot}_{_SUMS[name]}"
            self.lines.append(f"U {unknown} = 0;")
        self.gathered[name, slot] = Gathered(total, unknown, count)

    def _add(self, name: str, slot: int, source: Source, first: str) -> None:
        total, value = f"g{slot}_{_SUMS[name]}", source.value
        if source.known is not None:
            self.lines.append(f"x{slot}_{_SUMS[name]} |= !{source.known};")
        if name == "合计":
            self.lines.append(f"{total} += {value};")
        elif name == "人数":
            self.lines.append(f"{total} += {value} != 0;")
        elif name == "任一":
            also = f" & ({source.known} != 0)" if source.known is not None else ""
            self.lines.append(f"{total} |= ({value} != 0){also};")
        else:
            self.lines.append(f"{total} = {first} || {value} > {total} ? {value} : {total};")

    # Values.

    def _compute(self, slot: int, at: str, near: str) -> None:
        def read(other: int) -> Source:
            return self._source(other, at, near)

        def gathered(node: ir.Aggregation) -> Gathered:
            return self.gathered[node.name, node.slot]

        rule = RuleText(slot, read, gathered)
        if slot in self.program.keyed:
            lines, source = self._look_up(slot, rule)
        else:
            lines, source = rule.write(self.program.bodies[slot], truth=self.program.is_truth(slot))
        self.lines += lines
        self.variables[slot] = source
        self._put_out(slot, at, source)

    def _look_up(self, slot: int, rule: RuleText) -> tuple[list[str], Source]:
        """A parameter that depends on keys: unknown if a key is, or is out of range."""
        value, known = f"v{slot}", f"k{slot}"
        keys = [rule.read(key) for key in self.program.keyed[slot]]
        may = slot in self.layout.unknown or any(key.known is not None for key in keys)
        lines = ["I x = 0; N y;"]
        for at, key in enumerate(keys):
            lines.append(f"y = (N)({rule.guarded(key)} - l{slot}_{at});")
            outside = f"goto m{slot};" if may else f"{{ bad |= {KEY}; y = 0; }}"
            lines.append(f"if (y >= n{slot}_{at}) {outside}")
            lines.append(f"x = x * (I)n{slot}_{at} + (I)y;")
        lines.append(f"x += b{slot}; {value} = f[x];")
        if may:
            lines.append(f"{known} = fk[x];")
            lines.append(f"if (0) {{ m{slot}: {value} = 0; {known} = 0; }}")
        head = f"I {value}; U {known}; {{" if may else f"I {value}; {{"
        return [head, *lines, "}"], Source(value, known if may else None)

    def _keep(self, slot: int) -> None:
        if slot in self.layout.read_later:
            source = self.variables[slot]
            self.layout.keep(slot, flag=source.known is not None)
            self.lines.append(f"s{slot}[j] = {source.value};")
            if source.known is not None:
                self.lines.append(f"w{slot}[j] = {source.known};")

    def _put_out(self, slot: int, at: str, source: Source) -> None:
        if slot not in self.outputs:
            return
        column = self.outputs[slot]
        self.can_be_unknown[slot] = source.known is not None
        if source.known is None:
            self.lines.append(f"out[{column}][{at}] = {source.value};")
        else:
            self.lines.append(f"sure[{column}][{at}] = {source.known};")
            self.lines.append(f"out[{column}][{at}] = {source.known} ? {source.value} : 0;")

    def _pass_on(self) -> None:
        """Wanted names that nothing computes: facts, the day, parameters without keys."""
        plain = [slot for slot in self.outputs if slot not in self.layout.stage_of]
        for level in Level:
            before, self.lines = self.lines, []
            at = "h" if level is Level.HOUSEHOLD else "i"
            for slot in plain:
                if self.program.level(slot) is level:
                    self._put_out(slot, at, self._source(slot, at, "j"))
            inside, self.lines = self.lines, before
            if level is Level.HOUSEHOLD:
                self.lines += inside
            elif inside:
                self._loop(level, inside)
