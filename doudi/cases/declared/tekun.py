"""特困人员救助供养, to be read beside 《特困人员认定办法》（民发〔2021〕43号，下称“办法”）."""

from typing import Any

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
    Way,
    checking_stages,
    publicity_stages,
    stage,
)
from doudi.cases.declared.dibao import PERSON
from doudi.kernel.workdays import Term

LAW = "特困人员认定办法"
_TOWNSHIP: dict[str, Any] = {
    "term": Term(15, "工作日"),
    "term_code": "T201",
    "article": f"{LAW} 第十三条",
}
_COUNTY: dict[str, Any] = {
    "term": Term(15, "工作日"), "term_code": "T204", "counts_from": "上报",
    "article": f"{LAW} 第十六条",
}  # fmt: skip
_ENDED = {"terminate": f"{LAW} 第十三条"}
ABILITIES = ("自主吃饭", "自主穿衣", "自主上下床", "自主如厕", "室内行走", "自主洗澡")

特困 = Procedure(
    name="特困",
    letters="TK",
    law=LAW,
    scheme="特困",
    programmes=("特困",),
    group="基本生活",
    holder="人",
    decision_article=f"{LAW} 第十七条",
    ends=ENDS,
    # The law names no whole of its own: T201, T202 and T204 follow one another.
    whole_code="T201、T202、T204",
    publicity_days=7,
    published_again=True,
    check_items=ALL_CHECKS,
    household_inputs=("金融资产", "住房套数", "机动车数", "经营企业数", "非居住房产数"),
    person_inputs=(*PERSON, "残疾类别", "残疾等级", "法定义务人情况", "选择儿童福利保障",
                   "有承包地", *ABILITIES),
    stages=(
        *checking_stages(LAW, "第十条", "第十三条", dict(_TOWNSHIP), dict(_TOWNSHIP), **_ENDED),
        stage(
            "待调查", "入户调查三个条件，协助评估自理能力", "township_clerk",
            Way("case.assess_care", "协助评估自理能力", CLERK, (), f"{LAW} 第二十条",
                ("六项指标逐项评定", "集中或者分散由本人选择"), ""),
            Way("case.investigate", "完成入户调查", CLERK, ("待初审",), f"{LAW} 第十三条",
                ("两名以上调查人", "调查人和在场成员签字", "不是受理人"), ""),
            **_TOWNSHIP, **_ENDED,
        ),
        stage(
            "待初审", "提出初审意见", "township_leader",
            Way("case.first_opinion", "提出初审意见", LEADER, ("待公示", "待审核"),
                f"{LAW} 第十三条", ("同意的，须符合规定", "不是调查人")),
            Way("case.reinvestigate", "退回补充调查", LEADER, ("待调查",), f"{LAW} 第十三条",
                ("写明要补充调查的事项",)),
            **_TOWNSHIP, **_ENDED,
        ),
        # T203: after an objection the township investigates again and publishes again.
        *publicity_stages(LAW, "第十五条", "T202", Term(7, "日"), "待调查", ("待审核",), "T203",
                          **_ENDED),
        stage(
            "待审核", "评定自理能力，提出审核意见", "county_reviewer",
            Way("case.visit", "县级入户抽查", REVIEWER, (), f"{LAW} 第十六条",
                ("两名以上调查人",), ""),
            Way("case.assess_care", "评定自理能力和供养方式", REVIEWER, (), f"{LAW} 第二十条",
                ("六项指标逐项评定", "集中或者分散由本人选择"), "审核"),
            Way("case.review", "提出审核意见", REVIEWER, ("待决定",), f"{LAW} 第十六条",
                ("县级已经评定自理能力", "近亲属备案的，县级先入户")),
            Way("case.send_back", "退回乡镇重新提出意见", REVIEWER, ("待初审",),
                f"{LAW} 第十六条", ("写明退回理由",)),
            **_COUNTY, **_ENDED,
        ),
        stage(
            "待决定", "作出确认决定", "county_leader",
            Way("case.decide", "作出决定", CHIEF, (CONFIRMED, "待签协议", REFUSED),
                f"{LAW} 第十七条", ("确认的，须符合规定并已公示满期", "不是审核人"), ""),
            **_COUNTY, **_ENDED,
        ),
        stage(
            "待签协议", "与照料人签订委托照料服务协议", "township_clerk",
            Way("case.sign_care", "签订照料服务协议", CLERK, (CONFIRMED,),
                "国务院关于进一步健全特困人员救助供养制度的意见",
                ("写明照料人、服务内容、每月费用、探访次数", "三方签字"), "决定"),
            term_code="T261", counts_from="本环节",
            article="国务院关于进一步健全特困人员救助供养制度的意见", **_ENDED,
        ),
    ),
)  # fmt: skip
