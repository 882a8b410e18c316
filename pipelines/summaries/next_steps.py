"""What a story's figures call for next: its top request, or adoption that missed its target; pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from pipelines.summaries.claims import ADOPTION
from pipelines.summaries.literal import literal

Row = Mapping[str, Any]
TOP_REQUEST, ADOPTION_MISSED = "top_request", "adoption"
# Which of a story's follow-ups it is; a story has one of each at most.
NUMBERS = {TOP_REQUEST: 1, ADOPTION_MISSED: 2}


def request_to_take_up(top: Sequence[Row], least_people: int) -> Row | None:
    """Return the top request where it has a name and enough people ask for it; of several equal ones the first."""
    named = (row for row in top if row["people"] >= least_people and literal(row["theme"]))
    return next(named, None)


def missed_adoption(rows: Sequence[Row], target: float | None) -> Row | None:
    """Return the figure by which a story missed its target, None where that is not sure.

    It is sure where a mature cohort's whole interval lies below it; of several flags where each one's does.

    Args:
        rows: of impact, of all of the story's flags.
    """
    if target is None:
        return None
    told = [row for row in map(_adoption, _by_flag(rows)) if row is not None]
    best = max(told, key=lambda row: row["ci_high"], default=None)
    is_sure = best is not None and best["ci_high"] < target and all(row["is_mature"] for row in told)
    return best if is_sure else None


def _by_flag(rows: Sequence[Row]) -> list[list[Row]]:
    flags = sorted({row["flag_key"] or "" for row in rows})
    return [[row for row in rows if (row["flag_key"] or "") == flag] for flag in flags]


def _adoption(rows: Sequence[Row]) -> Row | None:
    """Return a flag's adoption, of those who met it before that of all; None where it has no interval."""
    by_name = {(row["audience"], row["metric"]): row for row in rows}
    row = next((by_name[name] for name in ADOPTION if name in by_name and by_name[name]["n"]), None)
    known = row is not None and row["ci_of"] == "value" and row["ci_low"] is not None and row["ci_high"] is not None
    return row if known else None
