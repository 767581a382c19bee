"""刚性支出困难家庭, to be read beside 《刚性支出困难家庭认定办法》（2025-01-01 施行，下称“办法”）.

Never published (民办函〔2024〕31号): whoever gives help publishes the help.
"""

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
    stage,
)
from doudi.cases.declared.dibao import HOUSEHOLD, PERSON
from doudi.kernel.workdays import Term

LAW = "刚性支出困难家庭认定办法"
WHOLE = f"{LAW} 第八条"
_EVERYWHERE = {"extend": WHOLE, "terminate": WHOLE}
_TERMS: dict[str, Any] = {"term_code": "T301", "article": WHOLE}

刚性支出困难 = Procedure(
    name="刚性支出困难",
    letters="GX",
    law=LAW,
    scheme="刚性支出困难",
    programmes=("刚性支出困难",),
    group="低收入认定",
    finding=True,
    valid_code="T302",
    decision_article=f"{LAW} 第十条",
    ends=ENDS,
    whole=Term(30, "工作日"),
    whole_code="T301",
    whole_special=Term(45, "工作日"),
    extension_causes=("人户分离", "调查难度较大"),
    check_items=ALL_CHECKS,
    household_inputs=(*HOUSEHOLD[1:], "机动车最高价值", "其他刚性支出", "已获救助捐助"),
    person_inputs=(*PERSON, "自付教育费"),
    stages=(
        *checking_stages(LAW, "第八条", "第八条", dict(_TERMS), dict(_TERMS), **_EVERYWHERE),
        stage(
            "待调查", "入户调查收入、财产和刚性支出", "township_clerk",
            Way("case.investigate", "完成入户调查", CLERK, ("待初审",), WHOLE,
                ("两名以上调查人", "调查人和在场成员签字", "不是受理人"), ""),
            **_TERMS, **_EVERYWHERE,
        ),
        stage(
            "待初审", "提出初审意见", "township_leader",
            Way("case.first_opinion", "提出初审意见", LEADER, ("待审核",), WHOLE,
                ("同意的，须符合规定", "不是调查人")),
            Way("case.reinvestigate", "退回补充调查", LEADER, ("待调查",), WHOLE,
                ("写明要补充调查的事项",)),
            **_TERMS, **_EVERYWHERE,
        ),
        stage(
            "待审核", "提出审核意见", "county_reviewer",
            Way("case.visit", "县级入户调查", REVIEWER, (), WHOLE, ("两名以上调查人",), ""),
            Way("case.review", "提出审核意见", REVIEWER, ("待决定",), WHOLE,
                ("近亲属备案的，县级先入户",)),
            Way("case.send_back", "退回乡镇重新提出意见", REVIEWER, ("待初审",), WHOLE,
                ("写明退回理由",)),
            **_TERMS, **_EVERYWHERE,
        ),
        stage(
            "待决定", "作出认定决定", "county_leader",
            Way("case.decide", "作出决定", CHIEF, (CONFIRMED, REFUSED), WHOLE,
                ("确认的，须符合规定", "不是审核人"), ""),
            **_TERMS, **_EVERYWHERE,
        ),
    ),
)  # fmt: skip
