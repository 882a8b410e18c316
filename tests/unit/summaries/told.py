"""Stories as the marts tell them: each builder gives whole rows, of which a test changes what it is about."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from pipelines.impact.story_impact import SCHEMA
from pipelines.summaries.facts import FactPack
from pipelines.summaries.lines import Terms
from pipelines.summaries.stories import Marts, packs

FULL = datetime(2025, 12, 15, 14, 0, tzinfo=UTC)
FIRST, FINAL = FULL + timedelta(days=30), FULL + timedelta(days=38)
_UTC = pl.Datetime("us", "UTC")
Row = dict[str, Any]
STORY: Row = {
    "story_key": "SHOP-12", "title": "CSV export", "is_deleted": False, "origin_story_key": None,
    "interviewed_at": FULL - timedelta(days=6, hours=3.5), "full_rollout_at": FULL,
    "total_seconds": 6 * 86_400 + 3.5 * 3_600, "idea_lead_time_seconds": 3 * 86_400 + 3.5 * 3_600,
    "story_cycle_time_seconds": 86_400 + 3.5 * 3_600,
}  # fmt: skip
STORIES = {
    **dict.fromkeys(("story_key", "title", "origin_story_key"), pl.String), "is_deleted": pl.Boolean,
    **dict.fromkeys(("interviewed_at", "full_rollout_at"), _UTC),
    **dict.fromkeys(("total_seconds", "idea_lead_time_seconds", "story_cycle_time_seconds"), pl.Float64),
}  # fmt: skip
STAGES = {
    "story_key": pl.String, "stage": pl.String, "position": pl.Int64, "from_milestone": pl.String,
    "to_milestone": pl.String, "duration_seconds": pl.Float64, "is_out_of_order": pl.Boolean,
}  # fmt: skip
STEPS = {
    "flag_key": pl.String, "environment": pl.String, "epoch": pl.Int64, "step": pl.Int64, "percentage": pl.Float64,
    "started_at": _UTC, "is_production": pl.Boolean, "story_key": pl.String,
}  # fmt: skip
REQUESTS = {
    "story_key": pl.String, "theme": pl.String, "people": pl.Int64, "mentions": pl.Int64, "item_ids": pl.List(pl.String)
}  # fmt: skip
_LINE = (
    ("interview", "backlog", 2 * 86_400), ("backlog", "spec", 3_600), ("spec", "code_complete", 86_400),
    ("code_complete", "reviewed", 7_200), ("reviewed", "production", 1_800), ("production", "full_rollout", 3 * 86_400),
)  # fmt: skip


def impact(audience: str, metric: str, answer: str, grade: str | None = None, **more: Any) -> Row:
    """A row of fct_story_impact; what is not said is null."""
    row = dict.fromkeys(SCHEMA) | {
        "story_key": "SHOP-12", "flag_key": "csv-export", "epoch": 1, "audience": audience, "metric": metric,
        "unit": "share", "is_primary": (audience, metric) == ("exposed", "returned_d1_d7"), "answer": answer,
        "evidence_grade": grade, "wording": "", "reason": "As it is.", "n": 0, "n_excluded_immature": 0,
        "n_excluded_uncontrolled": 0, "is_mature": True, "as_of": FINAL, "method": "none",
        "definition_version": "impact 1",
    }  # fmt: skip
    assert set(more) <= set(row)
    return row | more


def tried(**more: Any) -> Row:
    figures: Row = {"n": 10_000, "numerator": 2_300.0, "value": 0.23, "ci_of": "value", "ci_low": 0.2218517,
                    "ci_high": 0.2383536}  # fmt: skip
    return impact("exposed_active", "tried_month", "described", "D", **(figures | more))


def by_lot(grade: str = "A", answer: str = "increased", **more: Any) -> Row:
    figures: Row = {
        "n": 7_990, "n_comparison": 422, "ratio": 1.0803, "difference": 0.0441, "ci_of": "ratio", "ci_low": 1.0312,
        "ci_high": 1.1318, "wording": "Increased: users (95 % CI 1.03 to 1.13; randomised 10 % rollout, n = 1)",
    }  # fmt: skip
    return impact("exposed", "returned_d1_d7", answer, grade, **(figures | more))


def refused(answer: str = "no_comparison", **more: Any) -> Row:
    return impact("exposed", "returned_d1_d7", answer, None, **({"n": 8_412} | more))


def by_use(grade: str = "C", answer: str = "higher", **more: Any) -> Row:
    figures: Row = {
        "n": 2_300, "n_comparison": 7_700, "ratio": 1.81, "ci_of": "ratio", "ci_low": 1.66, "ci_high": 1.97,
        "crude_ratio": 2.2, "e_value_bound": 2.71,
    }  # fmt: skip
    audience, metric = ("landmark_day_7", "returned_d7_d13") if grade == "C" else ("exposed_treated", "returned_d1_d7")
    return impact(audience, metric, answer, grade, **(figures | more))


def tickets(grade: str | None = "B", answer: str = "lower", topic: str = "how to export data", **more: Any) -> Row:
    figures: Row = {
        "n": 42_000, "n_comparison": 40_000, "numerator": 33.0, "numerator_comparison": 95.0, "ratio": 0.3663,
        "ci_low": 0.24, "ci_high": 0.557, "ci_of": "ratio", "crude_ratio": 0.3308, "crude_ci_low": 0.223,
        "crude_ci_high": 0.490, "unit": "per_user_day", "definition_version": "topics 1",
    }  # fmt: skip
    return impact("active_users", f"tickets_about:{topic}", answer, grade, **(figures | more))


def asked(theme: str = "Add Excel format option", people: int = 45, **more: Any) -> Row:
    return {
        "story_key": "SHOP-12",
        "theme": theme,
        "people": people,
        "mentions": people + 16,
        "item_ids": ["t1"],
    } | more


def raised(*shares: float, **more: Any) -> list[Row]:
    """A rollout in steps of a day, of which the last begins when all have it."""
    begin = FULL - timedelta(days=len(shares) - 1)
    return [
        {"flag_key": "csv-export", "environment": "production", "epoch": 1, "step": number + 1, "percentage": share,
         "started_at": begin + timedelta(days=number), "is_production": True, "story_key": "SHOP-12"} | more
        for number, share in enumerate(shares)
    ]  # fmt: skip


def line(*stages: tuple[str, str, float]) -> list[Row]:
    return [
        {"story_key": "SHOP-12", "stage": f"{begin}_to_{end}", "position": number, "from_milestone": begin,
         "to_milestone": end, "duration_seconds": float(seconds), "is_out_of_order": seconds < 0}
        for number, (begin, end, seconds) in enumerate(stages or _LINE, start=1)
    ]  # fmt: skip


def marts(
    rows: Sequence[Row], *, stories: Sequence[Row] = (STORY,), requests: Sequence[Row] = (),
    steps: Sequence[Row] | None = None, stages: Sequence[Row] | None = None,
) -> Marts:  # fmt: skip
    def frame(told: Sequence[Row], schema: Any) -> pl.DataFrame:
        return pl.DataFrame([{name: row.get(name) for name in schema} for row in told], schema=schema, orient="row")

    return Marts(
        stories=frame(stories, STORIES), stages=frame(line() if stages is None else stages, STAGES),
        steps=frame(raised(10, 100) if steps is None else steps, STEPS), impact=frame(rows, SCHEMA),
        requests=frame(requests, REQUESTS),
    )  # fmt: skip


def pack(rows: Sequence[Row], terms: Terms | None = None, **more: Any) -> FactPack:
    (found,) = packs(marts(rows, **more), terms or Terms())
    return found


FOLLOW_UP: Row = STORY | {
    "story_key": "SHOP-412",
    "title": "Excel",
    "origin_story_key": "SHOP-12",
    "full_rollout_at": None,
}
FULL_STORY: Row = {"rows": (tried(), by_lot(), tickets()), "requests": (asked(),), "stories": (STORY, FOLLOW_UP)}


def golden(name: str, terms: Terms | None = None) -> FactPack:
    """The stories whose comments lie in `golden/`, by the file's name without its language."""
    early: Row = {"is_mature": False, "as_of": FIRST}
    no_flag: Row = {"flag_key": None}
    known: dict[str, Row] = {
        "grade_a": FULL_STORY,
        "grade_b": {"rows": (tried(), by_lot("B", "higher"), tickets("D"))},
        "grade_c": {"rows": (tried(), refused(), by_use("C"))},
        "grade_d": {"rows": (
            tried(), refused(), by_use("D"), impact("landmark_day_7", "returned_d7_d13", "too_early")
        )},
        "rolled_back": {
            "rows": (by_lot(None, "rolled_back", ratio=None), impact("exposed_active", "tried_month", "rolled_back")),
            "stories": (STORY | {"full_rollout_at": None}, FOLLOW_UP), "requests": (asked(),),
            "steps": raised(10, 50, 0),
        },
        "immature": {"rows": (
            tried(n_excluded_immature=0, **early), by_lot(n_excluded_immature=1_234, **early),
            tickets(None, "too_early", numerator=None, numerator_comparison=None, **early),
        )},
        "without_flag": {
            "rows": (tried(**no_flag), refused(**no_flag)), "steps": [],
            "stages": line(("backlog", "code_complete", 90_000), ("code_complete", "production", 1_800),
                           ("production", "full_rollout", 0)),
            "stories": (STORY | {"interviewed_at": None, "idea_lead_time_seconds": None, "total_seconds": 91_800.0,
                                 "story_cycle_time_seconds": 91_800.0},),
        },
        "few": {"rows": (
            impact("exposed_active", "tried_month", "not_enough_data", n=25, numerator=12.0),
            refused("not_enough_data", n=25), tickets(None, "not_enough_data", ratio=None, numerator=3.0,
                                                      numerator_comparison=5.0),
        )},
    }  # fmt: skip
    case = dict(known[name])
    return pack(case.pop("rows"), terms, **case)


GOLDEN = ("grade_a", "grade_b", "grade_c", "grade_d", "rolled_back", "immature", "without_flag", "few")
