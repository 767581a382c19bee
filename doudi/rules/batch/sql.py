"""The law as one SQL query, for data that stays in its warehouse.

The query reads `households` (户号, 地区, facts), `persons` (户号, 人号, facts) and, where there are
any, `obligors` (户号, 义务人号, facts) with `owing` (户号, 人号, 义务人号: who owes whom), each
key once. NULL is unknown. Figures stand in the text, for each place and key, and are joined by
equality. It gives a row for each household (人号 is NULL) and for each person: for each programme
its finding (0 符合, 1 需复核, 2 不符合, 3 缺资料, 4 不适用) and the fen where it is 符合.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from doudi.rules.batch.findings import MISSING, NOT_ASKED
from doudi.rules.batch.frame import Figures, default_of
from doudi.rules.batch.program import Finding, Program
from doudi.rules.batch.sql_cells import SEVERAL
from doudi.rules.batch.sql_figures import FIXED, PLACE_KEY, Table, tables
from doudi.rules.batch.sql_stages import Layer, Planned, known_of, planned
from doudi.rules.batch.sql_terms import Cell, Gathered
from doudi.rules.batch.sql_words import DIALECTS, Words, case, indent, wrapped
from doudi.rules.dialect import Level

HOUSEHOLD, PERSON, OBLIGOR, PLACE = "户号", "人号", "义务人号", "地区"
SOURCES = {Level.HOUSEHOLD: "households", Level.PERSON: "persons", Level.OBLIGOR: "obligors"}
KEYS = {
    Level.HOUSEHOLD: (HOUSEHOLD, PLACE),
    Level.PERSON: (HOUSEHOLD, PERSON),
    Level.OBLIGOR: (HOUSEHOLD, OBLIGOR),
}
RAW = "值·"  # a value as it is; some rules have the same name as their programme
_BELOW = {Level.HOUSEHOLD: Level.PERSON, Level.PERSON: Level.OBLIGOR}


def text(
    program: Program,
    figures: Figures,
    places: Sequence[str],
    dialect: str = "duckdb",
    *,
    have: Mapping[Level, Collection[str]],
    wanted: Sequence[int] = (),
) -> str:
    """The query for one day, in DuckDB, PostgreSQL or Spark.

    `places` are those of `figures`, in order; a household elsewhere has no figures and is 缺资料.
    `have` names the facts that each table really has; without obligors there is no such table. The
    others take their default, or are unknown. `wanted` are slots of rules and keyed parameters to
    be given as they are, beside the findings.
    """
    return _Query(program, figures, places, DIALECTS[dialect], have, wanted).text()


class _Query:
    """The parts of a query as they are put one after another."""

    def __init__(
        self,
        program: Program,
        figures: Figures,
        places: Sequence[str],
        words: Words,
        have: Mapping[Level, Collection[str]],
        wanted: Sequence[int],
    ) -> None:
        self.program = program
        self.day = figures.day
        self.words = words
        self.have = have
        self.wanted = tuple(wanted)
        self.figures = tables(program, figures, places)
        self.absent = {
            slot
            for slot in program.facts
            if program.nodes[slot].name not in have.get(program.level(slot), ())
        }
        always = frozenset(
            self.column(slot) for slot in self.absent if default_of(program, slot) is not None
        )
        given = known_of(program, words, self.column, always)
        self.stages = [planned(program, stage, given) for stage in program.stages]
        self.gathered = {each.slot for stage in self.stages for each in stage.gathered}
        self.relation = {level: f"{level.value}0" for level in Level}
        self.count = dict.fromkeys(Level, 0)
        self.parts: list[tuple[str, str, str]] = []  # name, keyword, select
        self.there = {*program.facts}

    def column(self, slot: int) -> str:
        """How the value at a slot is written."""
        if slot == self.program.day:
            return str(self.day)
        return self.words.name(self.program.nodes[slot].name)

    def text(self) -> str:
        """The whole query."""
        for table in self.figures:
            if table.slots:
                self.put(table.name, table.sql(self.words))
        for level in Level:
            if level in self.have:
                self.put(f"{level.value}0", self.raw(level))
        for at, stage in enumerate(self.stages):
            if stage.level in self.have:
                self.stage(at, stage)
        found = ",\n".join(
            f"{self.words.name(name)} {keyword} (\n{indent(select)}\n)"
            for name, keyword, select in self.parts
        )
        return f"WITH\n{found}\n{self.answers()}\n"

    def put(self, name: str, select: str, *, kept: bool = False) -> None:
        keyword = self.words.kept if kept else self.words.passing
        self.parts.append((name, keyword, select))

    # What is there from the beginning

    def raw(self, level: Level) -> str:
        """A table as it stands, every fact a BIGINT."""
        keys = [self.words.name(key) for key in KEYS[level]]
        if level is Level.HOUSEHOLD:
            keys[1] = f"CAST({keys[1]} AS {self.words.text}) AS {keys[1]}"
        facts = []
        for slot in self.program.facts:
            if self.program.level(slot) is level:
                if slot not in self.absent:
                    facts.append(f"{self.fact(slot)} AS {self.column(slot)}")
                elif slot in self.gathered:
                    facts.append(self.constant(slot))
        columns = indent(",\n".join([", ".join(keys), *facts]))
        return f"SELECT\n{columns}\nFROM {SOURCES[level]}"

    def fact(self, slot: int) -> str:
        """A fact outside its range is no fact: it counts as unknown, as in a registry of files."""
        fact = self.program.nodes[slot].input
        assert fact is not None
        name = self.column(slot)
        if fact.unit == "是否":
            name = f"CAST({name} AS INTEGER)"  # it may be a boolean, which not every BIGINT takes
        numbers = sorted(fact.options.values())
        allowed = f"BETWEEN {fact.low} AND {fact.high}"
        if numbers and len(numbers) <= fact.high - fact.low:
            allowed = f"IN ({', '.join(map(str, numbers))})"
        return f"CASE WHEN {name} {allowed} THEN CAST({name} AS BIGINT) END"

    def constant(self, slot: int) -> str:
        """A fact that nobody has, as a column."""
        value = default_of(self.program, slot)
        return f"CAST({'NULL' if value is None else value} AS BIGINT) AS {self.column(slot)}"

    # A stage

    def stage(self, at: int, stage: Planned) -> None:
        """A relation of the stage's level with its columns added."""
        level, name = stage.level, stage.level.value
        self.count[level] += 1
        title = f"{name}{self.count[level]}"
        gathered = self.gather(title, stage) if stage.gathered else ""
        self.put(f"{title}·始", self.base(at, stage, gathered))
        before = f"{title}·始"
        for number, layer in enumerate(stage.layers, 1):
            self.put(f"{title}·{number}", self.layer(layer, before))
            before = f"{title}·{number}"
            self.there |= set(self.made(layer))
        columns = [self.words.name(key) for key in KEYS[level]]
        columns += [self.column(slot) for slot in sorted(self.kept(at, level))]
        select = f"SELECT\n{indent(wrapped(columns))}\nFROM {self.words.name(before)}"
        self.put(title, select, kept=True)
        self.relation[level] = title

    def kept(self, at: int, level: Level) -> set[int]:
        """What of a level is needed after a stage."""
        needed: set[int] = set()
        for later in self.stages[at + 1 :]:
            needed |= self.carried(later.reads)
            if later.level in self.have and _BELOW.get(later.level) in self.have:
                needed |= {each.slot for each in later.gathered}
        needed |= self.carried(self.shown())
        return {slot for slot in needed & self.there if self.program.level(slot) is level}

    def carried(self, slots: Collection[int]) -> set[int]:
        """Slots that do not stand in the text of the query itself."""
        return set(slots) - self.absent - set(self.program.fixed)

    def shown(self) -> set[int]:
        return {*self.program.wanted(), *self.wanted}

    def base(self, at: int, stage: Planned, gathered: str) -> str:
        """All that a stage needs side by side."""
        program, words, level = self.program, self.words, stage.level
        passing = self.kept(at, level) | self.carried(stage.reads)
        keys = [f"b.{words.name(key)}" for key in KEYS[level]]
        columns = [
            f"b.{self.column(slot)}" for slot in sorted(passing) if program.level(slot) is level
        ]
        fixed = [slot for slot in sorted(stage.reads) if slot in program.fixed]
        above = [
            slot for slot in sorted(self.carried(stage.reads))
            if program.level(slot) is not level
        ]  # fmt: skip
        looks_up = any(layer.looked_up for layer in stage.layers)
        tables = [f"{words.name(self.relation[level])} b"]
        place = f"b.{words.name(PLACE)}"
        if level is not Level.HOUSEHOLD and (above or fixed or looks_up):
            key, place = words.name(HOUSEHOLD), f"h.{words.name(PLACE)}"
            tables.append(
                f"JOIN {words.name(self.relation[Level.HOUSEHOLD])} h ON h.{key} = b.{key}"
            )
            columns += [place] if looks_up else []
            columns += [f"h.{self.column(slot)}" for slot in above]
        if fixed:
            tables.append(f"LEFT JOIN {words.name(FIXED)} f ON f.{words.name(PLACE_KEY)} = {place}")
            columns += [f"f.{self.column(slot)}" for slot in fixed]
        if gathered:
            joined = self.equal("g", "b", self.owners(level))
            tables.append(f"LEFT JOIN {words.name(gathered)} g ON {joined}")
        columns += [self.of_none(each, there=bool(gathered)) for each in stage.gathered]
        columns += [self.constant(slot) for slot in sorted(stage.reads & self.absent)]
        return (
            "\n".join(
                ["SELECT", indent(wrapped([*keys, *columns])), f"FROM {tables[0]}", *tables[1:]]
            )
            + self.fence()
        )

    def fence(self) -> str:
        return f"\n{self.words.fence}" if self.words.fence else ""

    def made(self, layer: Layer) -> Iterator[int]:
        """The slots that a layer fills."""
        for cell in layer.cells:
            if cell.name in self.program.slots:
                yield self.program.slots[cell.name]
        yield from layer.looked_up

    def equal(self, one: str, other: str, keys: Sequence[str]) -> str:
        names = [self.words.name(key) for key in keys]
        return " AND ".join(f"{one}.{name} = {other}.{name}" for name in names)

    # What is gathered from the level below

    def owners(self, level: Level) -> tuple[str, ...]:
        return (HOUSEHOLD,) if level is Level.HOUSEHOLD else (HOUSEHOLD, PERSON)

    def gathering(self, each: Gathered) -> str:
        name = self.program.nodes[each.slot].name
        return self.words.name(f"{each.name}·{name}")

    def of_none(self, each: Gathered, *, there: bool) -> str:
        """Nobody below: a sum of 0, none of them, the mildest finding."""
        name = self.gathering(each)
        if not there:
            return f"CAST(0 AS BIGINT) AS {name}"
        owner = f"g.{self.words.name(HOUSEHOLD)}"
        return f"CASE WHEN {owner} IS NULL THEN 0 ELSE g.{name} END AS {name}"

    def gather(self, title: str, stage: Planned) -> str:
        """A relation with one row for each holder who has somebody below; its name, if any."""
        below = _BELOW[stage.level]
        if below not in self.have:
            return ""
        words, keys = self.words, [f"o.{self.words.name(key)}" for key in self.owners(stage.level)]
        lower = words.name(self.relation[below])
        source = f"FROM {lower} o"
        if below is Level.OBLIGOR:
            links = wrapped([words.name(key) for key in (HOUSEHOLD, PERSON, OBLIGOR)])
            joined = self.equal("b", "o", KEYS[below])
            once = f"(SELECT DISTINCT {links} FROM owing)"  # noqa: S608 (names of the schema)
            source = f"FROM {once} o\nJOIN {lower} b ON {joined}"
        columns = ",\n".join(
            [
                *keys,
                *(f"{self.together(each)} AS {self.gathering(each)}" for each in stage.gathered),
            ]
        )
        name = f"{title}·下"
        self.put(name, f"SELECT\n{indent(columns)}\n{source}\nGROUP BY {', '.join(keys)}")
        return name

    def together(self, each: Gathered) -> str:
        """One aggregation; SQL's own skip what is NULL, the law's do not."""
        name = self.column(each.slot)
        if each.name == "任一":
            some = f"count(CASE WHEN {name} <> 0 THEN 1 END) > 0"
            return (
                f"CAST(CASE WHEN {some} THEN 1 WHEN count(*) = count({name}) THEN 0 END AS BIGINT)"
            )
        if each.name == SEVERAL:
            several = f"count(*) > 1 AND count(*) > count({name})"
            return f"CAST(CASE WHEN {several} THEN 1 ELSE 0 END AS BIGINT)"
        result = {
            "合计": f"CAST(sum({name}) AS BIGINT)",
            "人数": f"count(CASE WHEN {name} <> 0 THEN 1 END)",
            "最重": f"max({name})",
        }[each.name]
        return f"CASE WHEN count(*) = count({name}) THEN {result} END"

    # Layers

    def layer(self, layer: Layer, before: str) -> str:
        """The columns so far and those of a layer, each under its name and article."""
        lines = ["SELECT", "  *,"]
        columns = [self.told(cell) for cell in layer.cells]
        joins: list[str] = []
        for table in self.figures:
            if found := [slot for slot in layer.looked_up if slot in table.slots]:
                joins.append(self.joined(table, len(joins)))
                columns += [self.told_figure(slot) for slot in found]
        lines[1] = f"  {'t.' if joins else ''}*,"
        lines.append(",\n".join(indent(column) for column in columns))
        lines.append(f"FROM {self.words.name(before)}{' t' if joins else ''}")
        return "\n".join([*lines, *joins]) + self.fence()

    def joined(self, table: Table, number: int) -> str:
        words, letter = self.words, f"k{number}"
        pairs = [f"{letter}.{words.name(PLACE_KEY)} = t.{words.name(PLACE)}"]
        for key in table.keys:
            name = self.program.nodes[key].name
            own = self.column(key)
            own = f"t.{own}" if own[0] == words.mark else own
            pairs.append(f"{letter}.{words.name(f'键·{name}')} = {own}")
        return f"LEFT JOIN {words.name(table.name)} {letter} ON {' AND '.join(pairs)}"

    def told(self, cell: Cell) -> str:
        name = self.words.name(cell.name)
        if cell.name not in self.program.slots:
            return f"{cell.sql} AS {name}"
        node = self.program.nodes[self.program.slots[cell.name]]
        return f"-- {node.name}：{node.article}\n{cell.sql} AS {name}"

    def told_figure(self, slot: int) -> str:
        node = self.program.nodes[slot]
        name = self.words.name(f"值·{node.name}")
        return f"-- {node.name}：{node.article}\n{name} AS {self.column(slot)}"

    # Answers

    def answers(self) -> str:
        """A select for households, for persons and, if they are wanted, for obligors."""
        program, words = self.program, self.words
        columns: list[tuple[Level, str, str]] = []
        for finding in program.findings:
            columns += self.finding(finding)
        for slot in self.wanted:
            name = f"{RAW}{program.nodes[slot].name}"
            columns.append((program.level(slot), name, self.column(slot)))
        levels = [level for level in Level if any(each[0] is level for each in columns)]
        keys = [HOUSEHOLD, PERSON, *([OBLIGOR] if Level.OBLIGOR in levels else [])]
        selects = []
        for level in levels:
            if level not in self.have:
                continue
            own = [
                f"b.{words.name(key)}" if key in KEYS[level] else f"NULL AS {words.name(key)}"
                for key in keys
            ]
            own += [
                f"{sql if level is each else 'CAST(NULL AS BIGINT)'} AS {words.name(name)}"
                for each, name, sql in columns
            ]
            source = f"FROM {words.name(self.relation[level])} b"
            if level is Level.PERSON and self.asks_above():
                key = words.name(HOUSEHOLD)
                above = words.name(self.relation[Level.HOUSEHOLD])
                source += f"\nJOIN {above} h ON h.{key} = b.{key}"
            body = ",\n".join(indent(column) for column in own)
            selects.append(f"SELECT\n{body}\n{source}")
        return "\nUNION ALL\n".join(selects)

    def slots_of(self, finding: Finding) -> list[int]:
        every = (finding.result, finding.amount, finding.applies)
        return [slot for slot in every if slot is not None]

    def asks_above(self) -> bool:
        """Whether a programme of persons asks for a value of the household."""
        return any(
            self.program.level(slot) is Level.HOUSEHOLD
            for finding in self.program.findings
            if finding.programme.holder is Level.PERSON
            for slot in self.slots_of(finding)
        )

    def finding(self, finding: Finding) -> list[tuple[Level, str, str]]:
        """The finding of a programme, and its fen."""
        programme, result = finding.programme, self.column(finding.result)
        arms = []
        if finding.applies is not None:
            arms.append((f"{self.column(finding.applies)} = 0", str(NOT_ASKED)))
        unknown = [f"{result} IS NULL"]
        if finding.amount is not None:
            unknown.append(f"{self.column(finding.amount)} IS NULL")
        arms += [(" OR ".join(unknown), str(MISSING)), ("", result)]
        found = [(programme.holder, programme.code, case(arms))]
        if finding.amount is not None:
            conditions = [f"{result} = 0"]
            if finding.applies is not None:
                conditions.append(f"coalesce({self.column(finding.applies)}, 1) <> 0")
            amount = f"coalesce({self.column(finding.amount)}, 0)"
            fen = case([(" AND ".join(conditions), amount), ("", "0")])
            found.append((programme.holder, f"{programme.code}金额", fen))
        return found
