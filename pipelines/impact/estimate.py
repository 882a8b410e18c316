"""What every statistic here gives: a figure with its interval, and the name of the method that made them."""

from dataclasses import dataclass
from typing import Literal

CONFIDENCE = 0.95
Side = Literal["both", "lower", "upper"]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval. No field is ever NaN or infinite: what is not defined is None.

    Attributes:
        value: None where only bounds are known, as of a ratio to nothing.
        low, high: None where there is no such bound: it is not finite, or one-sided intervals do not ask for it, or the
            data give none. A lower bound of 2.75 without an upper one reads "2.75 or more".
        method: as it is stored beside the figure.
        p_value: two-sided, of the hypothesis that there is no difference; None where the method gives none. Without
            one a figure takes no part in a correction for many measures.
        confidence: how often such intervals hold the truth, 0.95 unless asked for otherwise.
    """

    value: float | None
    low: float | None
    high: float | None
    method: str
    p_value: float | None = None
    confidence: float = CONFIDENCE

    def excludes(self, value: float) -> bool:
        """Whether a value lies outside the interval; never where no bound is known."""
        return (self.low is not None and value < self.low) or (self.high is not None and value > self.high)
