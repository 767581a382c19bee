"""Numbers of people, certificates, organisations and cards, against an independent oracle."""

import random
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import luhn
from stdnum.cn import ric, uscc

from doudi.kernel import ids
from doudi.kernel.clock import business_at

TODAY = date(2022, 5, 1)
CREDIT_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
digits17 = st.text(alphabet="0123456789", min_size=17, max_size=17)


def number(first17):
    return first17 + ids.id_check_digit(first17)


@pytest.mark.parametrize(
    ("text", "birth", "sex"),
    [
        ("620599196503120023", date(1965, 3, 12), "女"),
        ("620599198907051019", date(1989, 7, 5), "男"),
        ("620599201502280037", date(2015, 2, 28), "男"),
        ("620599195202290016", date(1952, 2, 29), "男"),
    ],
)
def test_the_vectors_of_the_law_pass(text, birth, sex):
    found = ids.check_resident_id(text, today=TODAY)
    assert found == ids.ResidentId(text, "620599", birth, sex, "居民")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("62059919890705101X", ids.IdChecksum),
        ("620599198902300012", ids.IdBirthNotADate),
        ("62059919650312002", ids.IdLength),
        ("6205991965031200233", ids.IdLength),
        ("620599650312002", ids.IdLength),
        ("", ids.IdLength),
        ("62059919650312OO23", ids.IdCharacters),
        ("62059919650312002A", ids.IdCharacters),
        ("X20599196503120023", ids.IdCharacters),
        ("62059919650312002٣", ids.IdCharacters),
        (number("62059920220502001"), ids.IdBirthInFuture),
        (number("62059918910430001"), ids.IdTooOld),
        (number("16059919650312002"), ids.IdProvinceUnknown),
        (number("00059919650312002"), ids.IdProvinceUnknown),
        (number("62059900000101001"), ids.IdBirthNotADate),
    ],
)
def test_each_kind_of_mistake_has_its_own_answer_and_repeats_no_number(text, kind):
    with pytest.raises(ids.IdentifierProblem) as refused:
        ids.check_resident_id(text, today=TODAY)
    assert type(refused.value) is kind
    assert not text or text not in str(refused.value.as_dict())


@pytest.mark.parametrize(
    ("text", "position"), [("6205991965O3120023", 11), ("62059919650312002A", 18)]
)
def test_the_place_of_a_wrong_character_is_named(text, position):
    with pytest.raises(ids.IdCharacters) as refused:
        ids.check_resident_id(text, today=TODAY)
    assert refused.value.facts == {"position": position}


@pytest.mark.parametrize(("born", "accepted"), [("18910502", True), ("18910501", False)])
def test_a_hundred_and_thirty_years_are_believed_and_one_more_is_not(born, accepted):
    text = number(f"620599{born}001")
    if accepted:
        assert ids.check_resident_id(text, today=TODAY).birth.year == 1891
    else:
        with pytest.raises(ids.IdTooOld):
            ids.check_resident_id(text, today=TODAY)


def test_born_today_is_not_born_in_the_future_and_today_is_the_business_day():
    text = number("62059920220501001")
    assert ids.check_resident_id(text, today=TODAY).birth == TODAY
    with business_at(date(2022, 4, 30)), pytest.raises(ids.IdBirthInFuture):
        ids.check_resident_id(text)
    with business_at(TODAY):
        assert ids.check_resident_id(text).birth == TODAY


@pytest.mark.parametrize(
    ("province", "kind", "division"),
    [
        ("81", "港澳台居住证", "810599"),
        ("82", "港澳台居住证", "820599"),
        ("83", "港澳台居住证", "830599"),
        ("91", "外国人永久居留证", ""),
        ("71", "居民", "710599"),
    ],
)
def test_permits_of_residence_pass_under_their_own_kind(province, kind, division):
    found = ids.check_resident_id(number(f"{province}059919650312002"), today=TODAY)
    assert (found.kind, found.division) == (kind, division)


