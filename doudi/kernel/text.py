"""The only repairs of typed text that are allowed: width, blanks, and the letter x."""

from __future__ import annotations

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}

# Blanks of every width, line ends, soft hyphen, zero-width and direction marks: copying from a
# web page, a chat or a spreadsheet leaves them behind and nobody can see them.
_BLANKS = (
    *range(0x09, 0x0E), *range(0x1C, 0x21), 0x85, 0xA0, 0xAD, 0x1680, 0x180E,
    *range(0x2000, 0x2010), *range(0x2028, 0x2030), *range(0x205F, 0x2070), 0x3000, 0xFEFF,
)  # fmt: skip

_HALF_WIDTH_NO_BLANKS: dict[int, int | None] = {**_FULL_WIDTH, **dict.fromkeys(_BLANKS)}


def half_width_without_blanks(text: str) -> str:
    """Return the text with full-width characters narrowed and every blank removed."""
    return text.translate(_HALF_WIDTH_NO_BLANKS)


def clip(text: str, longest: int = 40) -> str:
    """Return the text short enough to stand inside a sentence."""
    return text if len(text) <= longest else text[: longest - 1] + "…"
