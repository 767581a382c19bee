"""残疾人两项补贴, 孤儿 and 事实无人抚养儿童: by the person, without a verification of means.

Children are never published, and of the two subsidies only the amount may be said: the name of a
subsidy tells of a disability. Terms without an article of the nation stand in parameters.yaml.
"""

from doudi.cases.declaration import (
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
    stage,
)

SUBSIDIES = "国务院关于全面建立困难残疾人生活补贴和重度残疾人护理补贴制度的意见"
ORPHANS = "国务院办公厅关于加强孤儿保障工作的意见"
UNSUPPORTED = "关于进一步加强事实无人抚养儿童保障工作的意见"
_AFAR = "跨省通办"

残疾人两项补贴 = Procedure(
    name="残疾人两项补贴",
    letters="CJ",
    law=SUBSIDIES,
    scheme="残疾人两项补贴",
    programmes=("困难残疾人生活补贴", "重度残疾人护理补贴"),
    group="残疾人两项补贴",
    holder="人",
    starts="申请当月",
    decision_article=SUBSIDIES,
    ends=ENDS,
    whole_code="T611、T612",
    channels=("窗口", "网办", "代办", "主动发现", _AFAR),
    person_inputs=("残疾类别", "残疾等级", "长期照护月数", "领工伤护理费", "其他生活津贴",
                   "其他护理津贴"),
    stages=(
        stage(
            "待初审", "初审残疾人证、困难层次和照护需求", "township_leader",
            Way("case.first_opinion", "提出初审意见", LEADER, ("待残联审核",), SUBSIDIES,
                ("部门已有的数据不再要证明",)),
            term_code="T611", article=SUBSIDIES, terminate=SUBSIDIES,
        ),
        stage(
            "待残联审核", "登记县级残联的审核意见", "county_reviewer",
            Way("case.review", "登记残联审核意见", REVIEWER, ("待决定",), SUBSIDIES,
                ("写明残联的意见和文号",)),
            Way("case.send_back", "退回乡镇重新提出意见", REVIEWER, ("待初审",), SUBSIDIES,
                ("写明退回理由",)),
            term_code="T612", counts_from="上报", article=SUBSIDIES,
        ),
        stage(
            "待决定", "县级民政审定", "county_leader",
            Way("case.decide", "作出决定", CHIEF, (CONFIRMED, REFUSED), SUBSIDIES,
                ("确认的，须符合规定", "不是审核人"), ""),
            term_code="T612", counts_from="上报", article=SUBSIDIES,
        ),
    ),
)  # fmt: skip


def _child_stages(law: str, township: str, county: str) -> tuple[Stage, ...]:
    return (
        stage(
            "待查验", "以部门信息比对为主查验父母情形", "township_clerk",
            Way("case.verify", "查验材料", CLERK, ("待审核",), law,
                ("有异议的再入户、访邻里", "不公示，保护隐私")),
            term_code=township, article=law, terminate=law,
        ),
        stage(
            "待审核", "提出审核意见", "county_reviewer",
            Way("case.visit", "县级入户调查", REVIEWER, (), law, ("两名以上调查人",), ""),
            Way("case.review", "提出审核意见", REVIEWER, ("待决定",), law,
                ("近亲属备案的，县级先入户",)),
            Way("case.send_back", "退回乡镇重新查验", REVIEWER, ("待查验",), law,
                ("写明退回理由",)),
            term_code=county, counts_from="上报", article=law,
        ),
        stage(
            "待决定", "作出确认决定", "county_leader",
            Way("case.decide", "作出决定", CHIEF, (CONFIRMED, REFUSED), law,
                ("确认的，须符合规定", "不是审核人"), ""),
            term_code=county, counts_from="上报", article=law,
        ),
    )  # fmt: skip


孤儿 = Procedure(
    name="孤儿",
    letters="GE",
    law=ORPHANS,
    scheme="孤儿",
    programmes=("孤儿",),
    group="儿童福利",
    holder="人",
    child=True,
    decision_article=ORPHANS,
    ends=ENDS,
    whole_code="T621、T622",
    channels=("窗口", "网办", "代办", "主动发现", _AFAR),
    person_inputs=("养育方式", "病毒感染"),
    stages=_child_stages(ORPHANS, "T621", "T622"),
)

事实无人抚养儿童 = Procedure(
    name="事实无人抚养儿童",
    letters="SS",
    law=UNSUPPORTED,
    scheme="事实无人抚养儿童",
    programmes=("事实无人抚养儿童",),
    group="儿童福利",
    holder="人",
    child=True,
    decision_article=UNSUPPORTED,
    ends=ENDS,
    whole_code="T631、T622",
    channels=("窗口", "网办", "代办", "主动发现", _AFAR),
    person_inputs=("养育方式",),
    stages=_child_stages(UNSUPPORTED, "T631", "T622"),
)
