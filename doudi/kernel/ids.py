"""Numbers that name people, organisations, cards and places: read, checked, never corrected.

Only width, blanks and the letter x are repaired. No problem repeats the number it is about,
because problems reach logs and numbers of people must not. Checks go in the order form, check
digit, meaning.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal

from doudi.kernel import clock
from doudi.kernel.dates import age_on
from doudi.kernel.divisions import (
    NATION,
    PROVINCES,
    DivisionCode,
    check_division_code,
    covers,
    place_range,
)
from doudi.kernel.problems import Problem, require
from doudi.kernel.text import half_width_without_blanks

__all__ = [
    "NATION", "CreditCode", "DisabilityCertificate", "DivisionCode", "IdentifierProblem",
    "ResidentId", "check_bank_card", "check_credit_code", "check_disability_certificate",
    "check_division_code", "check_organisation_code", "check_resident_id", "covers",
    "id_check_digit", "normalise_id", "place_range", "upgrade_15",
]  # fmt: skip

Sex = Literal["男", "女"]
IdKind = Literal["居民", "港澳台居住证", "外国人永久居留证"]

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_ID_CHECKS = "10X98765432"
_RESIDENCE_PERMITS = frozenset({"81", "82", "83"})
_OLDEST_AGE = 130


class IdentifierProblem(Problem):
    """Group: a number does not have the form, check digit or meaning that it must have."""


class IdLength(IdentifierProblem):
    code = "id.length"
    say = "身份证号应为18位，现有{length}位。"
    next = "请对照证件补全；15位旧号先升为18位。"
    fields = ("length",)


class IdCharacters(IdentifierProblem):
    code = "id.characters"
    say = "身份证号第{position}位不是数字；只有最后一位可以是X。"
    next = "请对照证件重新录入，注意字母O与数字0、字母l与数字1。"
    fields = ("position",)


class IdChecksum(IdentifierProblem):
    code = "id.checksum"
    say = "身份证号的校验位不对，号码中至少有一位写错。"
    next = "请对照证件逐位核对，不要只改最后一位。"


class IdBirthNotADate(IdentifierProblem):
    code = "id.birth_not_a_date"
    say = "身份证号中的出生日期“{birth}”不存在。"
    next = "请对照证件核对第7至14位。"
    fields = ("birth",)


class IdBirthInFuture(IdentifierProblem):
    code = "id.birth_in_future"
    say = "身份证号中的出生日期 {birth} 在今天 {today} 之后。"
    next = "请对照证件核对第7至14位。"
    fields = ("birth", "today")


class IdTooOld(IdentifierProblem):
    code = "id.too_old"
    say = "按身份证号计算年龄为{age}岁，超过130岁。"
    next = "请对照证件核对第7至14位；确系高龄的，请到户籍部门核实。"
    fields = ("age",)


class IdProvinceUnknown(IdentifierProblem):
    code = "id.province_unknown"
    say = "身份证号前两位“{province}”不是省级代码。"
    next = "请对照证件核对前6位。"
    fields = ("province",)


class OldIdForm(IdentifierProblem):
    code = "id.old_form"
    say = "旧身份证号应为15位数字，现有{length}个字符或含有其他字符。"
    next = "请对照旧证件重新录入15位数字。"
    fields = ("length",)


@dataclass(frozen=True, slots=True)
class ResidentId:
    """A checked number; `division` is empty for a foreigner's, which carries none."""

    number: str
    division: str
    birth: date
    sex: Sex
    kind: IdKind


def normalise_id(text: str) -> str:
    """Return the text in half width, without any blanks, with X for x; nothing else changed."""
    return half_width_without_blanks(text).replace("x", "X")


def id_check_digit(first17: str) -> str:
    """Return the 18th character for the first 17 digits (GB 11643)."""
    assert re.fullmatch(r"[0-9]{17}", first17), "the check digit is made of 17 digits"
    total = sum(int(digit) * weight for digit, weight in zip(first17, _ID_WEIGHTS, strict=True))
    return _ID_CHECKS[total % 11]


def check_resident_id(text: str, *, today: date | None = None) -> ResidentId:
    """Return what an 18-digit identity number says; raise an IdentifierProblem.

    `today` is the business day unless given.
    """
    number = normalise_id(text)
    require(len(number) == 18, IdLength(length=len(number)))
    wrong = re.search(r"[^0-9]", number[:17]) or re.search(r"[^0-9X]", number[17])
    if wrong is not None:
        inside = wrong.start() + 1 if len(wrong.string) == 17 else 18
        raise IdCharacters(position=inside)
    require(number[17] == id_check_digit(number[:17]), IdChecksum())
    birth = _birth(number[6:14], today or clock.business_today())
    kind = _kind(number[:2])
    return ResidentId(
        number=number,
        division="" if kind == "外国人永久居留证" else number[:6],
        birth=birth,
        sex="男" if int(number[16]) % 2 else "女",
        kind=kind,
    )


def _birth(digits: str, today: date) -> date:
    birth = _date_or_none(digits)
    if birth is None:
        raise IdBirthNotADate(birth=digits)
    require(birth <= today, IdBirthInFuture(birth=birth, today=today))
    age = age_on(birth, today)
    require(age <= _OLDEST_AGE, IdTooOld(age=age))
    return birth


def _date_or_none(digits: str) -> date | None:
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def _kind(province: str) -> IdKind:
    if province in _RESIDENCE_PERMITS:
        return "港澳台居住证"
    if province.startswith("9"):
        return "外国人永久居留证"
    require(province in PROVINCES, IdProvinceUnknown(province=province))
    return "居民"


