"""The procedure drawn: the diagram and the tables of docs/cases.md, made from the declaration."""

from __future__ import annotations

from doudi.base.roles import role_of
from doudi.cases.exclusions import exclusions, title_of
from doudi.cases.procedures import Procedure

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
        term = f"{stage.counts_from}起 {stage.term or procedure.whole}（{stage.term_code}）"
        role = role_of(stage.role).label
        lines.append(f"| {stage.name} | {stage.task} | {role} | {term} | {stage.article} |")
    return "\n".join(lines)


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
    for pair in exclusions():
        one, two = (title_of(procedure.name, verb) for verb in pair.verbs)
        lines.append(f"| {one} | {two} | {pair.why} |")
    return "\n".join(lines)
