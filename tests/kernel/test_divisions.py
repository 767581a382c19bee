"""Division codes: levels, parents, and ranges that cover exactly."""

import lzma
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doudi.kernel.divisions import DivisionBroken, DivisionForm, DivisionProvinceUnknown
from doudi.kernel.ids import NATION, DivisionCode, check_division_code, covers, place_range

WIDTHS = (0, 2, 4, 6, 9, 12)
segments = st.tuples(
    st.sampled_from(["11", "37", "62", "65"]),
    *[st.sampled_from(["01", "05", "10", "90", "99"])] * 2,
    *[st.sampled_from(["001", "010", "100", "199", "900", "999"])] * 2,
)
codes = st.builds(
    lambda parts, level: "".join(parts[:level]).ljust(12, "0"), segments, st.integers(0, 5)
)
villages = segments.map("".join)


@pytest.mark.parametrize(
    ("code", "level", "parent", "kind"),
    [
        ("620000000000", 1, NATION, "省级"),
        ("620500000000", 2, "620000000000", "市级"),
        ("620521000000", 3, "620500000000", "县级"),
        ("620521100000", 4, "620521000000", "镇"),
        ("620521206000", 4, "620521000000", "乡"),
        ("620521400000", 4, "620521000000", "类似乡级单位"),
        ("110101001000", 4, "110101000000", "街道"),
        ("620521600000", 4, "620521000000", "其他乡级"),
        ("620521100001", 5, "620521100000", "居委会"),
        ("620521100200", 5, "620521100000", "村委会"),
        ("620521100400", 5, "620521100000", "类似居委会"),
        ("620521100598", 5, "620521100000", "类似村委会"),
        ("620521100600", 5, "620521100000", "其他村级"),
        ("650100000000", 2, "650000000000", "市级"),
        ("441900003000", 4, "441900000000", "街道"),
    ],
)
def test_a_code_tells_its_level_its_parent_and_its_kind(code, level, parent, kind):
    assert check_division_code(code) == DivisionCode(code, level, parent, kind)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("620521", DivisionForm),
        ("6205210000000", DivisionForm),
        ("62052100000X", DivisionForm),
        ("", DivisionForm),
        ("160000000000", DivisionProvinceUnknown),
        (NATION, DivisionProvinceUnknown),
        ("620021000000", DivisionBroken),
        ("620000100000", DivisionBroken),
        ("620521000201", DivisionBroken),
    ],
)
def test_a_wrong_code_is_refused(text, kind):
    with pytest.raises(kind):
        check_division_code(text)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (NATION, (NATION, "~")),
        ("620000000000", ("620000000000", "630000000000")),
        ("620521000000", ("620521000000", "620522000000")),
        ("620599000000", ("620599000000", "620600000000")),
        ("629900000000", ("629900000000", "630000000000")),
        ("620521199000", ("620521199000", "620521200000")),
        ("620521999000", ("620521999000", "620522000000")),
        ("620521100201", ("620521100201", "620521100202")),
        ("620521100299", ("620521100299", "620521100300")),
        ("620521100000", ("620521100000", "620521101000")),
        ("620521110000", ("620521110000", "620521111000")),
        ("500000000000", ("500000000000", "510000000000")),
        ("371000000000", ("371000000000", "371100000000")),
        ("010000000000", ("010000000000", "020000000000")),
        ("990000000000", ("990000000000", "~")),
        ("999999999999", ("999999999999", "~")),
    ],
)
def test_a_range_runs_to_the_next_division_of_the_level(code, expected):
    assert place_range(code) == expected


@given(codes, villages)
def test_a_range_covers_exactly_the_codes_that_begin_with_its_segments(outer, inner):
    level = min(k for k in range(6) if outer[: WIDTHS[k]].ljust(12, "0") == outer)
    since, before = place_range(outer)
    assert since == outer
    assert (since <= inner < before) == inner.startswith(outer[: WIDTHS[level]])
    assert covers(outer, inner) == (since <= inner < before)


@given(villages)
def test_every_ancestor_covers_its_descendants_and_no_village_its_township(village):
    place = check_division_code(village)
    while place.parent != NATION:
        assert covers(place.parent, village)
        assert covers(place.parent, place.code)
        assert not covers(place.code, place.parent)
        place = check_division_code(place.parent)
    assert covers(NATION, village)
    assert covers(village, village)


def test_ranges_of_what_is_no_code_are_refused():
    for text in ("620521", "~", ""):
        with pytest.raises(DivisionForm):
            place_range(text)
        with pytest.raises(DivisionForm):
            covers("620521000000", text)


def test_every_real_division_of_2023_is_accepted_and_its_parent_exists():
    packed = files("doudi.places").joinpath("data/divisions_2023.tsv.xz").read_bytes()
    lines = lzma.decompress(packed).decode().splitlines()
    real = {line[:12] for line in lines} | {NATION}
    orphans = [c for c in real - {NATION} if check_division_code(c).parent not in real]
    assert len(real) > 600_000
    assert orphans == []
