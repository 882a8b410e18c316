"""From counts to what should be done about a rollout's step: a verdict, and the sentence that gives its reason.

A breach that is not sure pauses, which is cheap and safe; only one that is sure, and that those without the feature do
not share, takes the feature back. Every look at a step counts all of it so far. A metric that is lost is lost at all
looks at once; the other bounds are of one look, so a rate that truly lies at its threshold is called a sure breach more
often than the confidence says, one far below it hardly ever.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from pipelines.impact.bounds import Count, difference_low, median_low, rate_high, rate_low, rate_ratio_low, share_of
from pipelines.impact.distributions import z_of
from pipelines.impact.proportions import score_bounds
from pipelines.impact.ratios import allows_ratio, katz
from pipelines.impact.sequential import watched_shares

OK, PAUSE, INVESTIGATE, ROLL_BACK, TOO_EARLY = "ok", "pause", "investigate", "roll_back", "too_early"


@dataclass(frozen=True, slots=True)
class Limits:
    """The thresholds and least counts of the settings, by their names there."""

    error_rate: float
    error_investigate_ratio: float
    latency_investigate_ratio: float
    latency_roll_back_ratio: float
    usage_rate: float
    business_margin: float
    minimum_requests: float
    minimum_errors: float
    minimum_latency_requests: float
    minimum_people: float
    confidence: float

    @classmethod
    def of(cls, told: Mapping[str, float]) -> "Limits":
        """Read them by name."""
        return cls(**{field.name: told[field.name] for field in fields(cls)})


@dataclass(frozen=True, slots=True)
class Judgement:
    """What is told of a step and guardrail.

    Attributes:
        low: lower bound of the treated value, where it has one.
        ratio: treated over control, and `ratio_low` its lower bound.
    """

    verdict: str
    reason: str
    threshold: float
    value: float | None = None
    control: float | None = None
    n: int = 0
    n_control: int = 0
    low: float | None = None
    ratio: float | None = None
    ratio_low: float | None = None


@dataclass(frozen=True, slots=True)
class Latencies:
    """Two 95th percentiles of one time and the ratio between them, with its lower bound where there is one.

    Attributes:
        basis: what the ratio is of, in words.
    """

    value: float | None
    control: float | None
    n: int
    n_control: int
    ratio: float | None
    ratio_low: float | None
    basis: str


def of_errors(treated: Count, concurrent: Count, control: Count, limits: Limits) -> Judgement:
    """Judge the error rate.

    Args:
        treated: all requests that met the feature; `concurrent` those beside which there were some without it.
        control: those, in the same buckets of time.
    """
    rate, other = treated.rate, control.rate
    if rate is None:
        return Judgement(TOO_EARLY, "Nobody counted requests that met the feature, or their errors.", limits.error_rate)
    low = rate_low(treated, limits.confidence)
    ratio_low = rate_ratio_low(concurrent, control, limits.confidence)
    ratio = (concurrent.rate or 0) / other if other and concurrent.trials else None
    excess_low = difference_low(concurrent, control, limits.confidence)
    verdict, why = _errors(treated, low, (ratio_low, excess_low), control, limits)
    told = f"{_counted(treated)} with the feature failed ({_share(rate)}, at least {_share(low)})"
    beside = f", {_counted(control)} without it at the same time ({_share(other)})" if other is not None else ""
    return Judgement(
        verdict, f"{told}{beside}: {why}.", limits.error_rate, rate, other, treated.trials, control.trials, low, ratio,
        ratio_low,
    )  # fmt: skip


def _errors(
    treated: Count, low: float, beyond: tuple[float | None, float | None], control: Count, limits: Limits
) -> tuple[str, str]:
    """Return the verdict and why; `beyond` has the lower bounds of ratio and difference to those without it."""
    ratio_low, excess_low = beyond
    threshold, least = limits.error_rate, int(limits.minimum_requests)
    if treated.trials < least and treated.events < limits.minimum_errors:
        return TOO_EARLY, f"{least:,} requests are needed"
    # Where both arms are in trouble, only what comes on top is its own.
    is_shared = (control.rate or 0) > threshold
    is_worse = (excess_low or 0) > threshold if is_shared else (ratio_low or 0) > 1
    if (treated.rate or 0) <= threshold:
        if (ratio_low or 0) > limits.error_investigate_ratio and treated.events >= limits.minimum_errors:
            return INVESTIGATE, f"below {_share(threshold)}, but surely {ratio_low:.1f} times as often as without it"
        high = rate_high(treated, limits.confidence)
        return OK, f"not above {_share(threshold)}, and at most {_share(high)} for all that can be told"
    if is_shared and not is_worse:
        return (
            INVESTIGATE,
            f"above {_share(threshold)}, but so are those without the feature, so it is hardly its fault",
        )
    if low <= threshold:
        return PAUSE, f"above {_share(threshold)}, which may still be chance"
    if is_worse:
        beside = f"surely by more than {_share(threshold)} above those" if is_shared else "more often than"
        return ROLL_BACK, f"surely above {_share(threshold)}, and {beside} without the feature"
    if not control.trials:
        return PAUSE, f"surely above {_share(threshold)}, but nobody is without the feature to compare with"
    return PAUSE, f"surely above {_share(threshold)}, but not surely more often than without the feature"


def of_latencies(told: Latencies | None, limits: Limits) -> Judgement:
    """Judge the ratio of the 95th percentiles: a sure breach of the upper limit takes back, others are looked into."""
    most, some = limits.latency_roll_back_ratio, limits.latency_investigate_ratio
    if told is None:
        why = "Nobody told how long requests took with the feature and without it at the same time."
        return Judgement(TOO_EARLY, why, most)

    def judged(verdict: str, why: str) -> Judgement:
        return Judgement(verdict, why, most if verdict == ROLL_BACK else some, told.value, told.control, told.n,
                         told.n_control, None, told.ratio, told.ratio_low)  # fmt: skip

    least = int(limits.minimum_latency_requests)
    if min(told.n, told.n_control) < least:
        return judged(TOO_EARLY, f"{told.n:,} requests with the feature and {told.n_control:,} without it; "
                                 f"{least:,} of each are needed.")  # fmt: skip
    if told.ratio is None or told.value is None or told.control is None:
        return judged(TOO_EARLY, "The histogram ends below the 95th percentile, so nobody knows it.")
    sure = f"at least {told.ratio_low:.2f}" if told.ratio_low is not None else "too few to bound it"
    words = (f"The 95th percentile is {told.value:.3g} s with the feature and {told.control:.3g} s without it: "
             f"{told.ratio:.2f} times as long ({sure}; {told.basis})")  # fmt: skip
    if told.ratio_low is not None and told.ratio_low > most:
        return judged(ROLL_BACK, f"{words}, surely above {most:g}.")
    if told.ratio > some:
        is_sure = told.ratio_low is not None and told.ratio_low > some
        how = f"surely above {some:g}, not surely above {most:g}" if is_sure else f"above {some:g}, not surely"
        return judged(INVESTIGATE, f"{words}, {how}.")
    return judged(OK, f"{words}, not above {some:g}.")


def of_incidents(what: str, found: list[str], incidents: int, *, has_incidents: bool) -> Judgement:
    """Judge what broke: one critical incident, or finding of security, whose cause somebody named is enough.

    Args:
        what: the kind, in words.
        found: their ids.
        incidents: that were opened while the step lasted, of whatever cause.
    """
    if found:
        more = f" and {len(found) - 1} more" if len(found) > 1 else ""
        why = f"{what.capitalize()} {found[0]}{more} names the flag, or a story that it lets out, as its cause."
        return Judgement(ROLL_BACK, why, 0, float(len(found)), n=incidents)
    if not has_incidents:
        return Judgement(TOO_EARLY, "No source tells of incidents.", 0, n=0)
    return Judgement(
        OK, f"{incidents:,} incidents were opened meanwhile; no {what} blames the flag.", 0, 0.0, n=incidents
    )


def of_usage(used: Count | None, limits: Limits) -> Judgement:
    """Judge how many of those who met the feature use it; that few do is looked into."""
    target, least = limits.usage_rate, int(limits.minimum_people)
    if used is None:
        return Judgement(TOO_EARLY, "Nobody counted who met the feature and who used it.", target)
    if used.trials < least:
        return Judgement(TOO_EARLY, f"{_people(used)} used it; {least} people are needed.", target, n=used.trials)
    low, high = score_bounds(share_of(used), z_of(limits.confidence, "lower"))
    told = f"{_people(used)} who met the feature used it ({_share(used.rate)}, {_share(low)} to {_share(high)})"
    verdict, why = (
        (OK, f"surely {_share(target)} or more") if low > target
        else (INVESTIGATE, f"surely below {_share(target)}") if high < target
        else (TOO_EARLY, f"on which side of {_share(target)} that lies is not sure")
    )  # fmt: skip
    return Judgement(verdict, f"{told}: {why}.", target, used.rate, n=used.trials, low=low)


def of_business(metric: str, treated: Count, control: Count, limits: Limits) -> Judgement:
    """Judge a business metric against those without the feature: a sure loss pauses; none within the margin is well."""
    floor, least = 1 - limits.business_margin, int(limits.minimum_people)
    told = f"{metric}: {_people(treated)} with the feature, {_people(control)} without it"
    counts = (treated.rate, control.rate, treated.trials, control.trials)
    with_it, without = share_of(treated), share_of(control)
    told_ratio = katz(with_it, without, 2 * limits.confidence - 1) if allows_ratio(with_it, without) else None
    if told_ratio is None or min(treated.trials, control.trials) < least:
        why = f"{told}; {least} people, and ten who did and ten who did not, are needed on each side."
        return Judgement(TOO_EARLY, why, floor, *counts)
    ratio, low, high = told_ratio.value, told_ratio.low, told_ratio.high
    # Ten of each kind bound a ratio.
    assert ratio is not None
    assert low is not None
    assert high is not None
    words = f"{told}: {ratio:.2f} times as likely ({low:.2f} to {high:.2f})"
    # Most metrics do not move, and one of these looks lost on some night: a loss has to hold at every look at once.
    lost = watched_shares(with_it, without, 2 * limits.confidence - 1)
    verdict, why = (
        (PAUSE, "surely less, at every look so far") if lost and lost.high is not None and lost.high < 0
        else (TOO_EARLY, "less, which one look may find by chance") if high < 1
        else (OK, f"surely not below {floor:g}") if low > floor
        else (TOO_EARLY, f"a loss beyond {_share(limits.business_margin)} cannot be ruled out")
    )  # fmt: skip
    return Judgement(verdict, f"{words}, {why}.", floor, *counts, None, ratio, low)


def paired(value: float, control: float, counts: tuple[int, int], ratios: list[float], confidence: float) -> Latencies:
    """Return what percentiles of single buckets tell: the median of the pairs' ratios, and its lower bound.

    The bound is an order statistic of the ratios (sign test), so nothing is assumed of how they are spread.
    """
    middle = len(ratios) // 2
    ratio = ratios[middle] if len(ratios) % 2 else (ratios[middle - 1] + ratios[middle]) / 2
    basis = f"median of {len(ratios)} buckets of time"
    return Latencies(value, control, *counts, ratio, median_low(ratios, confidence), basis)


def _share(rate: float | None) -> str:
    return f"{100 * (rate or 0):.3g} %"


def _counted(count: Count) -> str:
    return f"{count.events:,} of {count.trials:,} requests"


def _people(count: Count) -> str:
    return f"{count.events:,} of {count.trials:,} people"
