"""Pinyin initials of Chinese text: one letter a character, by a cached table look-up."""

import functools

from pypinyin import Style, pinyin


@functools.cache
def initial_of(character: str) -> str:
    """The first letter (a–z) of a character's usual reading; "" where the reading is unknown."""
    if character.isascii():
        return character.lower() if character.isalnum() else ""
    readings = pinyin(character, style=Style.FIRST_LETTER, errors="ignore")
    letter = readings[0][0][:1].lower() if readings else ""
    return letter if letter.isascii() and letter.isalpha() else ""


class _Initials(dict[int, str]):
    """Initials by code point, looked up on first use: ``str.translate`` then runs without calls."""

    def __missing__(self, code: int) -> str:
        self[code] = initial_of(chr(code))
        return self[code]


_INITIALS = _Initials()


def initials_of(text: str) -> str:
    """The initials of a text, characters of unknown reading left out."""
    return text.translate(_INITIALS)
