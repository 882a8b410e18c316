"""From figures to the one sentence that their evidence allows. A word such as "increased" is of grade A alone."""

from dataclasses import dataclass
from datetime import datetime

from pipelines.impact.estimate import Estimate
from pipelines.impact.evalue import EValue

# What somebody does, and what somebody did; of counts and money what there is of it.
_SHARES = {
    "returned_d1_d7": ("be active again within days 1 to 7", "were active again within days 1 to 7"),
    "returned_day_7": ("be active on day 7", "were active on day 7"),
    "returned_unbounded": (
        "be active again after the first day, however late",
        "were active again after the first day",
    ),
    "returned_d7_d13": ("be active within days 7 to 13", "were active within days 7 to 13"),
    "bought_7d": ("buy something within 7 days", "bought something within 7 days"),
    "adopted_7d": ("use it within 7 days of meeting it", "used it within 7 days of meeting it"),
    "habitual_7d": ("use it on two days within 7", "used it on two days or more within 7 days of meeting it"),
    "used_again_d1_d7": ("use it again within days 1 to 7", "used it again within days 1 to 7 of first using it"),
    "tried_month": ("try it", "tried it"),
    "habitual_month": ("use it on two days or more", "used it on two days or more"),
}
_MEANS = {
    "use_days_7d": "days of use within 7 days",
    "uses_7d": "uses within 7 days",
    "revenue_7d": "revenue within 7 days",
    "events_7d": "actions within 7 days (uses of it among them)",
}
_BEGINNINGS = {1: "Increased", -1: "Decreased", 0: "No clear effect"}
_PEOPLE = {
    "exposed": "users who met it", "exposed_treated": "users who got it", "adopters": "users who used it",
    "exposed_active": "active users who met it", "all_active": "active users",
    "landmark_day_7": "users who got it", "compliers": "users who met it",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """A comparison as it is put into words.

    Attributes:
        ratio: whether the figure is one; else it is a difference.
        n, n_comparison: people on either side.
    """

    metric: str
    figure: Estimate
    ratio: bool
    n: int
    n_comparison: int


def number(value: float | None) -> str:
    """Return three digits, as 0.104, 8.41 or 8,412."""
    if value is None:
        return "unknown"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def percent(share: float) -> str:
    """Return a share as 23 % or 22.2 %."""
    return f"{100 * share:.3g} %"


def times(value: float | None) -> str:
    """Return a ratio as 1.08; with a third place where two would hide on which side of 1 it lies."""
    if value is None:
        return "without bound"
    return f"{value:.3f}" if f"{value:.2f}" == "1.00" and value != 1 else f"{value:.2f}"


def day(at: datetime) -> str:
    """Return a date as 3 Feb 2026."""
    return f"{at.day} {at:%b %Y}"


def of_randomised(told: Told, side: int, how: str) -> str:
    """Put a comparison of grade A into words.

    Args:
        side: 1 for increased, -1 for decreased, 0 for neither.
        how: how it was drawn, as `randomised 10 % rollout`.
    """
    return f"{_BEGINNINGS[side]}: users offered it {_figure(told)} ({_bounds(told)}; {how}, {_people(told)})."


def of_staggered(told: Told, side: int) -> str:
    """Put a comparison of grade B into words: randomised at first, and then others got it as well."""
    begin = "Being offered it is associated with a difference" if side else "No clear difference"
    return (
        f"{begin}: users offered it first {_figure(told)} ({_bounds(told)}; others got it within the window too, which"
        f" dilutes any effect; {_people(told)})."
    )


def of_compliers(told: Told, side: int, share: float) -> str:
    """Put the effect among compliers into words."""
    return (
        f"{_BEGINNINGS[side]}: among the {percent(share)} of people whom the offer made use it, the share who"
        f" {_done(told.metric)} changed by {_points(told.figure.value)} points ({_bounds(told)}; if the offer does"
        f" nothing to others; {_people(told)})."
    )


def of_landmark(told: Told, side: int, e_value: EValue | None, *, is_turned_round: bool) -> str:
    """Put a comparison of users and others within strata into words."""
    needs = f"; something else {times(e_value.bound)} times as likely on both counts would explain it" if (
        e_value and e_value.bound and e_value.bound > 1) else ""  # fmt: skip
    turned = " The plain comparison says the contrary: the mix of users is the story." if is_turned_round else ""
    begin = "Users" if side else "No clear difference: users"
    return (
        f"{begin} who used it within 7 days {_figure(told)} as others who had it, after adjusting for prior activity"
        f" ({_bounds(told)}; not randomised{needs}; {_people(told)}).{turned}"
    )


def of_naive(told: Told) -> str:
    """Put the bare comparison of users and others into words."""
    return (
        f"Users who used it within 7 days also {_figure(told)} as others who had it ({_bounds(told)}; {_people(told)});"
        f" this does not show that using it caused it."
    )


def of_share(audience: str, metric: str, told: Estimate, n: int) -> str:
    """Put a share without a comparison into words."""
    assert told.value is not None
    bounds = f"95 % CI {100 * (told.low or 0):.3g} to {100 * (told.high or 0):.3g}"
    return f"{percent(told.value)} of {n:,} {_PEOPLE[audience]} {_done(metric)} ({bounds})."


def of_mean(audience: str, metric: str, told: Estimate, n: int) -> str:
    """Put a mean without a comparison into words."""
    bounds = f"95 % CI {number(told.low)} to {number(told.high)}; " if told.low is not None else ""
    return f"{number(told.value)} {_MEANS[metric]} per person ({bounds}n = {n:,} {_PEOPLE[audience]})."


def of_few(audience: str, metric: str, events: float, n: int) -> str:
    """Tell counts alone."""
    if metric in _MEANS:
        return f"{number(events)} {_MEANS[metric]} of {n:,} {_PEOPLE[audience]}: too few for a mean."
    return f"{events:,.0f} of {n:,} {_PEOPLE[audience]} {_done(metric)}: too few for a percentage."


def what(metric: str) -> str:
    """Name a metric in the middle of a sentence."""
    return _MEANS[metric] if metric in _MEANS else f"how many {_SHARES[metric][1]}"


def _done(metric: str) -> str:
    return _SHARES[metric][1]


def _figure(told: Told) -> str:
    value = told.figure.value
    if told.metric in _MEANS:
        if told.ratio:
            return f"had {times(value)} times the {_MEANS[told.metric]}"
        return f"differ by {_signed(value)} {_MEANS[told.metric]} per person"
    if told.ratio:
        return f"were {times(value)} times as likely to {_SHARES[told.metric][0]}"
    return f"differ by {_points(value)} points in how many {_done(told.metric)}"


def _bounds(told: Told) -> str:
    low, high = told.figure.low, told.figure.high
    if told.ratio:
        return f"95 % CI {times(low)} to {times(high)}"
    if told.metric in _MEANS:
        return f"95 % CI {_signed(low)} to {_signed(high)}"
    return f"95 % CI {_points(low)} to {_points(high)}"


def _points(difference: float | None) -> str:
    return "unknown" if difference is None else f"{100 * difference:+.1f}"


def _signed(value: float | None) -> str:
    return "unknown" if value is None else f"{value:+.3g}"


def _people(told: Told) -> str:
    return f"n = {told.n:,} against {told.n_comparison:,}"
