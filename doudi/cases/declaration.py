"""What a procedure is made of: stages, who acts there, until when, what may come next.

The procedures themselves stand in ``declared``, one file a law, meant to be read beside it. Every
verb of this package asks the declaration whether it may run; docs/cases.md is drawn from it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from doudi.kernel.workdays import Term


@dataclass(frozen=True)
class Way:
    """One thing that may be done at a stage: by whom, what it demands, and where it leads.

    ``verb`` is the action's name; ``chain`` the kind of event it leaves on the aid chain ("" where
    something else, such as the visit, leaves one).
    """

    verb: str
    title: str
    roles: tuple[str, ...]
    leads_to: tuple[str, ...]
    article: str
    demands: tuple[str, ...] = ()
    chain: str = "审核"


@dataclass(frozen=True)
class Stage:
    """Where a case may stand: what is to be done there, by which role, until when.

    ``counts_from`` is 受理 (the day of acceptance), 本环节 (the day the case came here) or 上报
    (the day the township reported). Without a ``term`` of its own the one of ``term_code`` in
    parameters.yaml applies, and where there is none that of the whole.
    """

    name: str
    task: str
    role: str
    ways: tuple[Way, ...]
    term: Term | None = None
    term_code: str = "T106"
    counts_from: str = "受理"
    article: str = ""


@dataclass(frozen=True)
class Procedure:
    """A procedure from application to decision."""

    name: str
    letters: str  # in front of its case numbers
    law: str
    stages: tuple[Stage, ...]
    ends: tuple[str, ...]
    whole_code: str
    scheme: str  # what is held, paid and told of under one name
    programmes: tuple[str, ...]  # what the rules call it
    group: str  # a person stands in one live award of a group
    decision_article: str
    # From acceptance to the decision; where the law names none, that of the stage at hand.
    whole: Term | None = None
    holder: str = "户"  # 户, or 人: the case names its subjects
    starts: str = "次月"  # 次月 (T108, T206), 申请当月 (两项补贴) or 当月 (临时救助)
    once: bool = False  # paid once and not each month
    valid_code: str = ""  # the months after which a finding ends by itself (parameters.yaml)
    finding: bool = False  # a finding without money
    whole_special: Term | None = None  # for one of the causes of extension
    extension_causes: tuple[str, ...] = ()
    publicity_days: int = 0  # natural days, the day of posting not counted; 0: never published
    published_again: bool = False  # after an objection: 特困 is published a second time
    check_items: tuple[str, ...] = ()  # empty: nobody is asked about means
    spares_check: bool = False  # who holds 低保 or 特困 is not asked about means again
    channels: tuple[str, ...] = ("窗口", "网办", "代办", "主动发现")
    adult_age: int = 18
    child: bool = False  # the holder is a child: a guardian or the village applies
    devolved: bool = False  # the township confirms
    fixed: tuple[tuple[str, str], ...] = ()  # what the rules are told of every such case
    household_inputs: tuple[str, ...] = ()  # what its form asks, in the words of the rules
    person_inputs: tuple[str, ...] = ()

    @property
    def programme(self) -> str:
        """The first (mostly the only) programme."""
        return self.programmes[0]

    @property
    def published(self) -> bool:
        """Whether the first opinion is published in the village."""
        return self.publicity_days > 0

    def stage(self, name: str) -> Stage | None:
        """The open stage of this name, or None."""
        return next((stage for stage in self.stages if stage.name == name), None)

    def way(self, stage: str, verb: str) -> Way | None:
        """What this verb may do at this stage, or None where it may not be done."""
        found = self.stage(stage)
        if found is None:
            return None
        return next((way for way in found.ways if way.verb == verb), None)

    def title_of(self, verb: str) -> str:
        """What people call a verb; its bare name where the procedure does not have it."""
        ways = (way for stage in self.stages for way in stage.ways if way.verb == verb)
        found = next(ways, None)
        return found.title if found else COMMON_TITLES.get(verb, verb)

    def verbs(self) -> frozenset[str]:
        """Every verb that the procedure has anywhere."""
        return frozenset(way.verb for stage in self.stages for way in stage.ways)


# What people call the verbs, where a procedure without them is asked for one.
COMMON_TITLES: dict[str, str] = {
    "case.accept": "受理申请",
    "case.consents": "核对授权齐全",
    "case.request_check": "提请信息核对",
    "case.finish_check": "信息核对完成",
    "case.investigate": "完成入户调查",
    "case.verify": "查验材料",
    "case.assess_care": "评定自理能力和供养方式",
    "case.first_opinion": "提出初审意见",
    "case.reinvestigate": "退回补充调查",
    "case.post_notice": "张贴初审公示",
    "case.object": "登记公示异议",
    "case.answer_objection": "答复公示异议",
    "case.end_notice": "公示期满上报",
    "case.relieve": "先行救助",
    "case.report_up": "上报县级审批",
    "case.minutes": "登记一事一议会议纪要",
    "case.visit": "县级入户调查",
    "case.review": "提出审核意见",
    "case.send_back": "退回乡镇重新提出意见",
    "case.decide": "作出决定",
    "case.sign_care": "签订照料服务协议",
    "case.extend": "延长办理期限",
    "case.terminate": "终止审核程序",
    "case.give_notice": "送达决定",
    "case.declare_kin": "近亲属备案",
}

CLERK, LEADER = ("township_clerk",), ("township_leader",)
REVIEWER, CHIEF = ("county_reviewer",), ("county_leader",)
ENDS = ("已确认", "不予确认", "已终止")
CONFIRMED, REFUSED, TERMINATED = ENDS
AT_THE_COUNTY = ("待审核", "待决定", "待残联审核", "待县级审批", "待签协议")
ALL_CHECKS = (
    "户籍", "纳税", "社保", "养老金", "不动产", "市场主体", "公积金", "车辆", "存款",
    "商业保险", "证券", "互联网金融资产", "婚姻", "死亡",
)  # fmt: skip


def stage(
    name: str,
    task: str,
    role: str,
    *ways: Way,
    extend: str = "",
    terminate: str = "",
    **terms: Any,
) -> Stage:
    """A stage; ways that stay here say so.

    ``extend`` and ``terminate`` are the articles by which its term may be extended or it be ended.
    """
    own = list(ways)
    if extend:
        demands = ("列明的事由",)
        own.append(Way("case.extend", "延长办理期限", CHIEF, (), extend, demands))
    if terminate and name not in AT_THE_COUNTY:
        demands = ("申请人撤回，或者拒不配合",)
        told = Way("case.terminate", "终止审核程序", LEADER, (TERMINATED,), terminate, demands)
        own.append(told)
    said = tuple(
        Way(w.verb, w.title, w.roles, w.leads_to or (name,), w.article, w.demands, w.chain)
        for w in own
    )
    return Stage(name, task, role, said, **terms)


def checking_stages(
    law: str,
    consent: str,
    check: str,
    begun: dict[str, Any],
    asked: dict[str, Any],
    **more: Any,
) -> tuple[Stage, ...]:
    """Consents, then the verification of means: the beginning of every procedure by means.

    ``begun`` and ``asked`` are the terms of the two stages.
    """
    return (
        stage(
            "待授权",
            "请全部成年家庭成员签署核对授权书",
            "township_clerk",
            Way(
                "case.consents",
                "核对授权齐全",
                CLERK,
                ("待核对",),
                f"{law} {consent}".strip(),
                ("每一名成年家庭成员的有效授权",),
                "授权",
            ),
            **begun,
            **more,
        ),
        stage(
            "待核对",
            "提请并完成家庭经济状况信息核对",
            "township_clerk",
            Way(
                "case.request_check",
                "提请信息核对",
                CLERK,
                (),
                f"{law} {check}".strip(),
                ("授权在有效期内",),
                "核对",
            ),
            Way(
                "case.finish_check",
                "信息核对完成",
                ("township_clerk", "county_reviewer"),
                ("待调查",),
                f"{law} {check}".strip(),
                ("已经提请核对",),
                "核对",
            ),
            **asked,
            **more,
        ),
    )


def publicity_stages(
    law: str,
    article: str,
    code: str,
    term: Term | None,
    again: str,
    reported: tuple[str, ...],
    whole_code: str,
    **more: Any,
) -> tuple[Stage, ...]:
    """Post, wait out the days, answer objections: ``reported`` is where the case goes then.

    ``again`` is where an objection sends it, ``code`` and ``term`` are those of the days.
    """
    said = f"{law} {article}".strip()
    days = f"公示满{term.count}日" if term else "公示期满"
    return (
        stage(
            "待公示",
            "张贴初审公示",
            "township_clerk",
            Way(
                "case.post_notice",
                "张贴初审公示",
                CLERK,
                ("公示中",),
                said,
                ("只写允许公开的内容",),
                "公示",
            ),
            term_code=whole_code,
            article=said,
            **more,
        ),
        stage(
            "公示中",
            "公示期满后撤下并上报",
            "township_clerk",
            Way("case.object", "登记公示异议", CLERK, (), said, (), "公示"),
            Way("case.answer_objection", "答复公示异议", CLERK, (), said, (), "公示"),
            Way(
                "case.end_notice",
                "公示期满上报",
                CLERK,
                (*reported, again),
                said,
                (days, f"异议已经答复；有异议的退到{again}"),
                "公示",
            ),
            term=term,
            term_code=code,
            counts_from="本环节",
            article=said,
            **more,
        ),
    )
