"""Pinyin initials of personal names: the surname read as a surname, unknown characters left out."""

from doudi.places.initials import initials_of

# Readings as a surname that differ from the usual one in their first letter (or that the
# dictionary gets wrong); longest match first.
_COMPOUND = {"尉迟": "yc", "万俟": "mq", "单于": "cy", "澹台": "tt", "长孙": "zs", "宿勤": "sq"}
_SINGLE = {
    "曾": "z", "单": "s", "解": "x", "仇": "q", "查": "z", "盖": "g", "尉": "w", "朴": "p",
    "区": "o", "缪": "m", "覃": "q", "翟": "z", "乐": "y", "员": "y", "种": "c", "重": "c",
    "折": "s", "繁": "p", "召": "s", "洗": "x", "冼": "x", "祭": "z", "秘": "b",
    "那": "n", "牟": "m", "黑": "h", "逄": "p", "郇": "h", "撒": "s", "阚": "k", "郗": "x",
    "褚": "c", "谌": "c", "隗": "w", "乜": "n", "句": "g", "车": "c", "宓": "m", "石": "s",
    "纪": "j", "葛": "g", "贾": "j", "瞿": "q", "沈": "s", "柏": "b", "贲": "b",
}  # fmt: skip


def name_initials(name: str) -> str:
    """Initials of a name, e.g. 曾建国 → zjg; at most 30 letters."""
    for surname, letters in _COMPOUND.items():
        if name.startswith(surname):
            return (letters + initials_of(name[len(surname) :]))[:30]
    if len(name) > 1 and name[0] in _SINGLE:
        return (_SINGLE[name[0]] + initials_of(name[1:]))[:30]
    return initials_of(name)[:30]
