"""Draws that depend on a name and a seed alone, so that one story more changes no other."""

import math
from collections.abc import Sequence
from hashlib import blake2b
from statistics import NormalDist
from typing import TypeVar

T = TypeVar("T")
_NORMAL = NormalDist()
_STEPS = 1 << 53


class Dice:
    """A row of draws; the same names give the same row.

    Args:
        names: what is drawn for, the seed first.
    """

    def __init__(self, *names: object) -> None:
        self._names, self._drawn = names, 0

    def of(self, *names: object) -> "Dice":
        """Return the dice of a part, whose draws neither shift ours nor depend on them."""
        return Dice(*self._names, *names)

    def unit(self) -> float:
        """Draw a number above 0 and below 1."""
        self._drawn += 1
        text = "\x1f".join(map(str, (*self._names, self._drawn)))
        drawn = int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big") >> 11
        return (drawn + 0.5) / _STEPS

    def chance(self, probability: float) -> bool:
        """Draw whether something happens."""
        return self.unit() < probability

    def whole(self, low: int, high: int) -> int:
        """Draw a whole number, both ends included."""
        return low + int(self.unit() * (high - low + 1))

    def pick(self, among: Sequence[T]) -> T:
        """Draw one of several, each alike."""
        return among[self.whole(0, len(among) - 1)]

    def weighed(self, weights: dict[T, float]) -> T:
        """Draw one of several by weight."""
        left = self.unit() * sum(weights.values())
        for one, weight in weights.items():
            left -= weight
            if left < 0:
                return one
        return one

    def spread(self, median: float, sigma: float = 0.5) -> float:
        """Draw a positive number around a median, log-normal: half lie within a factor of exp(0.67 sigma)."""
        return median * math.exp(sigma * _NORMAL.inv_cdf(self.unit()))

    def digest(self) -> str:
        """Draw 40 hexadecimal digits, as a commit is named."""
        self._drawn += 1
        text = "\x1f".join(map(str, (*self._names, "digest", self._drawn)))
        return blake2b(text.encode(), digest_size=20).hexdigest()
