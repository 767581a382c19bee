"""The closed lists of the law: what a rule of unit 类 may answer, by the rule's name, in words.

A parameter may be keyed by such a rule; its rows then carry the words. The names of the answers are
constants that rules may use.
"""

from __future__ import annotations

from collections.abc import Mapping

全自理, 半护理, 全护理 = 0, 1, 2
城市, 农村 = 0, 1
特困层, 低保层, 边缘层, 刚性支出层, 防返贫层, 其他层, 无层 = 1, 2, 3, 4, 5, 6, 0
城镇口径, 农村口径, 全体口径 = 0, 1, 2
乡镇先行, 乡镇审批, 县级审批, 一事一议, 不适用 = 1, 2, 3, 4, 0
孤儿身份, 感染儿童身份, 事实无人抚养身份, 无儿童身份 = 1, 2, 3, 0
集中养育, 社会散居 = 1, 2
脱贫不稳定户, 边缘易致贫户, 突发严重困难户, 非监测对象 = 1, 2, 3, 0
全额享受, 渐退半额, 渐退期满, 不在渐退 = 1, 2, 3, 0

CLASSES: Mapping[str, Mapping[str, int]] = {
    "自理能力": {"全自理": 全自理, "半护理": 半护理, "全护理": 全护理},
    "特困待遇城乡": {"城市": 城市, "农村": 农村},
    "可支配收入口径": {"城镇": 城镇口径, "农村": 农村口径, "全体": 全体口径},
    "困难层次": {
        "不属于": 无层, "特困": 特困层, "低保": 低保层, "低保边缘": 边缘层,
        "刚性支出困难": 刚性支出层, "防返贫": 防返贫层, "其他困难": 其他层,
    },
    "临时救助审批级": {
        "不适用": 不适用, "乡镇小金额先行": 乡镇先行, "乡镇委托审批": 乡镇审批,
        "县民政审批": 县级审批, "县级协调机制一事一议": 一事一议,
    },
    "儿童身份": {
        "都不是": 无儿童身份, "孤儿": 孤儿身份, "艾滋病病毒感染儿童": 感染儿童身份,
        "事实无人抚养儿童": 事实无人抚养身份,
    },
    "监测对象类型": {
        "不是监测对象": 非监测对象, "脱贫不稳定户": 脱贫不稳定户,
        "边缘易致贫户": 边缘易致贫户, "突发严重困难户": 突发严重困难户,
    },
    "渐退阶段": {
        "不在渐退期": 不在渐退, "全额": 全额享受, "减额": 渐退半额, "期满": 渐退期满,
    },
}  # fmt: skip

# Lists that only key parameters: a view fixes one of them.
LISTS: Mapping[str, Mapping[str, int]] = {
    "专项": {
        "资助参保": 1, "医疗救助": 2, "疾病应急救助": 3, "教育救助": 4, "城镇住房救助": 5,
        "农村住房救助": 6, "就业救助": 7, "受灾救助": 8, "司法救助": 9, "法律援助": 10,
        "取暖救助": 11, "殡葬减免": 12, "慈善帮扶": 13,
    },
}  # fmt: skip

CONSTANTS: frozenset[str] = frozenset(name for name in dir() if not name.isascii())
