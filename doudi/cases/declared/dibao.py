"""低保, confirmed by the county or by the township, and 单人户.

To be read beside 《最低生活保障审核确认办法》（民发〔2021〕57号，下称“办法”）; where the county
gave the confirmation to the township (审核确认权下放) also 民发〔2022〕83号. The codes T101… are
those of the table of deadlines (docs/cases.md).
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
from doudi.kernel.workdays import Term

LAW = "最低生活保障审核确认办法"
DEVOLVED = "关于进一步做好最低生活保障等社会救助兜底保障工作的通知"
WHOLE_ARTICLE = f"{LAW} 第二十二条"
EVERYWHERE = {"extend": WHOLE_ARTICLE, "terminate": f"{LAW} 第二十九条"}
CAUSES = ("公示有异议", "人户分离", "异地申办", "调查难度较大")
HOUSEHOLD = ("评定类别", "金融资产", "住房套数", "机动车数", "经营企业数", "非居住房产数")
PERSON = ("工资性收入", "经营净收入", "财产净收入", "转移性收入", "自付医疗费")


def beginning(whole_code: str) -> tuple[Stage, ...]:
    """From the consents to the visit at home."""
    return (
        *checking_stages(
            LAW, "第九条", "第十七条",
            {"term": Term(3, "工作日"), "term_code": "T101", "article": f"{LAW} 第十五条"},
            {"term": Term(3, "工作日"), "term_code": "T102", "counts_from": "本环节",
             "article": f"{LAW} 第十七条"},
            **EVERYWHERE,
        ),
        stage(
            "待调查", "入户调查家庭经济状况", "township_clerk",
            Way("case.investigate", "完成入户调查", CLERK, ("待初审",),
                f"{LAW} 第十六条", ("两名以上调查人", "调查人和在场成员签字", "不是受理人"), ""),
            term_code=whole_code, article=WHOLE_ARTICLE, **EVERYWHERE,
        ),
    )  # fmt: skip


def first_opinion(after: tuple[str, ...], whole_code: str) -> Stage:
    """The township's opinion; ``after`` is where it leads."""
    return stage(
        "待初审", "提出初审意见", "township_leader",
        Way("case.first_opinion", "提出初审意见", LEADER, after,
            f"{LAW} 第十九条", ("同意的，须符合规定", "不是调查人")),
        Way("case.reinvestigate", "退回补充调查", LEADER, ("待调查",),
            f"{LAW} 第十六条", ("写明要补充调查的事项",)),
        term_code=whole_code, article=WHOLE_ARTICLE, **EVERYWHERE,
    )  # fmt: skip


def county_stages(published: str) -> tuple[Stage, ...]:
    """The county's opinion and its decision; ``published`` adds to what a confirmation demands."""
    return (
        stage(
            "待审核", "提出审核意见", "county_reviewer",
            Way("case.visit", "县级入户调查", REVIEWER, (),
                f"{LAW} 第二十条", ("两名以上调查人",), ""),
            Way("case.review", "提出审核意见", REVIEWER, ("待决定",),
                f"{LAW} 第二十条", ("近亲属备案的，县级先入户",)),
            Way("case.send_back", "退回乡镇重新提出意见", REVIEWER, ("待初审",),
                f"{LAW} 第二十条", ("写明退回理由",)),
            term=Term(10, "工作日"), term_code="T104", counts_from="上报",
            article=f"{LAW} 第二十条", **EVERYWHERE,
        ),
        stage(
            "待决定", "作出审核确认决定", "county_leader",
            Way("case.decide", "作出决定", CHIEF, (CONFIRMED, REFUSED),
                f"{LAW} 第二十一条", (f"确认的，须符合规定{published}", "不是审核人"), ""),
            term=Term(10, "工作日"), term_code="T104", counts_from="上报",
            article=f"{LAW} 第二十条", **EVERYWHERE,
        ),
    )  # fmt: skip


