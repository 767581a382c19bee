"""The papers of a case (文书): what each says, filled from the case, with its number and article.

Nothing is typed that the system knows. The publicity list is built from the published notice alone
and so cannot say more; papers to a family say reasons and remedies (办法 第二十一条、第三十二条).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from doudi.cases import care, queries
from doudi.cases.law import facts_of_case, local_value
from doudi.cases.models import Award, Case, Decision
from doudi.cases.problems import NoSuchPaper
from doudi.cases.procedures import PROCEDURES
from doudi.cases.terms import parameters
from doudi.cases.views import CaseView
from doudi.kernel import clock
from doudi.kernel.money import Fen
from doudi.kernel.problems import require
from doudi.people.consents import missing_consents
from doudi.people.queries import HouseholdView, household_view, visits_of
from doudi.places.queries import full_name, name_of
from doudi.rules import Determination, inputs

Rows = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Paper:
    """One paper: title, number, rows of a form, paragraphs, and who signs."""

    kind: str
    title: str
    number: str
    rows: Rows
    paragraphs: tuple[str, ...]
    article: str
    signatures: tuple[str, ...]
    day: date


@dataclass(frozen=True)
class _Of:
    """Everything the papers of one case are filled from."""

    view: CaseView
    home: HouseholdView
    today: date

    @property
    def law(self) -> str:
        return PROCEDURES[self.view.procedure].law

    @property
    def scheme(self) -> str:
        return PROCEDURES[self.view.procedure].scheme

    def named(self, number: int) -> str:
        return next((m.name for m in self.home.members if m.person_id == number), str(number))


def _day(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def _phone(of: _Of) -> str:
    return local_value("社会救助监督电话", of.view.place, of.today)


def _remedies(of: _Of) -> str:
    days = int(parameters()["T706"].on(of.today).value)
    months = int(parameters()["T707"].on(of.today).value)
    return (
        f"如不服本决定，可以自知道之日起{days}日内申请行政复议，或者在{months}个月内向人民法院提起"
        f"行政诉讼。咨询和监督电话：{_phone(of)}。"
    )


def _paper(
    of: _Of, kind: str, rows: Rows, paragraphs: tuple[str, ...], signatures: tuple[str, ...],
    *, article: str = "", day: date | None = None,
) -> Paper:  # fmt: skip
    title = f"{of.scheme}{KINDS[kind][0]}"
    number = f"{of.view.number}-{KINDS[kind][1]}"
    return Paper(
        kind, title, number, rows, paragraphs, article or of.law, signatures, day or of.today
    )


def _application(of: _Of) -> Paper | None:
    view = of.view
    members = "；".join(f"{m.name}（{m.relation}，{m.age}岁）" for m in of.home.members)
    rows = (
        ("申请人", view.applicant),
        ("申请项目", of.scheme),
        ("家庭住址", full_name(of.home.place)),
        ("共同生活的家庭成员", members),
        *(
            (("救助对象", "、".join(of.named(one) for one in view.subjects)),)
            if view.subjects
            else ()
        ),
        ("申请方式", view.channel),
        ("申请理由", view.reason),
        *_declared(of),
    )
    promise = "我和家庭成员承诺所报情况真实、完整，同意依法核对家庭经济状况，情况变化时及时报告。"
    return _paper(of, "application", rows, (promise,), ("申请人",), day=view.applied_on)


def _declared(of: _Of) -> Rows:
    lines = [
        (of.named(line.person_id) if line.person_id else "家庭", line.name, line.declared)
        for line in queries.means_compared(of.view.id)
        if line.declared is not None
    ]
    return tuple((f"{who} {name}", _said(name, value)) for who, name, value in lines)


def _said(name: str, value: object) -> str:
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, int) and inputs()[name].unit.startswith("分"):
        return f"{Fen(value).yuan()} 元"
    return str(value)


def _acceptance(of: _Of) -> Paper | None:
    view = of.view
    rows = (
        ("申请人", view.applicant),
        ("申请项目", of.scheme),
        ("受理日期", _day(view.accepted_on)),
        (
            "办结期限",
            _day(view.due_on) + ("（节假日安排公布后确定）" if view.due_provisional else ""),
        ),
        ("受理单位", full_name(view.place)),
    )
    told = (
        f"{view.applicant}：你（家庭）的{of.scheme}申请已经受理。",
        f"查询办理情况请凭案件号。咨询和监督电话：{_phone(of)}。",
    )
    return _paper(of, "acceptance", rows, told, ("受理单位",), day=view.accepted_on)


def _missing(of: _Of) -> Paper | None:
    """Once and all together: consents, and every fact that the rules still want."""
    if of.view.closed:
        return None
    wanted = [*_consents_wanted(of), *_facts_wanted(of)]
    if not wanted:
        return None
    rows = tuple((f"第{at}项", text) for at, text in enumerate(wanted, 1))
    told = (
        f"{of.view.applicant}：你（家庭）的申请还缺以下材料或者手续，现一次告知，请一并补齐。",
        "部门已有的数据由我们核对，不需要再提供证明。",
    )
    return _paper(of, "missing", rows, told, ("受理单位", "申请人"))


def _consents_wanted(of: _Of) -> list[str]:
    items = PROCEDURES[of.view.procedure].check_items
    if not items:
        return []
    age = PROCEDURES[of.view.procedure].adult_age
    adults = [m.person_id for m in of.home.members if m.age >= age and m.died_on is None]
    missing = missing_consents(adults, items, of.today)
    return [f"{of.named(one)} 的家庭经济状况核对授权书（本人签字）" for one in missing]


def _facts_wanted(of: _Of) -> list[str]:
    """What the form asks and nobody has said; the rules alone would name one thing at a time."""
    case = Case.objects.get(pk=of.view.id)
    procedure, known = PROCEDURES[case.procedure], inputs()
    facts = facts_of_case(case, of.today)
    wanted = [
        f"家庭：{name}（{known[name].label}）"
        for name in procedure.household_inputs
        if known[name].required and facts.values.get(name) is None
    ]
    holders = {str(one) for one in case.subjects} if procedure.child else None
    for member in facts.members:
        if holders is None or member.reference in holders:
            wanted += [
                f"{of.named(int(member.reference))}：{name}（{known[name].label}）"
                for name in procedure.person_inputs
                if known[name].required and member.values.get(name) is None
            ]
    return wanted


def _investigation(of: _Of) -> Paper | None:
    visits = visits_of(of.view.household_id).filter(subject=f"cases.case:{of.view.id}")
    visit = visits.order_by("-id").first()
    if visit is None:
        return None
    moment = visit.visited_at.astimezone(clock.SHANGHAI)
    rows = (
        ("案件", of.view.number),
        ("被调查家庭", of.view.applicant),
        ("调查时间", f"{_day(moment.date())} {moment:%H:%M}"),
        ("调查方式", visit.manner),
        ("调查人", "、".join(visit.visitors)),
        ("发现的情况", visit.findings),
        *(
            (
                f"{of.named(line.person_id) if line.person_id else '家庭'} {line.name}",
                f"申报 {_or_dash(line.name, line.declared)}；"
                f"部门 {_or_dash(line.name, line.known)}；"
                f"核实 {_or_dash(line.name, line.checked)}",
            )
            for line in queries.means_compared(of.view.id)
        ),
    )
    signed = ("调查人（两人以上）", "在场家庭成员")
    return _paper(of, "investigation", rows, (), signed, day=moment.date())


def _or_dash(name: str, value: object) -> str:
    return "—" if value is None else _said(name, value)


def _publicity(of: _Of) -> Paper | None:
    """From the posted notice alone: six fields, and the days."""
    if not of.view.notices:
        return None
    notice = of.view.notices[-1]
    order = ("村", "申请人姓名", "家庭人数", "拟保障金额", "初审意见", "监督电话")
    rows = tuple((name, str(notice.content[name])) for name in order if name in notice.content)
    days = f"公示时间：{_day(notice.posted_on)}至{_day(notice.ends_on)}（张贴当日不计）。"
    told = (days, "公示期间有异议的，请向乡镇人民政府（街道办事处）或者监督电话反映。")
    return _paper(of, "publicity", rows, told, ("张贴单位",), day=notice.posted_on)


def _decision(of: _Of) -> Paper | None:
    if not of.view.decisions:
        return None
    seen = of.view.decisions[-1]
    decision = Decision.objects.select_related("case").get(pk=seen.id)
    found = queries.outcome_of(decision.case, Determination.from_json(decision.trace))
    procedure = PROCEDURES[of.view.procedure]
    rows: Rows = (
        ("申请人", of.view.applicant),
        ("决定", seen.outcome),
        ("决定日期", _day(seen.decided_on)),
    )
    if seen.outcome == "确认":
        rows += _given(of, decision)
        told = [f"{of.view.applicant}：经审核，{of.scheme}申请符合规定，决定如上。"]
    else:
        told = [
            f"{of.view.applicant}：经审核，{of.scheme}申请不符合规定，不予确认。",
            f"不予确认的理由：{'；'.join(found.reasons)}",
        ]
    told += [f"决定说明：{seen.reason}", _remedies(of)]
    article = procedure.decision_article
    return _paper(
        of, "decision", rows, tuple(told), ("审核确认机关",), article=article, day=seen.decided_on
    )


def _given(of: _Of, decision: Decision) -> Rows:
    procedure = PROCEDURES[of.view.procedure]
    ends = (("有效期至", f"{_day(decision.before)}（不含）"),) if decision.before else ()
    if procedure.finding:
        return (("认定", of.scheme), ("自", _day(decision.starts)), *ends)
    often = "一次性" if procedure.once else "每月"
    return (
        ("金额", f"{often} {Fen(decision.amount_fen).yuan()} 元"),
        ("人数", str(decision.people)),
        ("自", _day(decision.starts)),
        *ends,
    )


def _ended(of: _Of) -> Paper | None:
    awards = [award for award in of.view.awards if award.stop_reason and award.before]
    if not awards:
        return None
    award: Award = awards[-1]
    rows = (
        ("领取人", award.payee.name),
        ("项目", award.scheme),
        ("原金额", f"每月 {Fen(award.amount_fen).yuan()} 元"),
        ("自", _day(award.before)),
        ("变更或者停止的事由", award.stop_reason),
    )
    told = (
        f"{award.payee.name}：因{award.stop_reason}，原决定的{award.scheme}自上列日期起变更或者停止。"
        "对此有不同意见的，可以陈述、申辩。",
        _remedies(of),
    )
    article = "最低生活保障审核确认办法 第三十二条" if award.scheme == "低保" else ""
    return _paper(of, "end", rows, told, ("审核确认机关",), article=article, day=award.before)


def _agreement(of: _Of) -> Paper | None:
    record = next((r for r in reversed(of.view.records) if r.kind == care.AGREEMENT), None)
    if record is None:
        return None
    rows = (
        ("委托方（乡镇）", full_name(of.view.place)),
        ("服务对象", "、".join(of.named(one) for one in of.view.subjects)),
        *((str(name), str(value)) for name, value in record.content.items()),
        ("每月费用", f"{Fen(record.amount_fen or 0).yuan()} 元"),
        ("村（社区）监督", name_of(of.home.place)),
    )
    told = (
        "照料人按上列内容和次数照料服务对象，不得转托；生病、失联、受伤等情况立即报告村（社区）和乡镇。",
        "乡镇按月核实照料情况后付费；照料不到位的，可以解除本协议并更换照料人。",
    )
    signed = ("乡镇人民政府（街道办事处）", "照料人", "服务对象或者监护人")
    article = "国务院关于进一步健全特困人员救助供养制度的意见"
    day = record.at.astimezone(clock.SHANGHAI).date()
    return _paper(of, "agreement", rows, told, signed, article=article, day=day)


# Slug: what it is called, the word in its number, and how it is made.
KINDS: dict[str, tuple[str, str, Callable[[_Of], Paper | None]]] = {
    "application": ("申请书", "申", _application),
    "acceptance": ("申请受理通知书", "受", _acceptance),
    "missing": ("一次性补正告知书", "补", _missing),
    "investigation": ("家庭状况调查表", "调", _investigation),
    "publicity": ("审核公示", "公", _publicity),
    "decision": ("审核确认决定通知书", "决", _decision),
    "end": ("变更（停止）通知书", "停", _ended),
    "agreement": ("委托照料服务协议", "协", _agreement),
}


def _of(case_id: int) -> _Of:
    view = queries.case_view(case_id)
    return _Of(view, household_view(view.household_id), clock.business_today())


def paper_of(case_id: int, kind: str) -> Paper:
    """One paper of a case; raises ``NoSuchPaper`` where the case has not come to it."""
    require(kind in KINDS, NoSuchPaper(paper=kind))
    made = KINDS[kind][2](_of(case_id))
    if made is None:
        raise NoSuchPaper(paper=KINDS[kind][0])
    return made


def papers_of(case_id: int) -> list[Paper]:
    """Every paper that the case has come to: the package for the archive."""
    of = _of(case_id)
    return [made for _, _, make in KINDS.values() if (made := make(of)) is not None]


def kinds_of(view: CaseView, *, visited: bool) -> list[tuple[str, str]]:
    """Slugs and names of the papers that a case has come to, told from what its page knows."""
    has = {
        "missing": not view.closed,
        "investigation": visited,
        "publicity": bool(view.notices),
        "decision": bool(view.decisions),
        "end": any(award.stop_reason for award in view.awards),
        "agreement": any(record.kind == care.AGREEMENT for record in view.records),
    }
    return [(slug, told[0]) for slug, told in KINDS.items() if has.get(slug, True)]
