"""All procedures by name, and what they have in common.

Each is declared in ``declared``, beside its law; this page only collects them.
"""

from __future__ import annotations

from doudi.cases.declaration import Procedure, Stage, Way
from doudi.cases.declared.dibao import LAW, 低保, 低保乡镇, 低保边缘, 单人户
from doudi.cases.declared.rigid import 刚性支出困难
from doudi.cases.declared.tekun import 特困
from doudi.cases.declared.temporary import 一次性, 急难, 支出型
from doudi.cases.declared.welfare import 事实无人抚养儿童, 孤儿, 残疾人两项补贴
from doudi.kernel.workdays import Term

__all__ = [
    "EXCLUSIVE",
    "LAW",
    "PROCEDURES",
    "REFUSAL_NOTICE",
    "REFUSAL_NOTICE_CODE",
    "Procedure",
    "Stage",
    "Way",
    "offered",
    "same_scheme",
    "低保",
    "低保乡镇",
]

PROCEDURES: dict[str, Procedure] = {
    each.name: each
    for each in (
        低保, 低保乡镇, 单人户, 特困, 低保边缘, 刚性支出困难, 急难, 支出型, 一次性,
        残疾人两项补贴, 孤儿, 事实无人抚养儿童,
    )
}  # fmt: skip

# Schemes of which a person may hold one only: 低保 and 特困供养 exclude each other, and a family is
# found 边缘 or 刚性支出困难 only while it holds neither. 临时救助 may be given to anybody again.
EXCLUSIVE: dict[str, frozenset[str]] = {
    "基本生活": frozenset({"低保", "特困"}),
    "低收入认定": frozenset({"低保边缘", "刚性支出困难", "低保"}),
    "残疾人两项补贴": frozenset(),  # who has one may apply for the other
    "儿童福利": frozenset({"孤儿", "事实无人抚养儿童"}),
    "临时救助": frozenset(),
}

# After the decision: a refusal is told in writing within three working days (T105, T205).
REFUSAL_NOTICE = Term(3, "工作日")
REFUSAL_NOTICE_CODE = "T105"


def offered() -> list[Procedure]:
    """What a family may apply for; who confirms 低保 is for the place to say, not for the form."""
    return [each for each in PROCEDURES.values() if not each.devolved]


def same_scheme(procedure: Procedure) -> tuple[str, ...]:
    """Names of the procedures by which the same scheme is applied for."""
    return tuple(p.name for p in PROCEDURES.values() if p.scheme == procedure.scheme)
