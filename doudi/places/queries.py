"""What others may ask of the divisions; names are remembered in the process, they hardly change."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from doudi.kernel.divisions import NATION, check_division_code, place_range
from doudi.kernel.text import half_width_without_blanks
from doudi.places.models import Division

# Filler names of the statistical list between province and county; nobody says them.
_FILLERS = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划"})
_SHORTER = (
    ("社区居民委员会", "社区"),
    ("社区居委会", "社区"),
    ("居民委员会", "居委会"),
    ("村村民委员会", "村"),
    ("村民委员会", "村"),
    ("村村委会", "村"),
    ("村委会", "村"),
)


@dataclass(frozen=True, slots=True)
class Place:
    """A division: 12-digit code, level (1 province … 5 village), name."""

    code: str
    level: int
    name: str


# code -> name at the deepest level that has the code; only what was found is remembered.
_names: dict[str, str] = {}


def forget() -> None:
    """Forget remembered names, after loading."""
    _names.clear()


def names_of(codes: Iterable[str]) -> dict[str, str]:
    """Names of many codes in at most one query; an unknown code stands for itself."""
    wanted = set(codes)
    unseen = wanted - _names.keys()
    if unseen:
        rows = Division.objects.filter(code__in=unseen, before=None).order_by("level")
        _names.update(rows.values_list("code", "name"))
    return {code: _names.get(code, code) for code in wanted}


def name_of(code: str) -> str:
    """The name of a division, e.g. "永清镇"; the code itself where it is not loaded."""
    return names_of([code])[code]


def full_name(code: str) -> str:
    """The name from the province down: "甘肃省天水市清水县永清镇北城居民委员会"."""
    line = _line(code)
    names = names_of(line)
    known = [names[c] for c in line if names[c] != c and names[c] not in _FILLERS]
    return "".join(known) if names[code] != code else code


def short_name(code: str) -> str:
    """The name as people say it: "北城居委会", "永清镇", "南街村"."""
    name = name_of(code)
    for official, spoken in _SHORTER:
        if name.endswith(official) and name != official:
            return name.removesuffix(official) + spoken
    return name


def children(code: str) -> list[Place]:
    """The divisions one level below, in order of code; those of the nation are the provinces."""
    for level in range(_level(code) + 1, 6):
        below = [place for place in places_under(code, level) if place.code != code]
        if below:  # 东莞, 中山, 儋州 repeat themselves as their own county
            return below
    return []


def places_under(code: str, level: int) -> list[Place]:
    """Every division of one level inside this one, in order of code."""
    low, high = place_range(code)
    rows = Division.objects.filter(code__gte=low, code__lt=high, level=level, before=None)
    return _places(rows.order_by("code"))


def search(text: str, *, within: str = NATION, limit: int = 20) -> list[Place]:
    """Divisions whose name contains the text, or whose pinyin initials begin with it."""
    plain = half_width_without_blanks(text)
    if not plain:
        return []
    low, high = place_range(within)
    rows = Division.objects.filter(code__gte=low, code__lt=high, before=None)
    if plain.isascii() and plain.isalpha():
        begins = plain.lower()
        rows = rows.filter(initials__gte=begins, initials__lt=begins + "~")
    elif plain.isascii() and plain.isdigit():
        begins = plain[:12]
        rows = rows.filter(code__gte=begins.ljust(12, "0"), code__lt=begins + "~")
    else:
        rows = rows.filter(name__contains=plain)
    return _places(rows.order_by("level", "code")[:limit])


def ranges_named(text: str, inside: tuple[str, str], *, limit: int) -> list[tuple[str, str]]:
    """Half-open ranges of the divisions inside a range whose name contains the text, outermost."""
    plain = half_width_without_blanks(text)
    rows = Division.objects.filter(
        code__gte=inside[0], code__lt=inside[1], name__contains=plain, before=None
    )
    found: list[tuple[str, str]] = []
    for code in rows.order_by("level", "code").values_list("code", flat=True)[:limit]:
        low, high = place_range(code)
        if not any(since <= low and high <= before for since, before in found):
            found.append((low, high))
    return found


def _places(rows: Iterable[Division]) -> list[Place]:
    return [Place(row.code, row.level, row.name) for row in rows]


def _line(code: str) -> list[str]:
    """The codes from the province down to this one, each once."""
    line: list[str] = []
    for digits in (2, 4, 6, 9, 12):
        above = code[:digits].ljust(12, "0")
        if above not in line:
            line.append(above)
    return line


def _level(code: str) -> int:
    return 0 if code == NATION else check_division_code(code).level
