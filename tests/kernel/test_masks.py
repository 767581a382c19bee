"""What may be shown of personal data."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doudi.kernel.masks import mask_card, mask_id, mask_name, mask_phone

anything = st.one_of(st.none(), st.text(), st.integers(), st.binary(), st.booleans())


def test_an_id_keeps_three_and_four():
    assert mask_id("620599196503120023") == "620***********0023"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"), ("张小三", "张**"), ("欧阳娜娜", "欧阳**"), ("欧阳修", "欧阳*"),
        ("欧阳", "欧*"), ("王", "*"), ("", ""), ("𠮷田", "𠮷*"), (None, ""),
    ],
)  # fmt: skip
def test_a_name_keeps_its_surname(name, shown):
    assert mask_name(name) == shown


def test_a_phone_and_a_card_keep_their_ends():
    assert mask_phone("13800001234") == "138****1234"
    assert mask_card("6217000000000000004") == "*" * 15 + "0004"


@pytest.mark.parametrize("mask", [mask_id, mask_phone, mask_card])
def test_what_is_too_short_to_hide_is_hidden_whole(mask):
    assert mask("1234567") == "*******"


@given(anything)
def test_no_mask_ever_raises_or_shows_more_than_its_ends(value):
    for mask, most in ((mask_id, 7), (mask_name, 2), (mask_phone, 7), (mask_card, 4)):
        shown = mask(value)
        plain = "" if value is None else str(value).strip()
        assert len(shown) == len(plain)
        assert sum(a == b != "*" for a, b in zip(shown, plain, strict=True)) <= most
        assert not plain or "*" in shown
