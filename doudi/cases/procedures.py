"""The procedure of 低保 as the law orders it: stages, who acts, until when, what may come next.

To be read beside 《最低生活保障审核确认办法》（民发〔2021〕57号，下称“办法”）. Every verb of this
package asks this declaration whether it may run; docs/cases.md shows the diagram drawn from it.
The codes T101… are those of the table of deadlines (docs/cases.md).
"""

from __future__ import annotations

from dataclasses import dataclass

from doudi.kernel.workdays import Term

LAW = "最低生活保障审核确认办法"


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
    (the day the township reported). Without a ``term`` of its own that of the whole applies.
    """

    name: str
    task: str
    role: str
    ways: tuple[Way, ...]
    term: Term | None = None
    term_code: str = "T106"
    counts_from: str = "受理"
    article: str = f"{LAW} 第二十二条"


@dataclass(frozen=True)
class Procedure:
    """A procedure from application to decision."""

    name: str
    letters: str  # in front of its case numbers
    programme: str  # what the rules call it
    group: str  # a person stands in one live award of a group
    stages: tuple[Stage, ...]
    ends: tuple[str, ...]
    whole: Term  # T106, the county confirms
    whole_devolved: Term  # T107, the township confirms
    whole_special: Term  # T106 and T107, for one of the causes of extension
    extension_causes: tuple[str, ...]
    publicity_days: int  # T103, natural days, the day of posting not counted
    check_items: tuple[str, ...]
    channels: tuple[str, ...]
    adult_age: int

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
        """What people call a verb."""
        return next(way.title for stage in self.stages for way in stage.ways if way.verb == verb)


_EXTEND = Way(
    "case.extend",
    "延长办理期限",
    ("county_leader",),
    (),
    f"{LAW} 第二十二条",
    ("列明的事由：公示有异议、人户分离、异地申办、调查难度较大",),
)
_TERMINATE = Way(
    "case.terminate",
    "终止审核程序",
    ("township_leader",),
    ("已终止",),
    f"{LAW} 第二十九条",
    ("申请人撤回，或者拒不配合",),
)
_SEND_BACK = Way(
    "case.send_back",
    "退回乡镇重新提出意见",
    ("county_reviewer",),
    ("待初审",),
    f"{LAW} 第二十条",
    ("写明退回理由",),
)


def _stage(name: str, task: str, role: str, *ways: Way, **terms: object) -> Stage:
    """A stage; the ways that every open stage has are added, those that stay here say so."""
    own = [*ways, _EXTEND]
    if name not in ("待审核", "待决定"):
        own.append(_TERMINATE)
    said = tuple(
        Way(w.verb, w.title, w.roles, w.leads_to or (name,), w.article, w.demands, w.chain)
        for w in own
    )
    return Stage(name, task, role, said, **terms)  # type: ignore[arg-type]


低保 = Procedure(
    name="低保",
    letters="DB",
    programme="低保",
    group="基本生活",
    ends=("已确认", "不予确认", "已终止"),
    whole=Term(30, "工作日"),
    whole_devolved=Term(20, "工作日"),
    whole_special=Term(45, "工作日"),
    extension_causes=("公示有异议", "人户分离", "异地申办", "调查难度较大"),
    publicity_days=7,
    check_items=(
        "户籍", "纳税", "社保", "养老金", "不动产", "市场主体", "公积金", "车辆", "存款",
        "商业保险", "证券", "互联网金融资产", "婚姻", "死亡",
    ),
    channels=("窗口", "网办", "代办", "主动发现"),
    adult_age=18,
    stages=(
        _stage(
            "待授权", "请全部成年家庭成员签署核对授权书", "township_clerk",
            Way("case.consents", "核对授权齐全", ("township_clerk",), ("待核对",),
                f"{LAW} 第九条", ("每一名成年家庭成员的有效授权",), "授权"),
            term=Term(3, "工作日"), term_code="T101", article=f"{LAW} 第十五条",
        ),
        _stage(
            "待核对", "提请并完成家庭经济状况信息核对", "township_clerk",
            Way("case.request_check", "提请信息核对", ("township_clerk",), (),
                f"{LAW} 第十七条", ("授权在有效期内",), "核对"),
            Way("case.finish_check", "信息核对完成", ("township_clerk", "county_reviewer"),
                ("待调查",), f"{LAW} 第十七条", ("已经提请核对",), "核对"),
            term=Term(3, "工作日"), term_code="T102", counts_from="本环节",
            article=f"{LAW} 第十七条",
        ),
        _stage(
            "待调查", "入户调查家庭经济状况", "township_clerk",
            Way("case.investigate", "完成入户调查", ("township_clerk",), ("待初审",),
                f"{LAW} 第十六条", ("两名以上调查人", "调查人和在场成员签字", "不是受理人"), ""),
        ),
        _stage(
            "待初审", "提出初审意见", "township_leader",
            Way("case.first_opinion", "提出初审意见", ("township_leader",), ("待公示", "待审核"),
                f"{LAW} 第十九条", ("同意的，须符合规定", "不是调查人")),
            Way("case.reinvestigate", "退回补充调查", ("township_leader",), ("待调查",),
                f"{LAW} 第十六条", ("写明要补充调查的事项",)),
        ),
        _stage(
            "待公示", "张贴初审公示", "township_clerk",
            Way("case.post_notice", "张贴初审公示", ("township_clerk",), ("公示中",),
                f"{LAW} 第十九条", ("只写允许公开的内容",), "公示"),
        ),
        _stage(
            "公示中", "公示期满后撤下并上报县级", "township_clerk",
            Way("case.object", "登记公示异议", ("township_clerk",), (),
                f"{LAW} 第十九条", (), "公示"),
            Way("case.answer_objection", "答复公示异议", ("township_clerk",), (),
                f"{LAW} 第十九条", (), "公示"),
            Way("case.end_notice", "公示期满上报", ("township_clerk",), ("待审核", "待初审"),
                f"{LAW} 第十九条", ("公示满七日", "异议已经答复；有异议的重新提出初审意见"),
                "公示"),
            term=Term(7, "日"), term_code="T103", counts_from="本环节",
            article=f"{LAW} 第十九条",
        ),
        _stage(
            "待审核", "提出审核意见", "county_reviewer",
            Way("case.visit", "县级入户调查", ("county_reviewer",), (),
                f"{LAW} 第二十条", ("两名以上调查人",), ""),
            Way("case.review", "提出审核意见", ("county_reviewer",), ("待决定",),
                f"{LAW} 第二十条", ("近亲属备案的，县级先入户",)),
            _SEND_BACK,
            term=Term(10, "工作日"), term_code="T104", counts_from="上报",
            article=f"{LAW} 第二十条",
        ),
        _stage(
            "待决定", "作出审核确认决定", "county_leader",
            Way("case.decide", "作出决定", ("county_leader",), ("已确认", "不予确认"),
                f"{LAW} 第二十一条", ("确认的，须符合规定并已公示满期", "不是审核人"), ""),
            term=Term(10, "工作日"), term_code="T104", counts_from="上报",
            article=f"{LAW} 第二十条",
        ),
    ),
)  # fmt: skip

# Schemes of which a person may hold one only: 低保 and 特困供养 exclude each other.
EXCLUSIVE: dict[str, frozenset[str]] = {"基本生活": frozenset({"低保", "特困"})}

PROCEDURES: dict[str, Procedure] = {低保.name: 低保}

# After the decision: a refusal is told in writing within three working days (T105), an award
# begins with the month after the decision (T108).
REFUSAL_NOTICE = Term(3, "工作日")
REFUSAL_NOTICE_CODE = "T105"
DECISION_ARTICLE = f"{LAW} 第二十一条"
