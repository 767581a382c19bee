"""Chinese names as arrays: written forms folded, syllables, what an unreadable character hides.

Every distinct name is looked at once; tables by code point do the rest.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt

from doudi.exchange.normalising import comparable_name

LONGEST = 12  # characters of a name that are compared
Characters = npt.NDArray[np.uint32]
Syllables = npt.NDArray[np.uint16]
_PLANES = 0x33480  # no CJK character stands above
# Systems that lack a character write one of these for it.
HIDDEN = "?？□〇*＊〓_■◇▢�"
_HIDDEN = 1
UNKNOWN_SOUND = 0

# Traditional or variant form and the form it is folded to, pair by pair.
_FOLDED = (
    "張张陳陈劉刘楊杨趙赵黃黄吳吴孫孙馬马許许鄭郑馮冯鄧邓葉叶蔣蒋蘇苏呂吕盧卢賈贾範范韓韩羅罗"
    "齊齐龍龙萬万錢钱嚴严賴赖龐庞鐘钟鍾钟锺钟譚谭陸陆蕭萧肖萧闫阎閻阎閆阎傅付鄒邹頓顿聶聂魯鲁"
    "顧顾歐欧畢毕賀贺畫画喬乔關关樂乐時时倫伦單单項项閔闵談谈駱骆藍蓝藺蔺鮑鲍鄔邬滿满勞劳龔龚"
    "衛卫衞卫甯宁寧宁寗宁岡冈剛刚華华國国囯国囻国圀国強强偉伟麗丽蘭兰鳳凤榮荣貴贵軍军蓮莲"
    "艷艳豔艳艶艳淑淑嬌娇愛爱慶庆東东來来廣广義义禮礼紅红綠绿銀银鐵铁鋼钢錦锦鑫鑫銘铭鋒锋銳锐"
    "鎮镇鏡镜長长門门開开間间閃闪聞闻閣阁陽阳陰阴隆隆階阶際际隨随雲云電电霞霞靜静韻韵順顺須须"
    "領领頌颂頎颀預预顏颜題题願愿風风飛飞養养餘余駿骏驊骅驕骄騰腾驍骁騫骞魚鱼鴻鸿鵬鹏鶴鹤鶯莺"
    "麥麦黨党點点齡龄億亿優优傑杰杰杰備备傳传傷伤兒儿內内兩两冊册凱凯劍剑勁劲動动務务勝胜勛勋"
    "勳勋勵励匯汇區区協协厲厉參参吉吉啟启啓启喚唤嘉嘉囑嘱園园圍围圖图團团堅坚報报場场塵尘墻墙"
    "壽寿夢梦奧奥奮奋婦妇媽妈嫻娴嬋婵學学宮宫寶宝寳宝實实審审將将專专對对導导屆届層层嶺岭嶽岳"
    "峯峰島岛崗岗巖岩岩岩師师帶带幣币幹干幾几庫库廟庙廳厅張张彌弥彥彦後后徑径從从復复徵征德德"
    "恆恒恒恒悅悦惠惠愨悫慧慧憲宪應应懷怀戀恋戰战戲戏揚扬換换擁拥擇择擴扩據据攜携敏敏敵敌數数"
    "斬斩斷断時时晉晋晝昼暉晖曉晓曄晔曆历書书會会朧胧條条棟栋楓枫業业榮荣槍枪樓楼標标樞枢樹树"
    "橋桥機机檢检權权欽钦歡欢歲岁歷历殘残氣气漢汉決决況况泉泉洩泄涇泾淩凌凌凌淨净淚泪淵渊測测"
    "渾浑湧涌湯汤溫温準准滄沧滅灭滬沪漁渔漣涟潔洁潤润澤泽濟济濤涛濱滨瀅滢瀟潇灣湾災灾為为爲为"
    "烏乌無无煒炜煙烟熱热燁烨燈灯燕燕燦灿爍烁爾尔牆墙狀状獅狮獎奖獨独獲获現现琺珐瑋玮瑤瑶瑩莹"
    "璉琏璣玑環环璽玺瓊琼珮佩產产異异當当疊叠發发盡尽監监盤盘睿睿矚瞩碩硕確确禎祯禪禅禦御"
    "穎颖頴颖穌稣積积穩稳競竞竝并並并併并筆笔築筑節节簡简籃篮籌筹籍籍糧粮紀纪約约純纯紗纱紋纹"
    "紛纷紹绍終终組组結结絢绚給给絡络絲丝經经綱纲網网綺绮綢绸維维綜综緒绪緣缘緯纬線线練练縣县"
    "縱纵總总績绩織织繡绣繩绳繪绘繼继續续羣群聖圣聰聪聯联聲声職职聽听肅肃脈脉脫脱腦脑腳脚膽胆"
    "臨临臺台興兴舉举舊旧艦舰莊庄莉莉萊莱著着葦苇蒼苍蓋盖蔭荫薈荟薔蔷薩萨藝艺藥药蘆芦蘊蕴蘋苹"
    "處处虛虚號号虧亏蟬蝉蠟蜡術术補补裝装複复覽览覺觉觀观規规視视親亲訊讯訓训記记訪访設设評评"
    "詞词試试詩诗話话該该詳详誌志認认誠诚誦诵說说課课調调諒谅論论諭谕諾诺謀谋謙谦講讲謝谢謹谨"
    "證证識识譜谱警警譯译議议護护讀读變变讓让讚赞贊赞豐丰貝贝財财貞贞負负責责貨货買买費费貿贸"
    "資资賓宾賜赐賞赏賢贤質质賦赋賽赛贈赠贏赢躍跃車车軒轩軟软輔辅輕轻輝辉煇辉輪轮輯辑輸输轉转"
    "辦办農农迎迎連连進进運运過过達达違违遙遥遠远適适選选遷迁還还邊边邨村郵邮鄉乡醫医釋释裏里"
    "釗钊針针鈞钧鈴铃鉅巨鈺钰鉑铂銅铜鋪铺錄录録录錫锡鍵键鎖锁鎧铠鏗铿鑄铸鑒鉴鑑鉴鑰钥閏闰閱阅"
    "闊阔隊队隱隐雋隽雖虽雙双雜杂離离難难霧雾霽霁靈灵靚靓韋韦頁页頂顶顯显飄飘飲饮館馆驅驱驗验"
    "體体髮发鬆松鬥斗魯鲁鮮鲜鯉鲤鳴鸣鴛鸳鵑鹃鷹鹰鹽盐麟麟黌黉齋斋龜龟昇升陞升堃坤淼淼喆哲祐佑"
    "汎泛苳冬崑昆崙仑彩彩埰采採采菓果杯杯盃杯綵彩佈布佔占傢家傜徭姪侄娟娟嬭奶孃娘嵐岚慾欲懽欢"
    "戶户户户敍叙敘叙昰是暱昵朶朵栢柏桿杆槑梅樑梁氷冰泒派湻淳濬浚煊煊燻熏琍璃璿璇甦苏疎疏皁皂"
    "砲炮祕秘稟禀穀谷窓窗筍笋綫线羨羡脩修臯皋皐皋茘荔蒞莅蔴麻蕓芸薑姜蝨虱衆众袁袁覈核詠咏豬猪"
    "跡迹迴回逺远鄰邻醖酝鉄铁鎗枪鏈链鐡铁閒闲隣邻雁雁鞦秋韆千頫俯顔颜飈飙餵喂駡骂騐验鬍胡鬱郁"
)

# Surnames that sound otherwise than the same character in other words.
_AS_SURNAME = {
    "曾": "zeng", "单": "shan", "解": "xie", "仇": "qiu", "查": "zha", "盖": "ge", "尉": "wei",
    "朴": "piao", "区": "ou", "缪": "miao", "覃": "qin", "翟": "zhai", "乐": "yue", "员": "yun",
    "种": "chong", "重": "chong", "折": "she", "繁": "po", "召": "shao", "洗": "xian",
    "冼": "xian", "祭": "zhai", "秘": "bi", "那": "na", "牟": "mu", "黑": "he", "逄": "pang",
    "郇": "huan", "撒": "sa", "阚": "kan", "郗": "xi", "褚": "chu", "谌": "chen", "隗": "wei",
    "乜": "nie", "句": "gou", "车": "che", "宓": "mi", "石": "shi", "纪": "ji", "葛": "ge",
    "贾": "jia", "瞿": "qu", "沈": "shen", "柏": "bai", "贲": "ben", "任": "ren", "燕": "yan",
    "宁": "ning", "华": "hua", "哈": "ha", "令": "ling", "卜": "bu", "晟": "cheng", "曲": "qu",
    "佴": "nai", "厍": "she", "钭": "tou", "幺": "yao", "藏": "zang", "洪": "hong", "应": "ying",
    "相": "xiang", "於": "yu", "訾": "zi", "仉": "zhang", "干": "gan", "肖": "xiao", "萧": "xiao",
    "阎": "yan", "付": "fu", "叶": "ye", "么": "yao", "牛": "niu",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Names:
    """Distinct names as arrays; row 0 is no name.

    `written` are code points, `folded` the same in one form, `sounds` syllables; 0 behind the end.
    """

    texts: list[str]
    written: Characters
    folded: Characters
    sounds: Syllables
    length: npt.NDArray[np.int64]


def names_of(texts: list[str]) -> Names:
    """Distinct names without dots and blanks as arrays; the first must be ""."""
    assert texts
    assert texts[0] == "", "row 0 is no name"
    written = np.array(texts, dtype=f"U{LONGEST}").view(np.uint32).reshape(-1, LONGEST)
    folds, sounds_of, surnames = tables()
    folded = folds[np.minimum(written, _PLANES - 1)]
    length = (folded > 0).sum(axis=1)
    sounds = sounds_of[folded]
    first = surnames[folded[:, 0]]
    several = (length > 1) & (first > 0)
    sounds[several, 0] = first[several]
    return Names(texts, written, folded, sounds, length)


def name_texts(values: list[str]) -> list[str]:
    """Names as they are compared: no blanks, no dots, what stands in brackets left out."""
    return [
        comparable_name(value.partition("（")[0].partition("(")[0])[:LONGEST] for value in values
    ]


@cache
def tables() -> tuple[Characters, Syllables, Syllables]:
    """By code point: the folded form, the syllable's number, its number as a surname (0: same)."""
    from pypinyin.constants import PINYIN_DICT

    folds = np.arange(_PLANES, dtype=np.uint32)
    for traditional, simple in zip(_FOLDED[::2], _FOLDED[1::2], strict=True):
        folds[ord(traditional)] = ord(simple)
    for mark in HIDDEN:
        folds[ord(mark)] = _HIDDEN
    number: dict[str, int] = {"": UNKNOWN_SOUND}
    sounds = np.zeros(_PLANES, np.uint16)
    for code, readings in PINYIN_DICT.items():
        syllable = _toneless(readings.partition(",")[0])
        sounds[code] = number.setdefault(syllable, len(number))
    surnames = np.zeros(_PLANES, np.uint16)
    for character, syllable in _AS_SURNAME.items():
        surnames[ord(character)] = number.setdefault(syllable, len(number))
    sounds[_HIDDEN] = UNKNOWN_SOUND
    for letter in range(ord("A"), ord("Z") + 1):
        sounds[letter] = number.setdefault(chr(letter), len(number))
    return folds, sounds, surnames


def _toneless(syllable: str) -> str:
    plain = unicodedata.normalize("NFD", syllable).replace("u\u0308", "v")
    return "".join(letter for letter in plain if letter.isascii() and letter.isalpha())


def key_of(parts: npt.NDArray[Any]) -> npt.NDArray[np.uint64]:
    """One number for each row of small numbers, so that equal rows have equal numbers."""
    key = np.zeros(len(parts), np.uint64)
    for at in range(parts.shape[1]):
        key = key * np.uint64(0x9E3779B97F4A7C15) + parts[:, at].astype(np.uint64) + np.uint64(1)
        key ^= key >> np.uint64(29)
    return key
