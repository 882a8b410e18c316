"""Whether the groups of a rollout's step are as large as the flag's weights say.

Where they are not, people were lost on one side: by a redirect, a crash, a bot filter, an exposure that is logged
after the feature loads. Then no effect is told, however small its p-value: the groups are no longer alike.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipelines.impact.distributions import chi_square_p_value

# Looked at on thirty nights, 0.05 raises an alarm in 28 of a hundred sound rollouts, 0.001 in fewer than one.
ALARM_BELOW = 0.001
# With a smaller expected group chi-squared is no measure.
LEAST_EXPECTED = 5.0


@dataclass(frozen=True, slots=True)
class Step:
    """First exposures of one step of a rollout, by variant, and the weights it had then, of any sum."""

    observed: Sequence[int]
    weights: Sequence[float]


@dataclass(frozen=True, slots=True)
class SampleRatio:
    """The test of one step.

    Attributes:
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
    few to judge where a group is expected to hold fewer than 5.
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
    statistic = math.fsum((count - mean) ** 2 / mean for (count, _), mean in zip(served, expected, strict=True))
    p_value = chi_square_p_value(statistic, len(served) - 1)
    return SampleRatio(statistic, p_value, p_value < alarm_below)


def any_is_off(steps: Iterable[Step], alarm_below: float = ALARM_BELOW) -> bool:
    """Whether any step is off, which takes the effect from the whole rollout: a step's people stay in all later sums.

    Of k sound steps looked at once, k in a thousand rollouts raise an alarm.
    """
    return any(sample_ratio(step, alarm_below).is_off for step in steps)
