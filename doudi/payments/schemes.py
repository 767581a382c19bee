"""The short codes of schemes that stand in references and batch numbers; they never change."""

from doudi.kernel.problems import Problem


class SchemeUnknown(Problem):
    """A scheme without a code cannot be named, so it cannot be paid."""

    code = "payment.scheme_unknown"
    say = "“{scheme}”不是可以按月发放的救助项目。"
    next = "请在已开通的项目中选择：低保、特困、临时救助、两项补贴、儿童补贴、价格临时补贴。"
    fields = ("scheme",)


# Due by a roster and not by awards (price_rosters.py).
PRICE = "价格临时补贴"

# Of whoever holds a certificate of disability, and only while it is in force (README 17).
CERTIFIED = ("困难残疾人生活补贴", "重度残疾人护理补贴")

CODES: dict[str, str] = {
    "低保": "DB",
    "特困": "TK",
    "临时救助": "LS",
    "困难残疾人生活补贴": "CS",
    "重度残疾人护理补贴": "CH",
    "孤儿": "GE",
    "事实无人抚养儿童": "SW",
    PRICE: "WJ",
}


def code_of(scheme: str) -> str:
    """The two letters of a scheme, e.g. 低保 → DB; raises ``SchemeUnknown``."""
    if scheme not in CODES:
        raise SchemeUnknown(scheme=scheme)
    return CODES[scheme]


# A place is written as short as its level allows, so that 620521000000 reads 620521.
_LENGTHS = (2, 4, 6, 9, 12)


def batch_number(place: str, scheme: str, month: str, part: int) -> str:
    """The derived name of a batch: 620521-DB-202206-1."""
    short = next(place[:n] for n in _LENGTHS if not place[n:].strip("0"))
    return f"{short}-{code_of(scheme)}-{month.replace('-', '')}-{part}"
