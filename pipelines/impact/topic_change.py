"""Whether a launch changed how often users ask about a topic: after against before, against other topics, as a series.

Features are built after complaints, and complaints go down again by themselves. So the weeks before are never chosen by
what was asked in them; a topic that ran unlike the others before is told as it is and claimed of nobody; and what is
claimed holds against the weeks before those as well, where they are known.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipelines.impact.estimate import Estimate
from pipelines.impact.ratios import LEAST_EVENTS, Rate, rate_ratio
from pipelines.impact.series import (
    LEAST_AFTER,
    LEAST_BEFORE,
    Change,
    Point,
    PreTrend,
    Segmented,
    pre_trend,
    ratio_of_rate_ratios,
    segmented,
)

# Fewer, and a rate per user-day says nothing.
LEAST_USER_DAYS = 30
_NOTHING = Rate(0, 0)
# Words of an effect are for what was drawn by lot.
_SIDES = {-1: "lower", 0: "no_clear_difference", 1: "higher"}


@dataclass(frozen=True, slots=True)
class Week:
    """A whole week before a launch (number -1, -2, …) or after it (1, 2, …), of which everything is known.

    Attributes:
        tickets: on the topic; `control` on other topics alone, `total` on whatever topic.
        user_days: active users by days.
    """

    number: int
    tickets: int
    control: int
    total: int
    user_days: float


@dataclass(frozen=True, slots=True)
class Finding:
    """What can be said of a topic, and why no more than that.

    Attributes:
        answer: lower, higher, no_clear_difference, too_early or not_enough_data.
        grade: B against other topics, D before and after alone, None where nothing is claimed.
        objections: why it is no B, as clauses.
        span: weeks compared on each side, equally many; 0 where none are.
        before, after: tickets on the topic over active user-days, in these weeks; `all_before`, `all_after` on all.
        crude: ratio of the rates, after to before.
        adjusted: that over the same ratio of the other topics; None where they cannot tell.
        series: the interrupted series, with the topic's own trend.
    """

    answer: str
    grade: str | None
    objections: tuple[str, ...] = ()
    span: int = 0
    weeks_before: int = 0
    before: Rate = _NOTHING
    after: Rate = _NOTHING
    all_before: Rate = _NOTHING
    all_after: Rate = _NOTHING
    crude: Estimate | None = None
    adjusted: Estimate | None = None
    series: Segmented | None = None

    @property
    def total(self) -> Estimate | None:
        """Ratio of the rates of all tickets: what left one topic may have gone to another."""
        return rate_ratio(self.all_after, self.all_before)


def finding(weeks: Sequence[Week], most: int, others: Sequence[str] = ()) -> Finding:
    """Return what the weeks around a launch tell.

    Args:
        weeks: known ones without a gap, of both sides, in any order.
        most: so many are compared on each side at the most; those before them tell whether the time was usual.
        others: stories that are meant to change the same topic and went out in these weeks.
    """
    before = sorted((week for week in weeks if week.number < 0), key=lambda week: week.number)
    after = sorted((week for week in weeks if week.number > 0), key=lambda week: week.number)[:most]
    if after and after[0].number > 1:
        return Finding("not_enough_data", None, ("nothing is known of the first weeks after",))
    if len(after) < LEAST_AFTER:
        return Finding("too_early", None, (f"only {len(after)} of {LEAST_AFTER} whole weeks after are over",))
    # Some weeks are kept to tell whether those that are compared were usual.
    spare = LEAST_BEFORE - LEAST_AFTER if len(before) >= LEAST_BEFORE else 0
    span = min(len(before) - spare, len(after))
    near = before[-span:] if span else []
    if not span or not all(week.user_days for week in (*near, *after[:span])):
        why = "in some of these weeks no active user is known" if span else "nothing is known of the time before"
        return Finding("not_enough_data", None, (why,), weeks_before=len(before))
    told = Finding(
        "not_enough_data", None, (), span, len(before), _rate(near), _rate(after[:span]), _rate(near, "total"),
        _rate(after[:span], "total"),
    )  # fmt: skip
    if not has_rates(told.after, told.before):
        return replace(told, objections=(f"fewer than {LEAST_EVENTS} tickets on either side, or hardly any users",))
    return _judged(told, before, after, others)


def has_rates(after: Rate, before: Rate) -> bool:
    """Whether rates may be made of two sides: ten tickets on one of them, and thirty active user-days on both."""
    enough = min(after.exposure, before.exposure) >= LEAST_USER_DAYS
    return enough and max(after.events, before.events) >= LEAST_EVENTS


def answer_of(estimate: Estimate | None) -> str:
    """Return on which side of no change the whole interval lies, in a word."""
    return _SIDES[_side(estimate)]


def _judged(told: Finding, before: Sequence[Week], after: Sequence[Week], others: Sequence[str]) -> Finding:
    near, compared, earlier = before[-told.span :], after[: told.span], before[: -told.span]
    trend = pre_trend(_points(before), _points(before, "control"))
    dispersion = trend.dispersion if trend else 1.0
    told = replace(
        told,
        grade="D",
        crude=rate_ratio(told.after, told.before),
        adjusted=_against(near, compared, dispersion),
        series=segmented(_points([*before, *after])),
    )
    if missing := _missing(told, trend, others):
        return replace(told, answer=answer_of(told.crude), objections=missing)
    if trend is not None and trend.estimate.excludes(1):
        unlike = "it ran unlike the other topics before the launch already"
        return replace(told, answer="no_clear_difference", objections=(unlike,))
    side = _side(told.adjusted)
    if side and _side(_against(earlier, compared, dispersion)) != side:
        unusual = f"against the {len(earlier)} weeks before those it did not change as clearly, so they may be unusual"
        return replace(told, answer="no_clear_difference", objections=(unusual,))
    return replace(told, answer=answer_of(told.adjusted), grade="B")


def _missing(told: Finding, trend: PreTrend | None, others: Sequence[str]) -> tuple[str, ...]:
    """Return what the data lack for a comparison with other topics."""
    return tuple(
        why
        for why, is_so in (
            (f"too few weeks before, {told.weeks_before} of {LEAST_BEFORE}", told.weeks_before < LEAST_BEFORE),
            (f"{', '.join(others)} went out in these weeks and is meant to change the topic as well", bool(others)),
            ("too few tickets on other topics to compare with", told.adjusted is None),
            ("no trend can be told", trend is None or told.series is None),
        )
        if is_so
    )[:1]


def _against(before: Sequence[Week], after: Sequence[Week], dispersion: float) -> Estimate | None:
    """Return the change of the topic over that of the others; None where the others have fewer than ten on a side."""
    others = Change(_rate(before, "control"), _rate(after, "control"))
    if min(others.before.events, others.after.events) < LEAST_EVENTS:
        return None
    return ratio_of_rate_ratios(Change(_rate(before), _rate(after)), others, dispersion)


def _side(estimate: Estimate | None) -> int:
    """Return on which side of no change the whole interval lies; 0 where it holds it."""
    if estimate is None or not estimate.excludes(1):
        return 0
    return -1 if estimate.high is not None and estimate.high < 1 else 1


def _rate(weeks: Sequence[Week], which: str = "tickets") -> Rate:
    return Rate(sum(getattr(week, which) for week in weeks), sum(week.user_days for week in weeks))


def _points(weeks: Sequence[Week], which: str = "tickets") -> list[Point]:
    return [Point(float(week.number), getattr(week, which), week.user_days, week.number > 0) for week in weeks]
