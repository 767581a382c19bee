"""Invented names as they are met in the county, rare characters among them."""

from __future__ import annotations

import random
from datetime import date
from itertools import accumulate

_COMMON_SURNAMES = (
    "王李张刘陈杨赵马周吴徐孙朱胡郭何高林郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任"
    "沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
    "温安樊单裴雍南全郇蒲仇窦景漆缑边豆剡巩令霍缪解查翟盖乐"
)
_RARE_SURNAMES = (
    "䶮",
    "𠮷",
    "㐂",
    "邽",
    "郉",
    "亓",
    "乜",
    "妫",
    "禤",
    "爨",
    "昝",
    "逄",
    "欧阳",
    "上官",
    "司马",
)
_SURNAME_WEIGHTS = tuple(
    accumulate(
        # Surnames follow roughly one over the rank, flatter at the top.
        1000.0 / (rank + 8)
        for rank in range(len(_COMMON_SURNAMES))
    )
)
_MALE = {
    1950: "福贵全有德根生财喜长满来保成义忠孝顺廷维继祖耀世俊宝珍仓禄寿安宁祥元兴",
    1975: "建国军明平文志华卫东林强红勇刚永新学峰海江小虎伟民斌辉利胜宏旭龙鹏",
    2000: "浩宇轩子博涛凯鑫磊超阳晨泽瑞嘉航睿辰佳俊杰豪毅哲思远启昊天宸逸铭",
}
_FEMALE = {
    1950: "秀英兰桂香玉珍菊梅芳花莲翠凤巧彩琴爱存改过换引娥女转霞粉果",
    1975: "红霞丽娟艳萍小燕芳玲军海英春琴敏彩霞云静晓梅婷宁淑芬慧亚莉萍娜",
    2000: "欣怡雨涵梓萱佳琪诗语嘉怡子涵思彤可馨雅雯静璇若曦妍玥瑶婧婷梦洁",
}
# Characters that make trouble: outside the old character sets, beyond the basic plane, or unusual.
RARE_GIVEN = "㛃喆赟堃犇淼䶮𠮷㐂翀昶玥頔祎珺旻晟彧璟甯邨竑琎槑燚"
_WITH_DOT = (
    ("阿卜杜拉", "买买提"),
    ("古丽", "艾买提"),
    ("卓玛", "才让"),
    ("扎西", "顿珠"),
    ("阿依努尔", "吐尔逊"),
    ("索南", "卓嘎"),
    ("艾力", "库尔班"),
    ("达瓦", "次仁"),
)
_HUI_SURNAMES = "马丁白米穆海哈沙铁"
_HUI_MALE = ("伊布拉", "尔撒", "优素", "哈三", "阿里", "主麻", "穆萨", "舍巴")
_HUI_FEMALE = ("法图麦", "阿西叶", "麦燕", "索菲", "海车", "赛里买", "阿米乃")

# What one hears the same and types differently; each pair sounds alike.
HOMOPHONES = {
    "建": "健",
    "国": "果",
    "军": "君",
    "明": "鸣",
    "平": "萍",
    "文": "雯",
    "志": "智",
    "华": "花",
    "林": "琳",
    "红": "宏",
    "永": "勇",
    "学": "雪",
    "海": "孩",
    "江": "姜",
    "伟": "玮",
    "英": "瑛",
    "兰": "岚",
    "桂": "贵",
    "香": "乡",
    "玉": "钰",
    "珍": "真",
    "菊": "局",
    "梅": "玫",
    "芳": "方",
    "秀": "绣",
    "霞": "侠",
    "丽": "莉",
    "娟": "捐",
    "燕": "艳",
    "玲": "铃",
    "浩": "昊",
    "宇": "雨",
    "轩": "萱",
    "博": "伯",
    "涛": "焘",
    "凯": "楷",
    "鑫": "欣",
    "磊": "垒",
    "超": "朝",
    "阳": "扬",
    "晨": "辰",
    "佳": "嘉",
    "俊": "骏",
    "福": "富",
    "全": "泉",
    "有": "友",
    "德": "得",
    "生": "升",
    "喜": "禧",
    "成": "城",
    "义": "意",
    "忠": "钟",
    "世": "士",
    "张": "章",
    "许": "徐",
    "余": "于",
    "付": "傅",
    "肖": "萧",
    "闫": "阎",
    "邱": "丘",
    "程": "陈",
    "梦": "孟",
    "怡": "宜",
    "涵": "函",
}
# The same character in another shape: traditional, variant or the second simplification.
VARIANTS = {
    "国": "囯", "军": "軍", "华": "華", "兰": "蘭", "东": "東", "卫": "衞", "云": "雲", "马": "馬",
    "刘": "劉", "陈": "陳", "杨": "楊", "赵": "趙", "张": "張", "吴": "吳", "孙": "孫", "钟": "锺",
    "凤": "鳳", "丽": "麗", "龙": "龍", "宁": "甯", "喆": "哲", "堃": "坤", "淼": "渺", "村": "邨",
    "𠮷": "吉", "㐂": "喜", "䶮": "龑", "㛃": "洁", "赟": "贇", "玥": "钥", "峰": "峯", "强": "強",
}  # fmt: skip


def family_name(rng: random.Random) -> str:
    """A surname; one in eighty is rare."""
    if rng.random() < 0.0125:
        return rng.choice(_RARE_SURNAMES)
    return rng.choices(_COMMON_SURNAMES, cum_weights=_SURNAME_WEIGHTS)[0]


def given_name(rng: random.Random, sex: str, birth: date) -> str:
    """A given name of the taste of its year; three in a hundred hold a rare character."""
    tables = _MALE if sex == "男" else _FEMALE
    year = birth.year
    pool = tables[1950 if year < 1966 else 1975 if year < 1992 else 2000]
    first = rng.choice(pool)
    if rng.random() < 0.03:
        first = rng.choice(RARE_GIVEN)
    if rng.random() < 0.14:
        return first
    return first + rng.choice(pool)


def dotted_name(rng: random.Random) -> str:
    """A name of two parts with · between them."""
    first, second = rng.choice(_WITH_DOT)
    return f"{first}·{second}"


def hui_name(rng: random.Random, sex: str) -> str:
    """A Hui name without a dot."""
    given = rng.choice(_HUI_MALE if sex == "男" else _HUI_FEMALE)
    return rng.choice(_HUI_SURNAMES) + given
