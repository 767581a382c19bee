"""Columns of numbers and masks, of which some are the same for everyone and stay plain."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Number = int | Array  # int64 or bool; a plain number is the same for every holder
Mask = bool | Array


class Held(NamedTuple):
    """A value for every holder, and of which holders it is known."""

    values: Number
    known: Mask = True


def both(one: Mask, other: Mask) -> Mask:
    """Where both are true."""
    if one is True or other is False:
        return other
    if other is True or one is False:
        return one
    return one & other


def either(one: Mask, other: Mask) -> Mask:
    """Where at least one is true."""
    if one is False or other is True:
        return other
    if other is False or one is True:
        return one
    return one | other


def opposite(mask: Mask) -> Mask:
    """Where it is not true."""
    return not mask if isinstance(mask, bool) else ~mask


def simple(mask: Mask) -> Mask:
    """The mask, or plain True or False where it is the same for everyone."""
    if isinstance(mask, bool):
        return mask
    if mask.all():
        return True
    return mask if mask.any() else False


def is_truth(values: Number) -> bool:
    """Whether it is a column of yes and no."""
    return not isinstance(values, int) and values.dtype == np.bool_


def nonzero(values: Array) -> Array:
    """Where numbers are not zero."""
    return values if values.dtype == np.bool_ else values != 0


def truth(values: Number) -> Mask:
    """Yes where a number is not zero."""
    return bool(values) if isinstance(values, int) else nonzero(values)


def integers(values: Array) -> Array:
    """Fit to be computed with: NumPy does not subtract truths, and adds them to a truth."""
    return values.astype(np.int64) if values.dtype == np.bool_ else values


def number(values: Number) -> Number:
    """The same, fit to be computed with."""
    return int(values) if isinstance(values, int) else integers(values)


def chosen(test: Array, yes: Held, no: Held) -> Held:
    """One or the other for each holder, with what is known of the one taken."""
    known: Mask = True
    if yes.known is not True or no.known is not True:
        known = simple(np.where(test, yes.known, no.known))
    return Held(np.where(test, yes.values, no.values), known)


def among(values: Number, options: Sequence[int]) -> Mask:
    """Where a number is one of a few."""
    if isinstance(values, int):
        return values in options
    found: Mask = False
    for option in options:
        found = either(found, values == option)
    return found


class Groups:
    """Who of the level below belongs to each holder; some have nobody."""

    def __init__(self, bounds: Array, order: Array | None = None) -> None:
        self.counts = np.diff(bounds)
        self.order = order
        self._filled = simple(self.counts > 0)
        # `reduceat` gives the next value, not nothing, for an empty stretch: those are left out.
        self._starts = bounds[:-1] if self._filled is True else bounds[:-1][self.counts > 0]

    def folded(self, fold: np.ufunc, values: Array, nothing: int) -> Array:
        """One value for each holder; `nothing` for those with nobody."""
        if self._filled is False:
            return np.full(len(self.counts), nothing, values.dtype)
        found: Array = fold.reduceat(values, self._starts)
        if self._filled is True:
            return found
        whole = np.full(len(self.counts), nothing, found.dtype)
        whole[self._filled] = found
        return whole


class Gathered(NamedTuple):
    """A column of the level below, one after another for each holder; `known` None: all are."""

    groups: Groups
    values: Array
    known: Array | None


class Path:
    """Which holders came to a place in a rule; worked out only when asked."""

    __slots__ = ("_mask", "_parent", "_test", "_way")

    def __init__(self, parent: Path | None = None, test: Mask = True, *, way: bool = True) -> None:
        self._parent, self._test, self._way = parent, test, way
        self._mask: Mask | None = None if parent else True

    def mask(self) -> Mask:
        """Those who came here."""
        if self._mask is None:
            assert self._parent is not None
            taken = self._test if self._way else opposite(self._test)
            self._mask = both(self._parent.mask(), taken)
        return self._mask
