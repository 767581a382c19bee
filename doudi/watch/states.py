"""The states of an alert and of a lead, its verdicts and disposals; pure words."""

from __future__ import annotations

from types import MappingProxyType

TO_RECEIVE, TO_VISIT, TO_DISPOSE, HANDED_ON, CLOSED = (
    "待接收", "待走访", "待处置", "已转办", "已关闭",
)  # fmt: skip
STATES = (TO_RECEIVE, TO_VISIT, TO_DISPOSE, HANDED_ON, CLOSED)
VERDICTS = ("属实", "部分属实", "不属实")
# The four ways of 国办发〔2023〕39号三（四）, and A0 for what needed nothing.
DISPOSALS = MappingProxyType(
    {
        "A0": "核查后无困难或信息有误，关闭",
        "A1": "政策落实不到位，尽快落实",
        "A2": "可能符合条件，转入申请或转介",
        "A3": "情形复杂，一事一议",
        "A4": "可能不再符合，复核待遇",
    }
)
LEAD_OPEN, LEAD_HANDED_ON, LEAD_SETTLED = "待初核", "已转办", "已了结"
LEAD_SOURCES = ("村级走访", "本人申报", "热线", "预警", "防漏保排查")

TASK_CHECK, TASK_VISIT, TASK_DISPOSE, TASK_LEAD = "预警核查", "预警走访", "预警处置", "线索初核"


def alert_subject(alert_id: int) -> str:
    """How tasks, visits and the chain name an alert."""
    return f"watch.alert:{alert_id}"


def lead_subject(lead_id: int) -> str:
    """How tasks and the chain name a lead."""
    return f"watch.lead:{lead_id}"


# What became of a share that waits: still to be looked into, dead indeed, alive, taken back.
SUSPENDED, DEAD_INDEED, ALIVE, GROUND_WITHDRAWN = "待核", "属实", "不属实", "依据撤回"
SUSPENSION_STATES = (SUSPENDED, DEAD_INDEED, ALIVE, GROUND_WITHDRAWN)
TASK_DEATH = "死亡核实"


def suspension_subject(suspension_id: int) -> str:
    """How tasks and the chain name a suspended share."""
    return f"watch.suspension:{suspension_id}"


# A campaign against omission, and its work.
SWEEP_OPEN, SWEEP_ENDED = "进行中", "已结束"
TASK_SWEEP = "防漏保排查"
LEAD_OF_SWEEP = "防漏保排查"


def sweep_subject(sweep_id: int) -> str:
    """How locks name a campaign."""
    return f"watch.sweep:{sweep_id}"


def part_subject(part_id: int) -> str:
    """How tasks and visits name one village of a campaign."""
    return f"watch.sweep_part:{part_id}"


# Equal awards of one village on one day (M14).
ALIKE_OPEN, ALIKE_CHECKED = "待抽查", "已抽查"
TASK_ALIKE = "同批同额抽查"


def alike_subject(check_id: int) -> str:
    """How tasks name such a check."""
    return f"watch.alike:{check_id}"
