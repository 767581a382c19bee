"""The procedure drawn: the diagram and the tables of docs/cases.md, made from the declaration."""

from __future__ import annotations

from doudi.base.roles import role_of
from doudi.cases import terms
from doudi.cases.exclusions import exclusions, title_of
from doudi.cases.procedures import Procedure, Stage

EVERYWHERE = ("case.extend", "case.terminate")  # said below the diagram, not drawn


def mermaid(procedure: Procedure) -> str:
    """The state diagram of a procedure, as docs/cases.md shows it."""
    lines = ["stateDiagram-v2", f"    [*] --> {procedure.stages[0].name}: 受理申请"]
    for stage in procedure.stages:
        for way in stage.ways:
            if way.verb in EVERYWHERE:
                continue
            lines += [f"    {stage.name} --> {after}: {way.title}" for after in way.leads_to]
    lines += [f"    {end} --> [*]" for end in procedure.ends]
    return "\n".join(lines)


def stage_table(procedure: Procedure) -> str:
    """Stages with who has the work, until when and by which article."""
    lines = ["| 环节 | 待办 | 岗位 | 期限 | 依据 |", "|---|---|---|---|---|"]
    for stage in procedure.stages:
        term = f"{stage.counts_from}起 {_term(procedure, stage)}（{stage.term_code}）"
        role = role_of(stage.role).label
        lines.append(f"| {stage.name} | {stage.task} | {role} | {term} | {stage.article} |")
    return "\n".join(lines)


def _term(procedure: Procedure, stage: Stage) -> str:
    if stage.term is not None:
        return str(stage.term)
    if stage.term_code in terms.parameters():
        return terms.shown(stage.term_code)
    return str(procedure.whole) if procedure.whole else "随上一环节"


def verb_table(procedure: Procedure) -> str:
    """Verbs with stage, roles, what they demand and where they lead."""
    lines = ["| 事项 | 动作 | 环节 | 岗位 | 条件 | 之后 | 依据 |", "|---|---|---|---|---|---|---|"]
    for stage in procedure.stages:
        for way in stage.ways:
            if way.verb in EVERYWHERE:
                continue
            roles = "、".join(role_of(role).label for role in way.roles)
            demands, after = "；".join(way.demands), "、".join(way.leads_to)
            lines.append(
                f"| {way.title} | `{way.verb}` | {stage.name} | {roles} | {demands} | {after} "
                f"| {way.article} |"
            )
    return "\n".join(lines)


def exclusion_table(procedure: Procedure) -> str:
    """Which two things one person may not both do on one case."""
    lines = ["| 一 | 二 | 理由 |", "|---|---|---|"]
    known = procedure.verbs() | {"case.accept"}
    for pair in exclusions():
        if not known.issuperset(pair.verbs):
            continue
        one, two = (title_of(procedure.name, verb) for verb in pair.verbs)
        lines.append(f"| {one} | {two} | {pair.why} |")
    return "\n".join(lines)


def summary_table(procedures: list[Procedure]) -> str:
    """All procedures on one page: holder, whole, publicity, start, and who decides."""
    lines = [
        "| 程序 | 编号 | 对象 | 全程 | 公示 | 起发 | 谁决定 |",
        "|---|---|---|---|---|---|---|",
    ]
    for each in procedures:
        deciders = [s.role for s in each.stages if any(w.verb == "case.decide" for w in s.ways)]
        who = "、".join(dict.fromkeys(role_of(role).label for role in deciders))
        whole = f"{each.whole}（{each.whole_code}）" if each.whole else each.whole_code
        days = f"{each.publicity_days}日" if each.published else "不公示"
        starts = "认定" if each.finding else each.starts
        lines.append(
            f"| {each.name} | {each.letters} | {each.holder} | {whole} | {days} | {starts} "
            f"| {who} |"
        )
    return "\n".join(lines)


def section(procedure: Procedure) -> str:
    """A procedure whole, as docs/procedures.md shows it."""
    everywhere = [way for way in procedure.stages[0].ways if way.verb in EVERYWHERE]
    causes = "、".join(procedure.extension_causes)
    told = [
        f"`{way.verb}` {way.title}（{way.article}）"
        + (
            f"，限于：{causes}，延长到 {procedure.whole_special}"
            if way.verb == EVERYWHERE[0]
            else ""
        )
        for way in everywhere
    ]
    lines = [f"## {procedure.name}", "", f"{procedure.law}。", ""]
    lines += ["```mermaid", mermaid(procedure), "```", "", stage_table(procedure), ""]
    lines += [verb_table(procedure), ""]
    if told:
        lines += [f"开放环节还可以：{'；'.join(told)}。", ""]
    return "\n".join(lines)


def page(procedures: list[Procedure]) -> str:
    """docs/procedures.md whole; a test holds the file to it."""
    head = [
        "# Procedures", "",
        "Drawn from `doudi/cases/declared` by `doudi/cases/drawing.py`; a test compares. Terms "
        "marked 默认 or 记忆 are dated figures of `doudi/cases/parameters.yaml`, to be replaced by "
        "the place's own (a local figure called 期限 and the code).", "",
        summary_table(procedures), "",
    ]  # fmt: skip
    return "\n".join([*head, *(section(each) for each in procedures)]).rstrip() + "\n"