def _published(reported: tuple[str, ...], whole_code: str) -> tuple[Stage, ...]:
    return publicity_stages(
        LAW, "第十九条", "T103", Term(7, "日"), "待初审", reported, whole_code, **EVERYWHERE
    )


低保 = Procedure(
    name="低保",
    letters="DB",
    law=LAW,
    scheme="低保",
    programmes=("低保",),
    group="基本生活",
    decision_article=f"{LAW} 第二十一条",
    ends=ENDS,
    whole=Term(30, "工作日"),
    whole_code="T106",
    whole_special=Term(45, "工作日"),
    extension_causes=CAUSES,
    publicity_days=7,
    check_items=ALL_CHECKS,
    household_inputs=HOUSEHOLD,
    person_inputs=PERSON,
    stages=(
        *beginning("T106"),
        first_opinion(("待公示", "待审核"), "T106"),
        *_published(("待审核",), "T106"),
        *county_stages("并已公示满期"),
    ),
)

# T107: the township confirms by its own two people; the county visits where kin is registered, so
# such a file takes the way of the county.
低保乡镇 = Procedure(
    name="低保（乡镇确认）",
    letters="DB",
    law=LAW,
    scheme="低保",
    programmes=("低保",),
    group="基本生活",
    decision_article=f"{LAW} 第二十一条",
    ends=ENDS,
    whole=Term(20, "工作日"),
    whole_code="T107",
    whole_special=Term(45, "工作日"),
    extension_causes=CAUSES,
    publicity_days=7,
    check_items=ALL_CHECKS,
    household_inputs=HOUSEHOLD,
    person_inputs=PERSON,
    devolved=True,
    stages=(
        *beginning("T107"),
        first_opinion(("待公示", "待乡镇确认"), "T107"),
        *_published(("待乡镇确认",), "T107"),
        stage(
            "待乡镇确认", "作出审核确认决定", "township_leader",
            Way("case.decide", "作出决定", LEADER, (CONFIRMED, REFUSED),
                f"{LAW} 第二十一条", ("确认的，须符合规定并已公示满期", "不是初审人、调查人"), ""),
            term_code="T107", article=DEVOLVED, **EVERYWHERE,
        ),
    ),
)  # fmt: skip

单人户 = Procedure(
    name="单人户",
    letters="DH",
    law=LAW,
    scheme="低保",
    programmes=("单人户",),
    group="基本生活",
    holder="人",
    decision_article=f"{LAW} 第二十一条",
    ends=ENDS,
    whole=Term(30, "工作日"),
    whole_code="T106",
    whole_special=Term(45, "工作日"),
    extension_causes=CAUSES,
    publicity_days=7,
    check_items=ALL_CHECKS,
    household_inputs=HOUSEHOLD,
    person_inputs=(*PERSON, "残疾类别", "残疾等级", "重特大疾病", "无业", "其他特殊困难"),
    stages=(
        *beginning("T106"),
        first_opinion(("待公示", "待审核"), "T106"),
        *_published(("待审核",), "T106"),
        *county_stages("并已公示满期"),
    ),
)

# 边缘: the same way without publicity (民办函〔2024〕31号); it ends with the months of T303.
低保边缘 = Procedure(
    name="低保边缘",
    letters="BY",
    law=LAW,
    scheme="低保边缘",
    programmes=("低保边缘",),
    group="低收入认定",
    finding=True,
    valid_code="T303",
    decision_article=f"{LAW} 第二十一条",
    ends=ENDS,
    whole=Term(30, "工作日"),
    whole_code="T106",
    whole_special=Term(45, "工作日"),
    extension_causes=CAUSES,
    check_items=ALL_CHECKS,
    household_inputs=HOUSEHOLD[1:],
    person_inputs=PERSON,
    stages=(*beginning("T106"), first_opinion(("待审核",), "T106"), *county_stages("")),
)
