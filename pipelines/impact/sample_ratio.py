"""Whether the groups of a rollout's step are as large as the flag's weights say.

Where they are not, people were lost on one side: by a redirect, a crash, a bot filter, an exposure that is logged
after the feature loads. Then no effect is told, however small its p-value: the groups are no longer alike.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.impact.distributions import binomial_p_value, chi_square_p_value

# Looked at on thirty nights, 0.05 raises an alarm in 28 of a hundred sound rollouts, 0.001 in fewer than one.
ALARM_BELOW = 0.001
# With a smaller expected group nothing is judged.
LEAST_EXPECTED = 5.0
# Below, a small group's counts are too skewed for chi-squared: with 5 expected of a tenth, 0.001 comes to 0.0025.
_EXACT_BELOW = 50.0


@dataclass(frozen=True, slots=True)
class Step:
    """First exposures of one step of a rollout, by variant, and the weights it had then, of any sum."""

    observed: Sequence[int]
    weights: Sequence[float]


@dataclass(frozen=True, slots=True)
class SampleRatio:
    """The test of one step.

    Attributes:
        statistic: of chi-squared, None where nothing was judged by it.
        p_value: None where too few came to judge.
        is_off: whether it lies below the threshold; false where it is None.
    """

    statistic: float | None
    p_value: float | None
    is_off: bool


def sample_ratio(step: Step, alarm_below: float = ALARM_BELOW) -> SampleRatio:
    """Return Pearson's chi-squared test of counts against weights, k - 1 degrees of freedom.

        sum over variants of (observed - expected)^2 / expected

    Count first exposures of persons, each in the step they came in: not events, not persons again at each step, and not
    steps together, whose weights differ. Variants of weight 0 must be empty; one who is there all the same is off. Too
    few to judge where a group is expected to hold fewer than 5. Where one of two is expected to hold fewer than 50, the
    p-value is the binomial's exact one, its smaller tail doubled.
    """
    if len(step.observed) != len(step.weights) or min(step.observed, default=0) < 0 or min(step.weights, default=0) < 0:
        raise ValueError(
            f"Counts {step.observed} and weights {step.weights} are no step; give one of each, none below 0."
        )
    if any(count and not weight for count, weight in zip(step.observed, step.weights, strict=True)):
        return SampleRatio(None, 0.0, True)
    served = [(count, weight) for count, weight in zip(step.observed, step.weights, strict=True) if weight]
    people, whole = sum(count for count, _ in served), math.fsum(weight for _, weight in served)
    expected = [people * weight / whole for _, weight in served]
    if len(served) < 2 or min(expected) < LEAST_EXPECTED:
        return SampleRatio(None, None, False)
    if len(served) == 2 and min(expected) < _EXACT_BELOW:
        p_value = binomial_p_value(served[0][0], people, served[0][1] / whole)
        return SampleRatio(None, p_value, p_value < alarm_below)
    statistic = math.fsum((count - mean) ** 2 / mean for (count, _), mean in zip(served, expected, strict=True))
    p_value = chi_square_p_value(statistic, len(served) - 1)
    return SampleRatio(statistic, p_value, p_value < alarm_below)


def any_is_off(steps: Iterable[Step], alarm_below: float = ALARM_BELOW) -> bool:
    """Whether any step is off, which takes the effect from the whole rollout: a step's people stay in all later sums.

    Of k sound steps looked at once, k in a thousand rollouts raise an alarm.
    """
    return any(sample_ratio(step, alarm_below).is_off for step in steps)
