"""Simple companies as frames: developers of unlike speed, kinds of unlike size, an effect that is known."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl

from pipelines.impact.ai_comparison import OUTCOMES, SPANS

BEGINS, ENDS = datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)
CHANGE = datetime(2025, 7, 1, tzinfo=UTC)
SIZES = (1, 3, 8)


def spans(
    seed: int, *, stories: int = 300, developers: int = 12, factor: float = 1.0, yearly: float = 1.0,
    shift: float = 0.0, noise: float = 0.6,
) -> pl.DataFrame:  # fmt: skip
    """Return the spans of a year's stories, of which the last are still open at its end.

    Args:
        factor: what the change makes of every time; `yearly` what a year does by itself.
        shift: how much likelier large stories become with the change, 0 to 1.
    """
    generator = np.random.default_rng(seed)
    place = np.sort(generator.uniform(0, 1, stories))
    begun = [BEGINS + (ENDS - BEGINS) * float(one) for one in place]
    is_after = np.array([moment >= CHANGE for moment in begun])
    large = generator.uniform(size=stories) < np.where(is_after, 0.3 + 0.5 * shift, 0.3 - 0.2 * shift)
    size = np.where(large, 2, generator.integers(0, 2, stories))
    developer = generator.integers(0, developers, stories)
    speed = generator.normal(0, 0.3, developers)
    logs = np.log(np.array(SIZES)[size]) + speed[developer] + place * np.log(yearly)
    logs += is_after * np.log(factor) + generator.normal(0, noise, stories)
    days = 3 * np.exp(logs)
    age = np.array([(ENDS - moment) / timedelta(days=1) for moment in begun])
    return pl.DataFrame(
        {
            "comparison": "before_after_enablement", "stage": "total", "position": 90,
            "story_key": [f"S-{number:05}" for number in range(stories)], "is_after": is_after,
            "stratum": [f"Story, {SIZES[one]}" for one in size],
            "developer": [f"p_{one:016x}" for one in developer], "begun_at": begun,
            "seconds": np.minimum(days, age) * 86_400, "is_ended": days <= age, "left_out": None,
            "known_until": ENDS,
        },
        schema_overrides={"left_out": pl.String},
    )  # fmt: skip


def outcomes(*rows: tuple[int, int, bool, str], count: int = 1) -> pl.DataFrame:
    """Return outcomes of stories of four developers; each row is told `count` times, of stories of its own."""
    many = [row for row in rows for _ in range(count)]
    return pl.DataFrame(
        {
            "comparison": "before_after_enablement", "measure": "reopen_rate", "position": 103,
            "story_key": [f"S-{number:05}" for number in range(len(many))], "is_after": [row[2] for row in many],
            "stratum": [row[3] for row in many], "developer": [f"p_{number % 4:016x}" for number in range(len(many))],
            "events": [row[0] for row in many], "trials": [row[1] for row in many], "known_until": ENDS,
        },
        schema_overrides={"position": pl.Int64},
    )  # fmt: skip


def frames(told: pl.DataFrame, also: pl.DataFrame | None = None) -> dict[str, pl.DataFrame]:
    """Return what the estimator reads."""
    return {SPANS: told, OUTCOMES: outcomes((0, 1, True, "a")).clear() if also is None else also}
