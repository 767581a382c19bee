"""Numbers that pass their checks and belong to nobody: ids, cards, credit codes, phones, plates."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date

from doudi.kernel.ids import id_check_digit

# No county was ever given this code, so no living person carries an id that begins with it.
UNUSED_AREA = "620599"
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_PLATE_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


class IdIssuer:
    """Gives out unique ids of the unused area; the order number tells the sex."""

    def __init__(self) -> None:
        self._next: dict[tuple[date, str], int] = {}

    def issue(self, birth: date, sex: str) -> str:
        """An id nobody in the county has; at most 499 for one day of birth and sex."""
        order = self._next.get((birth, sex), 1 if sex == "男" else 2)
        assert order <= 999, f"no order numbers left for {birth} {sex}"
        self._next[birth, sex] = order + 2
        first = f"{UNUSED_AREA}{birth:%Y%m%d}{order:03d}"
        return first + id_check_digit(first)


def old_id(id_number: str) -> str:
    """The 15-digit id of the first generation; only for those born in the 1900s."""
    assert id_number[6:8] == "19", id_number
    return id_number[:6] + id_number[8:17]


def disability_number(id_number: str, type_: int, level: int) -> str:
    """The 20-digit number of a disability certificate."""
    return f"{id_number}{type_}{level}"


def card_number(serial: int) -> str:
    """A 19-digit card number that passes the Luhn check."""
    first = f"6217000000{serial:08d}"
    total = 0
    for position, digit in enumerate(reversed(first)):
        value = int(digit) * (2 if position % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return first + str(-total % 10)


def credit_code(kind: str, serial: int) -> str:
    """An 18-character unified credit code of the unused area; `kind` is 91, 92 or 93."""
    body = f"MA{serial:06d}"
    total = sum(_org_value(c) * w for c, w in zip(body, _ORGANISATION_WEIGHTS, strict=True))
    check = 11 - total % 11
    body += {10: "X", 11: "0"}.get(check, str(check))
    first = f"{kind}{UNUSED_AREA}{body}"
    total = sum(_USCC_ALPHABET.index(c) * w for c, w in zip(first, _USCC_WEIGHTS, strict=True))
    return first + _USCC_ALPHABET[-total % 31]


def _org_value(character: str) -> int:
    return int(character) if character.isdigit() else ord(character) - ord("A") + 10


def plates() -> Iterator[str]:
    """Plates of the city, each once, 240,000 of them."""
    for serial in range(len(_PLATE_LETTERS) * 10000):
        # 7919 is prime to 10000, so neighbours in the list do not carry neighbouring plates.
        yield f"甘E{_PLATE_LETTERS[serial // 10000]}{serial * 7919 % 10000:04d}"


def phone(rng: random.Random) -> str:
    """A mobile number of the range 1540, which no operator gives out."""
    return f"1540{rng.randrange(10_000_000):07d}"
