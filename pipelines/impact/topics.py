"""What each story did to how often users ask about the topics that it is meant to change, and about anything."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import polars as pl

from pipelines.impact.estimate import Estimate
from pipelines.impact.estimator import Estimator, Frames
from pipelines.impact.ratios import Rate
from pipelines.impact.series import LEAST_AFTER
from pipelines.impact.topic_change import Finding, Week, answer_of, finding, has_rates
from pipelines.impact.topic_wording import about, of_all, sentence, why

LAUNCHES, WEEKS = "intermediate.int_topic_launches", "intermediate.int_topic_weeks"
AS_OF = "intermediate.int_as_of"
VERSION = 1
_LAUNCH = ("story_key", "flag_key", "epoch")
_WEEK = timedelta(days=7)
Row = dict[str, Any]


def judge(frames: Frames) -> pl.DataFrame:
    """Return a row for each launch and topic, and one for all tickets of each launch that is over for long enough."""
    (as_of,) = frames[AS_OF]["as_of"].to_list() or [None]
    weeks: dict[tuple[Any, ...], list[Row]] = {}
    for row in frames[WEEKS].iter_rows(named=True):
        weeks.setdefault(_key(row), []).append(row)
    rows: list[Row] = []
    told: set[tuple[Any, ...]] = set()
    for launch in frames[LAUNCHES].iter_rows(named=True):
        known = weeks.get(_key(launch), [])
        found = finding([_week(row) for row in known], launch["most_weeks"], launch["other_story_keys"])
        if launch["known_until"] is None:
            found = Finding("not_enough_data", None, ("no product event is known, so nobody knows who was active",))
        shared = _shared(launch, found, known, as_of)
        rows.append(shared | _of_topic(launch, found))
        if found.span and _key(launch)[1:] not in told:
            told.add(_key(launch)[1:])
            rows.append(shared | _of_all(found))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row").sort(*_LAUNCH, "metric")


def _week(row: Row) -> Week:
    return Week(row["week_number"], row["tickets"], row["control_tickets"], row["all_tickets"], row["active_user_days"])


def _shared(launch: Row, found: Finding, known: list[Row], as_of: datetime | None) -> Row:
    """Return what the rows of a launch have in common; columns that no ticket has are left null."""
    starts = {row["week_number"]: row["week_from"] for row in known}
    has_all = max(starts, default=0) >= launch["most_weeks"]
    return dict.fromkeys(SCHEMA) | {
        **{name: launch[name] for name in _LAUNCH},
        "audience": "active_users",
        "unit": "per_user_day",
        "is_primary": False,
        "n_excluded_immature": 0,
        "n_excluded_uncontrolled": 0,
        "is_mature": has_all,
        "window_start": _midnight(starts[-found.span]) if found.span else None,
        "window_end": _midnight(starts[found.span] + _WEEK) if found.span else None,
        "as_of": as_of,
        "definition_version": f"topics {VERSION}",
    }


def _of_topic(launch: Row, found: Finding) -> Row:
    ends = launch["after_from"] + LEAST_AFTER * _WEEK
    reason = why(found)
    if found.answer == "too_early":
        reason = (
            f"{LEAST_AFTER} whole weeks since all have it end on {ends.day} {ends:%b %Y}; late events are waited for."
        )
    is_told = found.crude is not None
    figure = found.adjusted if found.grade == "B" else found.crude
    return {
        "metric": f"tickets_about:{launch['topic']}",
        "evidence_grade": found.grade,
        "answer": found.answer,
        "wording": sentence(about(launch["topic"]), found),
        "reason": reason,
        "method": figure.method if figure else "none",
        **_counted(found.after, found.before, has_rates=is_told, is_counted=bool(found.span)),
        **_ratio(figure, found.after, found.before),
        **(_crude(found.crude) if found.grade == "B" else {}),
    }


def _of_all(found: Finding) -> Row:
    after, before, total = found.all_after, found.all_before, found.total
    is_told = total is not None and has_rates(after, before)
    return {
        "metric": "tickets_all",
        "evidence_grade": "D" if is_told else None,
        "answer": answer_of(total) if is_told else "not_enough_data",
        "wording": of_all(found),
        "reason": "Before and after alone: tickets that left one topic may have gone to another.",
        "method": total.method if is_told and total else "none",
        **_counted(after, before, has_rates=is_told, is_counted=True),
        **_ratio(total if is_told else None, after, before),
    }


def _counted(after: Rate, before: Rate, *, has_rates: bool, is_counted: bool) -> Row:
    """Return both sides, and their rates where there may be some."""
    if not is_counted:
        return {"n": 0}
    told: Row = {
        "numerator": float(after.events),
        "numerator_comparison": float(before.events),
        "n": int(after.exposure),
        "n_comparison": int(before.exposure),
    }
    if has_rates:
        value, comparison = after.events / after.exposure, before.events / before.exposure
        told |= {"value": value, "comparison_value": comparison, "difference": value - comparison}
    return {name: round(one, 9) if isinstance(one, float) else one for name, one in told.items()}


def _ratio(figure: Estimate | None, after: Rate, before: Rate) -> Row:
    """Return the figure that the grade is of. None after is no 100 % less: the counts say it, and its bounds."""
    if figure is None:
        return {}
    return {
        "ratio": _rounded(figure.value) if after.events and before.events else None,
        "ci_of": "ratio",
        "ci_low": _rounded(figure.low),
        "ci_high": _rounded(figure.high),
        "p_value": _rounded(figure.p_value),
    }


def _crude(figure: Estimate | None) -> Row:
    """Return the figure before other topics are taken into account."""
    if figure is None:
        return {}
    return {
        "crude_ratio": _rounded(figure.value),
        "crude_ci_low": _rounded(figure.low),
        "crude_ci_high": _rounded(figure.high),
    }


def _key(row: Row) -> tuple[Any, ...]:
    return (row["topic"], *(row[name] for name in _LAUNCH))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _rounded(value: float | None) -> float | None:
    """Nine places are what two machines agree on."""
    return None if value is None else round(value, 9)


_NUMBERS = (
    "numerator", "numerator_comparison", "value", "comparison_value", "ratio", "difference", "ci_low", "ci_high",
    "difference_low", "difference_high", "p_value", "q_value", "crude_ratio", "crude_ci_low", "crude_ci_high",
    "e_value", "e_value_bound", "cap", "variance_ratio", "sample_ratio_p_value",
)  # fmt: skip
SCHEMA: dict[str, Any] = {
    "story_key": pl.String, "flag_key": pl.String, "epoch": pl.Int64, "audience": pl.String, "metric": pl.String,
    "unit": pl.String, "is_primary": pl.Boolean, "evidence_grade": pl.String, "answer": pl.String,
    "wording": pl.String, "reason": pl.String, "n": pl.Int64, "n_comparison": pl.Int64, "ci_of": pl.String,
    **dict.fromkeys(_NUMBERS, pl.Float64), "n_excluded_immature": pl.Int64, "n_excluded_uncontrolled": pl.Int64,
    "is_mature": pl.Boolean, "window_start": pl.Datetime("us", "UTC"), "window_end": pl.Datetime("us", "UTC"),
    "as_of": pl.Datetime("us", "UTC"), "method": pl.String, "definition_version": pl.String,
}  # fmt: skip
TOPIC_IMPACT = Estimator("topic_impact", VERSION, (LAUNCHES, WEEKS, AS_OF), judge)
