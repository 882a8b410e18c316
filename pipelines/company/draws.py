"""Draws for many rows at once: they depend on names, a seed and each row's own numbers alone, as those of `dice.py`."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Bits: TypeAlias = NDArray[np.uint64]
Whole: TypeAlias = NDArray[np.int64]
Real: TypeAlias = NDArray[np.float64]
Truth: TypeAlias = NDArray[np.bool_]
# Numbers of rows, or one for all of them.
Rows: TypeAlias = NDArray[Any] | np.integer[Any] | int

# SplitMix64: a counter-based generator that passes the usual batteries of tests.
_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_30, _27, _31, _11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)


def number_of(*names: object) -> int:
    """Return 64 bits that stand for some names."""
    text = "\x1f".join(map(str, names))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


class Draws:
    """Draws for rows; the same names and the same row give the same draw, whatever other rows are drawn for.

    Args:
        names: what is drawn for, the seed first.
    """

    def __init__(self, *names: object) -> None:
        self._names = names
        self._key = np.array([number_of(*names)], dtype=np.uint64)

    def of(self, *names: object) -> "Draws":
        """Return the draws of a part, which do not depend on ours."""
        return Draws(*self._names, *names)

    def bits(self, *rows: Rows) -> Bits:
        """Draw 64 bits for each row; the arrays of the rows' numbers are whole and broadcast against each other."""
        drawn = self._key
        for numbers in rows:
            # Signed and unsigned alike are taken by their bits.
            whole = np.atleast_1d(np.asarray(numbers))
            drawn = _mixed(whole.astype(np.uint64, copy=False) * _STEP + drawn)
        return drawn

    def unit(self, *rows: Rows) -> Real:
        """Draw a number above 0 and below 1 for each row."""
        return ((self.bits(*rows) >> _11).astype(np.float64) + 0.5) * 2.0**-53

    def chance(self, probability: Real | float, *rows: Rows) -> Truth:
        """Draw whether something happens, for each row."""
        happens: Truth = self.unit(*rows) < probability
        return happens

    def below(self, count: Whole | Real | float, *rows: Rows) -> Whole:
        """Draw a whole number from 0 up to, and without, a count, for each row."""
        return (self.unit(*rows) * count).astype(np.int64)

    def pick(self, weights: Sequence[float], *rows: Rows) -> Whole:
        """Draw a position among weights, for each row."""
        ends = np.cumsum(np.asarray(weights, dtype=np.float64))
        picked: Whole = np.searchsorted(ends, self.unit(*rows) * ends[-1], side="right").astype(np.int64)
        return picked

    def normal(self, *rows: Rows) -> Real:
        """Draw from the normal distribution of mean 0 and variance 1, for each row."""
        radius = np.sqrt(-2.0 * np.log(self.of("radius").unit(*rows)))
        drawn: Real = radius * np.cos(2.0 * np.pi * self.of("angle").unit(*rows))
        return drawn


def _mixed(bits: Any) -> Bits:
    bits = (bits ^ (bits >> _30)) * _FIRST
    bits = (bits ^ (bits >> _27)) * _SECOND
    mixed: Bits = bits ^ (bits >> _31)
    return mixed
