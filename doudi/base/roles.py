"""Who may do what: the roles and their permissions, one table for actions and pages alike."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Role:
    """A role of DESIGN §8.8: its code, its Chinese label and the permissions it carries."""

    code: str
    label: str
    may: frozenset[str]
    business: bool = True  # False: never sees a person's file (三员分立)


def _role(code: str, label: str, may: str, *, business: bool = True) -> Role:
    return Role(code, label, frozenset(may.split()), business)


_READ = "person.read alert.read lead.read case.read award.read visit.read task.read sweep.read"

ROLES: dict[str, Role] = {
    role.code: role
    for role in (
        _role(
            "village_worker",
            "村级协理员",
            "lead.report lead.read visit.record visit.read task.read task.do person.read "
            "sweep.read sweep.settle alert.read alert.report alert.close",
        ),
        _role(
            "township_clerk",
            "乡镇经办人",
            f"{_READ} task.do lead.report lead.triage alert.receive alert.report alert.close "
            "visit.record death.check sweep.assign sweep.settle person.reveal person.write "
            "fact.record account.enter account.confirm "
            "consent.record case.accept case.check case.investigate case.publicise case.object "
            "case.tell "
            "payment.read delivery.read",
        ),
        _role(
            "township_leader",
            "乡镇分管领导",
            f"{_READ} task.do alert.return case.opinion case.decide payment.read delivery.read",
        ),
        _role(
            "county_reviewer",
            "县级审核岗",
            f"{_READ} task.do alert.dispatch alert.return case.review case.check case.visit "
            "case.tell "
            "visit.record fact.record delivery.receive delivery.read delivery.withdraw "
            "match.review person.reveal payment.read watch.scan register.refresh recovery.find "
            "sweep.start sweep.assign sweep.end threshold.read alike.check "
            "recovery.handle "
            "price.enter price.confirm raise.enter",
        ),
        _role(
            "county_leader",
            "县级分管领导",
            f"{_READ} task.do case.decide case.extend award.change payment.read delivery.read "
            "parameter.approve threshold.read threshold.set "
            "recovery.decide price.confirm raise.confirm",
        ),
        _role(
            "finance_maker",
            "发放经办岗",
            "task.read task.do award.read payment.read payment.accrue payment.make "
            "payment.receive payment.correct recovery.repay fund.enter",
        ),
        _role(
            "finance_approver",
            "发放复核岗",
            "task.read task.do award.read payment.read payment.approve account.confirm "
            "fund.confirm",
        ),
        _role(
            "finance_releaser",
            "发放放行岗",
            "task.read task.do award.read payment.read payment.release payment.send",
        ),
        _role(
            "inspector",
            "督查（纪检）",
            f"{_READ} payment.read delivery.read oversight.read threshold.read",
        ),
        _role("auditor", "审计管理员", "audit.read audit.verify", business=False),
        _role(
            "system_administrator",
            "系统管理员",
            "user.create user.disable user.reset user.read operation.read",
            business=False,
        ),
        _role(
            "security_administrator",
            "安全管理员",
            "post.grant post.end user.read",
            business=False,
        ),
        _role("analyst", "统计分析员", "insight.read"),
        _role("citizen", "申请人", "portal.read"),
    )
}

# The machine itself: jobs of the work list. It is nobody's post and can sign in nowhere.
SYSTEM = _role(
    "system",
    "系统",
    f"{_READ} delivery.receive delivery.read watch.scan payment.accrue payment.send payment.tell "
    "people.load place.load calendar.load clock.move person.write fact.record task.do "
    "recovery.find register.refresh death.suspend alert.withdraw",
)

# 三员分立 (等保 2.0 三级): no one holds two of these, nor one of these beside a business role.
SEPARATED = frozenset({"auditor", "system_administrator", "security_administrator"})


def role_of(code: str) -> Role:
    """The role with this code; the machine's own role is "system"."""
    return SYSTEM if code == "system" else ROLES[code]


def may_hold_together(one: str, other: str) -> bool:
    """Whether one person may hold both roles (never two of 三员, nor one of them with business)."""
    if one == other:
        return True
    return one not in SEPARATED and other not in SEPARATED