def upgrade_15(text: str) -> str:
    """Return the 18-digit form of an old 15-digit number: 19 added, check digit computed."""
    old = normalise_id(text)
    require(re.fullmatch(r"[0-9]{15}", old), OldIdForm(length=len(old)))
    first17 = f"{old[:6]}19{old[6:]}"
    require(_date_or_none(first17[6:14]), IdBirthNotADate(birth=first17[6:14]))
    return first17 + id_check_digit(first17)


class CertificateForm(IdentifierProblem):
    code = "certificate.form"
    say = "残疾人证号应为20位（补办的为22位，第21位是B），现有{length}位或末尾写法不对。"
    next = "请对照残疾人证重新录入。"
    fields = ("length",)


class CertificateCategory(IdentifierProblem):
    code = "certificate.category"
    say = "残疾人证号第19位“{category}”不是残疾类别（1至7）。"
    next = "请对照残疾人证核对类别：1视力 2听力 3言语 4肢体 5智力 6精神 7多重。"
    fields = ("category",)


class CertificateLevel(IdentifierProblem):
    code = "certificate.level"
    say = "残疾人证号第20位“{level}”不是残疾等级（1至4）。"
    next = "请对照残疾人证核对等级，一级最重。"
    fields = ("level",)


@dataclass(frozen=True, slots=True)
class DisabilityCertificate:
    """A checked certificate: category 1 to 7, level 1 (gravest) to 4, number of reissues."""

    id_number: str
    category: int
    level: int
    reissue: int | None = None


def check_disability_certificate(text: str, *, today: date | None = None) -> DisabilityCertificate:
    """Return what a number of 20 or 22 characters says; raise an IdentifierProblem."""
    number = normalise_id(text)
    found = re.fullmatch(r"(.{18})(.)(.)(?:B([0-9]))?", number)
    if found is None:
        raise CertificateForm(length=len(number))
    category, level, reissue = found[2], found[3], found[4]
    holder = check_resident_id(found[1], today=today)
    require(category in "1234567", CertificateCategory(category=category))
    require(level in "1234", CertificateLevel(level=level))
    return DisabilityCertificate(
        holder.number, int(category), int(level), None if reissue is None else int(reissue)
    )


_CREDIT_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_CREDIT_WEIGHTS = tuple(pow(3, k, 31) for k in range(17))
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


class CreditCodeForm(IdentifierProblem):
    code = "credit_code.form"
    say = "统一社会信用代码应为18位数字或大写字母（不含I、O、S、V、Z），第3至8位为数字。"
    next = "请对照证照重新录入，注意字母O与数字0、字母I与数字1、字母Z与数字2。"


class CreditCodeChecksum(IdentifierProblem):
    code = "credit_code.checksum"
    say = "统一社会信用代码的校验位不对，代码中至少有一位写错。"
    next = "请对照证照逐位核对，不要只改最后一位。"


class OrganisationCodeForm(IdentifierProblem):
    code = "organisation_code.form"
    say = "组织机构代码应为9位：8位数字或大写字母，加1位校验（数字或X）。"
    next = "请对照代码证重新录入。"


class OrganisationCodeChecksum(IdentifierProblem):
    code = "organisation_code.checksum"
    say = "组织机构代码的校验位不对，代码中至少有一位写错。"
    next = "请对照证照逐位核对；它是统一社会信用代码的第9至17位。"


@dataclass(frozen=True, slots=True)
class CreditCode:
    """A checked code of an organisation and the parts of which it is made (GB 32100)."""

    code: str
    department: str
    category: str
    division: str
    organisation: str


def check_credit_code(text: str) -> CreditCode:
    """Return the parts of a unified social credit code; raise an IdentifierProblem."""
    code = normalise_id(text)
    form = f"[{_CREDIT_CHARACTERS}]{{2}}[0-9]{{6}}[{_CREDIT_CHARACTERS}]{{10}}"
    require(re.fullmatch(form, code), CreditCodeForm())
    values = map(_CREDIT_CHARACTERS.index, code[:17])
    total = sum(value * weight for value, weight in zip(values, _CREDIT_WEIGHTS, strict=True))
    require(code[17] == _CREDIT_CHARACTERS[-total % 31], CreditCodeChecksum())
    return CreditCode(code, code[0], code[1], code[2:8], check_organisation_code(code[8:17]))


def check_organisation_code(text: str) -> str:
    """Return a 9-character code (GB 11714), also written with a hyphen before its last."""
    found = re.fullmatch(r"([0-9A-Z]{8})-?([0-9X])", normalise_id(text))
    if found is None:
        raise OrganisationCodeForm()
    values = (int(character, 36) for character in found[1])
    total = sum(value * weight for value, weight in zip(values, _ORGANISATION_WEIGHTS, strict=True))
    require(found[2] == "0123456789X"[-total % 11], OrganisationCodeChecksum())
    return found[1] + found[2]


class CardForm(IdentifierProblem):
    code = "card.form"
    say = "银行卡号应为16至19位数字，现有{length}个字符或含有其他字符。"
    next = "请对照银行卡重新录入；表格中的卡号列应设为文本，以免末尾变成0。"
    fields = ("length",)


class CardChecksum(IdentifierProblem):
    code = "card.checksum"
    say = "银行卡号的校验位不对，卡号中至少有一位写错。"
    next = "请对照银行卡逐位核对；存折账号请填入账号栏。"


def check_bank_card(text: str) -> str:
    """Return the digits of a bank card of 16 to 19 digits (Luhn); raise an IdentifierProblem."""
    number = normalise_id(text)
    require(re.fullmatch(r"[0-9]{16,19}", number), CardForm(length=len(number)))
    plain, doubled = number[-1::-2], number[-2::-2]
    total = sum(map(int, plain)) + sum(sum(divmod(2 * int(digit), 10)) for digit in doubled)
    require(total % 10 == 0, CardChecksum())
    return number
