"""From figures to words: what may be said of two groups of stories, and what may not."""

from dataclasses import dataclass

# Fewer on either side, and no ratio is told.
LEAST_STORIES, LEAST_DEVELOPERS = 20, 3
TOO_FEW, NO_DIFFERENCE = "too few stories", "no difference shown"
Bounds = tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much there is on both sides: stories that ended, those still open, and developers."""

    before: int
    after: int
    open_before: int
    open_after: int
    developers_before: int
    developers_after: int

    @property
    def lack(self) -> str | None:
        """What there is too little of, as a sentence; None where there is enough."""
        if min(self.before, self.after) < LEAST_STORIES:
            return f"{self.before} and {self.after} finished stories; {LEAST_STORIES} on each side are needed."
        if min(self.developers_before, self.developers_after) < LEAST_DEVELOPERS:
            told = f"{self.developers_before} and {self.developers_after} developers"
            return f"{told}; {LEAST_DEVELOPERS} on each side are needed."
        return None

    def __str__(self) -> str:
        return (
            f"{self.before} and {self.after} finished stories of {self.developers_before} and "
            f"{self.developers_after} developers"
        )


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio, after over before, and its 95 % interval where there is one."""

    value: float
    bounds: tuple[float, float]

    @property
    def side(self) -> int:
        """-1 where the whole interval lies below 1, 1 where above, else 0."""
        return -1 if self.bounds[1] < 1 else 1 if self.bounds[0] > 1 else 0

    def __str__(self) -> str:
        return f"{self.value:.2f} (95 % CI {self.bounds[0]:.2f} to {self.bounds[1]:.2f})"


def of_times(
    sizes: Sizes, ratio: Ratio | None, crude: float | None, trend: Ratio | None, slope: Ratio | None
) -> tuple[str, str]:
    """Return the verdict on two groups' times and the sentences that give its reason.

    Args:
        ratio: within strata; `crude` that of the plain medians.
        trend: the step that is left once a straight trend is taken out, and `slope` that trend by the year. Both have
            to say the same, so that what went down all along is credited to nobody.
    """
    if sizes.lack or ratio is None:
        return TOO_FEW, sizes.lack or "The developers are too few, or too unlike, for an interval."
    words = {-1: "faster", 0: NO_DIFFERENCE, 1: "slower"}
    told = [f"Stories of one kind and size took {ratio} times as long; {sizes}."]
    side = ratio.side
    if crude is not None and (crude - 1) * (ratio.value - 1) < 0:
        told.append(f"The plain medians say {crude:.2f}: the mix of stories changed, so the ratio within kinds stands.")
    if side and (trend is None or trend.side != side):
        left = "nothing can be told apart from it" if trend is None else f"the step that is left is {trend}"
        told.append(f"A straight trend could account for it: with one taken out, {left}.")
        side = 0
    elif slope is not None and slope.side and trend is not None:
        told.append(f"Times changed all along, by {slope} a year; with that taken out the step is {trend}.")
    return words[side], " ".join(told)


def of_rates(
    sizes: Sizes, sides: tuple[str, str], rates: tuple[float, float], difference: float, bounds: Bounds
) -> tuple[str, str]:
    """Return the verdict on two groups' rates and the sentence that gives its reason; `sides` are their names."""
    if sizes.lack or bounds is None:
        return TOO_FEW, sizes.lack or "The developers are too few, or too unlike, for an interval."
    low, high = bounds
    word = "lower" if high < 0 else "higher" if low > 0 else NO_DIFFERENCE
    plain = ", ".join(f"{rate:.1%} {side}" for rate, side in zip(rates, sides, strict=True))
    points = f"{100 * difference:+.1f} points (95 % CI {100 * low:+.1f} to {100 * high:+.1f})"
    return word, f"{plain}; among stories of one kind and size {points}; {sizes}."
