"""One slip in an id: every number that one slip away has a right check digit; proposals only.

The check digit tells that something is wrong, never what. All solutions are made, and one is
proposed only when other evidence points to it alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from doudi.exchange.linking.ids import KNOWN_PROVINCE, WEIGHTS, Digits, Numbers, real_day

# Of all 18 positions: the check digit itself has the weight 1, and all sum up to 1 modulo 11.
_ALL = np.append(WEIGHTS, 1).astype(np.int64)
_INVERSE = np.array([pow(int(weight), -1, 11) for weight in _ALL], np.int64)
_FAR = 99  # a character that is no digit
WRONG, SWAPPED, MISSING, EXTRA = range(4)
SLIPS = ("第{at}位写错", "第{at}、{next}位写反", "缺第{at}位", "多写第{at}位")


@dataclass(frozen=True, slots=True)
class Solutions:
    """Numbers that the texts may have meant: of which text, which 17 digits, by which slip."""

    row: npt.NDArray[np.int64]
    key: Numbers
    slip: npt.NDArray[np.int64]
    position: npt.NDArray[np.int64]  # counted from 0

    def take(self, which: npt.NDArray[np.bool_] | npt.NDArray[np.int64]) -> Solutions:
        """Some of them."""
        return Solutions(self.row[which], self.key[which], self.slip[which], self.position[which])

    def words(self, at: int) -> str:
        """The slip in words."""
        position = int(self.position[at]) + 1
        return SLIPS[int(self.slip[at])].format(at=position, next=position + 1)


def solve(texts: list[str], today: date) -> Solutions:
    """All ids that are one slip away from texts of 17, 18 or 19 characters."""
    found: list[Solutions] = []
    lengths = np.array([len(text) if text.isascii() else 0 for text in texts])
    for width, ways in ((17, (_missing,)), (18, (_wrong, _swapped)), (19, (_extra,))):
        rows = np.flatnonzero(lengths == width)
        if not len(rows):
            continue
        wide = _values("".join(texts[row] for row in rows), width)
        found += [way(rows, wide) for way in ways]
    if not found:
        nothing = np.empty(0, np.int64)
        return Solutions(nothing, nothing, nothing, nothing)
    every = Solutions(
        *(np.concatenate([getattr(each, name) for each in found])
          for name in ("row", "key", "slip", "position"))
    )  # fmt: skip
    return _sensible(every, today)


def _values(text: str, width: int) -> npt.NDArray[np.int64]:
    """Digits as numbers, X as 10, anything else as far away."""
    codes: Digits = np.frombuffer(text.encode(), np.uint8).reshape(-1, width)
    values = codes.astype(np.int64) - 48
    values[(values < 0) | (values > 9)] = _FAR
    values[codes == ord("X")] = 10
    return values


def _sensible(found: Solutions, today: date) -> Solutions:
    """Those with a birth that exists in a province that exists, each once."""
    right = real_day(found.key // 1000 % 100_000_000, today)
    right &= KNOWN_PROVINCE[np.minimum(found.key // 10**15, 99)]
    found = found.take(right)
    _, first = np.unique(np.stack([found.row, found.key]), axis=1, return_index=True)
    return found.take(np.sort(first))


def _made(
    rows: npt.NDArray[np.int64], ids: npt.NDArray[np.int64], slip: int, position: int
) -> Solutions:
    """Those of the ids that are ids: digits, an X only at the end, sum right."""
    form = (ids[:, :17] <= 9).all(axis=1) & (ids[:, 17] <= 10) & (ids >= 0).all(axis=1)
    ids, rows = ids[form], rows[form]
    right = (ids @ _ALL) % 11 == 1
    ids, rows = ids[right], rows[right]
    key = ids[:, :17] @ (10 ** np.arange(16, -1, -1, dtype=np.int64))
    same = np.full(len(rows), 1, np.int64)
    return Solutions(rows, key, same * slip, same * position)


def _together(parts: list[Solutions]) -> Solutions:
    return Solutions(
        *(np.concatenate([getattr(each, name) for each in parts])
          for name in ("row", "key", "slip", "position"))
    )  # fmt: skip


def _filled(ids: npt.NDArray[np.int64], position: int) -> npt.NDArray[np.int64]:
    """The ids with what the sum demands at a position, whatever stood there."""
    ids = ids.copy()
    ids[:, position] = 0
    ids[:, position] = (1 - ids @ _ALL) * _INVERSE[position] % 11
    return ids


def _wrong(rows: npt.NDArray[np.int64], wide: npt.NDArray[np.int64]) -> Solutions:
    return _together([_made(rows, _filled(wide, at), WRONG, at) for at in range(18)])


def _swapped(rows: npt.NDArray[np.int64], wide: npt.NDArray[np.int64]) -> Solutions:
    parts = []
    for at in range(17):
        ids = wide.copy()
        ids[:, [at, at + 1]] = ids[:, [at + 1, at]]
        parts.append(_made(rows, ids, SWAPPED, at))
    return _together(parts)


def _missing(rows: npt.NDArray[np.int64], wide: npt.NDArray[np.int64]) -> Solutions:
    parts = []
    for at in range(18):
        ids = np.insert(wide, at, 0, axis=1)
        parts.append(_made(rows, _filled(ids, at), MISSING, at))
    return _together(parts)


def _extra(rows: npt.NDArray[np.int64], wide: npt.NDArray[np.int64]) -> Solutions:
    return _together([_made(rows, np.delete(wide, at, axis=1), EXTRA, at) for at in range(19)])


def number_of(key: int) -> str:
    """The 18-digit id of 17 digits."""
    digits = f"{key:017d}"
    total = sum(int(digit) * int(weight) for digit, weight in zip(digits, WEIGHTS, strict=True))
    return digits + "10X98765432"[total % 11]
