"""临时救助: 急难型 (relief first, papers later), 支出型, and the one-off for the unemployed.

To be read beside 《关于进一步加强和改进临时救助工作的意见》（民发〔2018〕23号，下称“意见”）. It
leaves nearly all days and amounts to the place: T401 to T405 stand in parameters.yaml with their
mark, the amounts and limits of approval in the parameters of the rules.
"""

from doudi.cases.declaration import (
    ALL_CHECKS,
    CHIEF,
    CLERK,
    CONFIRMED,
    ENDS,
    LEADER,
    REFUSED,
    REVIEWER,
    Procedure,
    Stage,
    Way,
    checking_stages,
    publicity_stages,
    stage,
)
from doudi.cases.declared.dibao import HOUSEHOLD, PERSON

LAW = "关于进一步加强和改进临时救助工作的意见"
APPROVAL = "社会救助暂行办法 第四十八条"
ONE_OFF = "关于进一步做好困难群众基本生活保障工作的通知"
_ENDED = {"terminate": LAW}


def _approval(code: str, counts_from: str) -> tuple[Stage, ...]:
    """By the amount: within the township's limit it approves, above it the county, or a meeting."""
    return (
        stage(
            "待乡镇审批", "在乡镇限额内审批", "township_leader",
            Way("case.decide", "作出决定", LEADER, (CONFIRMED, REFUSED), APPROVAL,
                ("金额不超过乡镇审批限额", "不是调查人、初审人"), ""),
            Way("case.report_up", "上报县级审批", LEADER, ("待县级审批",), APPROVAL, (), "审核"),
            term_code=code, counts_from=counts_from, article=APPROVAL, **_ENDED,
        ),
        stage(
            "待县级审批", "超过乡镇限额的，县级审批", "county_leader",
            Way("case.minutes", "登记一事一议会议纪要", REVIEWER, (), LAW,
                ("会议纪要文号和议定金额",), "审核"),
            Way("case.decide", "作出决定", CHIEF, (CONFIRMED, REFUSED), APPROVAL,
                ("超过县级限额或者重大困难的，须有一事一议会议纪要", "不是调查人、初审人"), ""),
            term_code="T405", counts_from="上报", article=APPROVAL, **_ENDED,
        ),
    )  # fmt: skip


急难 = Procedure(
    name="急难型临时救助",
    letters="JN",
    law=LAW,
    scheme="临时救助",
    programmes=("临时救助",),
    group="临时救助",
    once=True,
    starts="当月",
    decision_article=APPROVAL,
    ends=ENDS,
    whole_code="T401、T402、T405",
    channels=("窗口", "主动发现", "代办", "网办"),
    fixed=(("临时救助类型", "急难型"),),
    household_inputs=("急难程度", "实际需要额", "需救助人数", "困难持续月数", "户籍或居住在本地"),
    stages=(
        stage(
            "待先行救助", "先行救助：给钱、给物或者安排食宿", "township_leader",
            Way("case.relieve", "先行救助", LEADER, ("待补手续",), LAW,
                ("不超过小金额救助上限", "不看户籍，不等手续"), "发放"),
            term_code="T401", article=LAW, **_ENDED,
        ),
        stage(
            "待补手续", "补齐手续：对象、事由、金额和签字", "township_clerk",
            Way("case.verify", "补齐手续", CLERK, ("待乡镇审批", "待县级审批"), LAW,
                ("登记救助对象、事由、金额", "补签字盖章")),
            term_code="T402", counts_from="本环节", article=LAW, **_ENDED,
        ),
        *_approval("T405", "本环节"),
    ),
)  # fmt: skip

支出型 = Procedure(
    name="支出型临时救助",
    letters="ZC",
    law=LAW,
    scheme="临时救助",
    programmes=("临时救助",),
    group="临时救助",
    once=True,
    starts="当月",
    decision_article=APPROVAL,
    ends=ENDS,
    whole_code="T403、T404、T405",
    publicity_days=3,
    check_items=ALL_CHECKS,
    spares_check=True,
    fixed=(("临时救助类型", "支出型"),),
    household_inputs=("需救助人数", "困难持续月数", "同一困难已救助月数", *HOUSEHOLD[1:],
                      "机动车最高价值"),
    person_inputs=PERSON,
    stages=(
        *checking_stages(
            LAW, "", "", {"term_code": "T403", "article": LAW},
            {"term_code": "T403", "article": LAW}, **_ENDED,
        ),
        stage(
            "待调查", "调查支出和困难持续的时间", "township_clerk",
            Way("case.investigate", "完成入户调查", CLERK, ("待初审",), LAW,
                ("两名以上调查人", "调查人和在场成员签字", "不是受理人"), ""),
            term_code="T403", article=LAW, **_ENDED,
        ),
        stage(
            "待初审", "提出初审意见", "township_leader",
            Way("case.first_opinion", "提出初审意见", LEADER,
                ("待公示", "待乡镇审批", "待县级审批"), LAW,
                ("同意的，须符合规定", "不是调查人")),
            Way("case.reinvestigate", "退回补充调查", LEADER, ("待调查",), LAW,
                ("写明要补充调查的事项",)),
            term_code="T403", article=LAW, **_ENDED,
        ),
        *publicity_stages(LAW, "", "T404", None, "待初审", ("待乡镇审批", "待县级审批"), "T403",
                          **_ENDED),
        *_approval("T405", "本环节"),
    ),
)  # fmt: skip

一次性 = Procedure(
    name="一次性临时救助金",
    letters="YC",
    law=ONE_OFF,
    scheme="临时救助",
    programmes=("一次性临时救助金",),
    group="临时救助",
    holder="人",
    once=True,
    starts="当月",
    decision_article=APPROVAL,
    ends=ENDS,
    whole_code="T403、T405",
    person_inputs=("一次性申请", "连续无收入月数", "失业保险覆盖"),
    stages=(
        stage(
            "待查验", "查验失业、无收入和参保情况", "township_clerk",
            Way("case.verify", "查验材料", CLERK, ("待乡镇审批", "待县级审批"), ONE_OFF,
                ("务工地或者经常居住地受理",)),
            term_code="T403", article=ONE_OFF, **_ENDED,
        ),
        *_approval("T405", "本环节"),
    ),
)  # fmt: skip