@given(digits17)
def test_the_check_digit_agrees_with_an_independent_library(first17):
    assert ids.id_check_digit(first17) == ric.calc_check_digit(first17 + "0")


@given(st.integers(0, 16), st.integers(1, 9), st.integers(0, 2**32))
def test_one_wrong_digit_is_always_found(position, shift, seed):
    text = number(_random_person(random.Random(seed)))
    wrong = str((int(text[position]) + shift) % 10)
    with pytest.raises(ids.IdChecksum):
        ids.check_resident_id(text[:position] + wrong + text[position + 1 :], today=TODAY)


@given(st.integers(0, 15), st.integers(0, 2**32))
def test_two_neighbours_exchanged_are_always_found(position, seed):
    text = number(_random_person(random.Random(seed)))
    one, other = text[position], text[position + 1]
    swapped = text[:position] + other + one + text[position + 2 :]
    if one != other:
        with pytest.raises(ids.IdChecksum):
            ids.check_resident_id(swapped, today=TODAY)


def _random_person(dice):
    birth = date(1900 + dice.randrange(120), dice.randrange(1, 13), dice.randrange(1, 29))
    return f"620599{birth:%Y%m%d}{dice.randrange(1000):03d}"


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("６２０５９９１９６５０３１２００２３", "620599196503120023"),
        (" 620599 1965 0312 0023\t", "620599196503120023"),
        ("620599　1965\u200b0312\ufeff0023\u202c\xa0", "620599196503120023"),
        ("62059919890705101x", "62059919890705101X"),
        ("62059919890705101ｘ", "62059919890705101X"),
        ("abcO1l-", "abcO1l-"),
    ],
)
def test_only_width_blanks_and_the_letter_x_are_repaired(typed, plain):
    assert ids.normalise_id(typed) == plain
    assert ids.normalise_id(plain) == plain


def test_an_old_number_gets_its_century_and_check_digit():
    assert ids.upgrade_15("620599650312002") == "620599196503120023"


@pytest.mark.parametrize("text", ["62059965031200", "62059965031200X", "620599650312002 3", ""])
def test_an_old_number_must_have_fifteen_digits(text):
    with pytest.raises(ids.OldIdForm):
        ids.upgrade_15(text)


def test_an_old_number_must_contain_a_real_day_of_birth():
    with pytest.raises(ids.IdBirthNotADate):
        ids.upgrade_15("620599650230002")


def test_a_disability_certificate_tells_category_and_level():
    found = ids.check_disability_certificate("62059919650312002342", today=TODAY)
    assert found == ids.DisabilityCertificate("620599196503120023", 4, 2, None)
    again = ids.check_disability_certificate("62059919650312002342B1", today=TODAY)
    assert again == ids.DisabilityCertificate("620599196503120023", 4, 2, 1)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("620599196503120023", ids.CertificateForm),
        ("62059919650312002342B", ids.CertificateForm),
        ("62059919650312002342A1", ids.CertificateForm),
        ("62059919650312002302", ids.CertificateCategory),
        ("62059919650312002382", ids.CertificateCategory),
        ("62059919650312002340", ids.CertificateLevel),
        ("62059919650312002345", ids.CertificateLevel),
        ("62059919650312002442", ids.IdChecksum),
    ],
)
def test_a_wrong_disability_certificate_is_refused(text, kind):
    with pytest.raises(kind):
        ids.check_disability_certificate(text, today=TODAY)


@pytest.mark.parametrize(
    "text", ["9144030071526726XG", "91330100799655058B", "914403001922038216", "52620521MJ000000XR"]
)
def test_the_credit_codes_of_the_law_pass(text):
    found = ids.check_credit_code(text)
    assert found.code == text
    assert ids.check_organisation_code(found.organisation) == text[8:17]


def test_a_credit_code_is_taken_apart():
    found = ids.check_credit_code(" 52620521MJ000000XR ")
    assert found == ids.CreditCode("52620521MJ000000XR", "5", "2", "620521", "MJ000000X")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("9144030071526726X", ids.CreditCodeForm),
        ("9144O30071526726XG", ids.CreditCodeForm),
        ("I144030071526726XG", ids.CreditCodeForm),
        ("9144030071526726XA", ids.CreditCodeChecksum),
    ],
)
def test_a_wrong_credit_code_is_refused(text, kind):
    with pytest.raises(kind):
        ids.check_credit_code(text)


def test_a_credit_code_around_a_wrong_organisation_code_is_refused():
    first17 = "91440300715267261"
    with pytest.raises(ids.OrganisationCodeChecksum):
        ids.check_credit_code(first17 + uscc.calc_check_digit(first17))


@given(
    st.text(alphabet=CREDIT_CHARACTERS, min_size=2, max_size=2),
    st.integers(0, 999_999),
    st.text(alphabet=CREDIT_CHARACTERS, min_size=8, max_size=8),
)
def test_credit_codes_agree_with_an_independent_library(head, division, body):
    organisation = body + _organisation_digit(body)
    first17 = f"{head}{division:06d}{organisation}"
    text = first17 + uscc.calc_check_digit(first17)
    assert ids.check_credit_code(text).organisation == organisation
    for wrong in set(CREDIT_CHARACTERS) - {text[-1]}:
        with pytest.raises(ids.CreditCodeChecksum):
            ids.check_credit_code(first17 + wrong)


def _organisation_digit(body):
    """Compute GB 11714 once more, as the text of the standard says it."""
    remainder = 0
    for character, weight in zip(body, (3, 7, 9, 10, 5, 8, 4, 2), strict=True):
        value = ord(character) - (48 if character.isdigit() else 55)
        remainder = (remainder + value * weight) % 11
    return {10: "X", 11: "0"}.get(11 - remainder, str(11 - remainder))


@pytest.mark.parametrize("text", ["71526726X", "71526726-X", "７１５２６７２６－Ｘ"])
def test_an_organisation_code_may_be_written_with_its_hyphen(text):
    assert ids.check_organisation_code(text) == "71526726X"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("715267261", ids.OrganisationCodeChecksum),
        ("7152672X", ids.OrganisationCodeForm),
        ("71526726--X", ids.OrganisationCodeForm),
        ("71526726A", ids.OrganisationCodeForm),
    ],
)
def test_a_wrong_organisation_code_is_refused(text, kind):
    with pytest.raises(kind):
        ids.check_organisation_code(text)


def test_the_bank_cards_of_the_law():
    assert ids.check_bank_card("6217 0000 0000 0000 004") == "6217000000000000004"
    with pytest.raises(ids.CardChecksum):
        ids.check_bank_card("6217000000000000005")


@pytest.mark.parametrize("text", ["621700000000000", "62170000000000000004", "6.217E+18", ""])
def test_a_card_has_sixteen_to_nineteen_digits(text):
    with pytest.raises(ids.CardForm):
        ids.check_bank_card(text)


@given(st.text(alphabet="0123456789", min_size=16, max_size=19))
def test_cards_agree_with_an_independent_library(text):
    if luhn.is_valid(text):
        assert ids.check_bank_card(text) == text
    else:
        with pytest.raises(ids.CardChecksum):
            ids.check_bank_card(text)


@given(st.text(max_size=22))
def test_any_text_is_either_a_number_or_a_problem(text):
    for check in (
        ids.check_resident_id, ids.upgrade_15, ids.check_disability_certificate,
        ids.check_credit_code, ids.check_organisation_code, ids.check_bank_card,
    ):  # fmt: skip
        try:
            check(text)
        except ids.IdentifierProblem as problem:
            assert str(problem)  # noqa: PT017 - the sentence must be buildable
