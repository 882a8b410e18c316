"""Rollouts as frames: people of unlike activity, who meet a feature in steps, use it the more the busier they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from pipelines.impact.story_impact import COUNTS, EPOCHS

FULL, AS_OF = datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
_BEGINS = FULL - timedelta(days=60)
# Strata of active days before, as the models have them.
_STRATA = ((0, "0"), (1, "1"), (2, "2"), (4, "3-4"), (7, "5-7"), (13, "8-13"), (28, "14-28"))
_METRICS = ("returned_d1_d7", "returned_d7_d13", "adopted_7d", "bought_7d", "revenue_7d", "events_7d")
_KEY = (
    "story_key",
    "flag_key",
    "epoch",
    "audience",
    "measure",
    "step",
    "percentage",
    "arm",
    "control",
    "prior_activity",
)


@dataclass(frozen=True, slots=True)
class Rollout:
    """People who met a feature, with the outcomes that they have, and those that they would have in either arm.

    Attributes:
        people: a row each.
        on, off: whether they come back with and without the feature.
    """

    people: pl.DataFrame
    on: NDArray[np.bool_]
    off: NDArray[np.bool_]

    @property
    def difference(self) -> float:
        """The true effect of the offer on the share who come back."""
        return float(self.on.mean() - self.off.mean())

    @property
    def ratio(self) -> float:
        """The same as a ratio."""
        return float(self.on.mean() / self.off.mean())


def rollout(
    seed: int, *, people: int = 4_000, steps: Sequence[tuple[float, str]] = ((95, "throughout"),), back: float = 0.0,
    away: float = 0.0, lost: float = 0.0,
) -> Rollout:  # fmt: skip
    """Draw a rollout; later steps fall into livelier weeks.

    Args:
        steps: share of users who get it, and whether nobody changed sides within the windows.
        back: of those who use it, who come back for it alone; `away` who stay away for it.
        lost: of those with the feature, who are not counted.
    """
    draw = np.random.default_rng(seed)
    step = draw.integers(0, len(steps), people)
    share = np.array([one for one, _ in steps])[step]
    is_treated = draw.uniform(size=people) * 100 < share
    busy = draw.gamma(1.3, 1.0, people)
    before = draw.binomial(28, 1 - np.exp(-busy / 6))
    lively = busy * (1 + 0.5 * step)
    would_use = draw.uniform(size=people) < np.minimum(0.25 * busy**0.8, 0.95)
    off = draw.uniform(size=people) < 1 - np.exp(-0.9 * lively)
    on = (off | (would_use & (draw.uniform(size=people) < back))) & ~(would_use & (draw.uniform(size=people) < away))
    came, used = np.where(is_treated, on, off), is_treated & would_use
    later = draw.uniform(size=people) < 1 - np.exp(-0.9 * lively)
    bought = draw.uniform(size=people) < np.minimum(0.06 * lively, 0.9)
    told = pl.DataFrame(
        {
            "step": step.astype(np.int64), "percentage": share.astype(np.float64),
            "arm": np.where(is_treated, "treated", "control"),
            "control": np.array([kind for _, kind in steps])[step], "x": before.astype(np.int64), "used": used,
            "is_waiting": np.zeros(people, dtype=bool),
            "returned_d1_d7": came.astype(float), "returned_d7_d13": later.astype(float),
            "adopted_7d": used.astype(float), "bought_7d": bought.astype(float),
            "revenue_7d": bought * np.round(draw.gamma(2.0, 20.0, people), 2),
            "events_7d": draw.poisson(5 * lively) * 1.0,
        }
    )  # fmt: skip
    kept = ~(is_treated & (draw.uniform(size=people) < lost))
    return Rollout(told.filter(pl.Series(kept)), on, off)


def frames(*rollouts: Rollout, **epoch: Any) -> dict[str, pl.DataFrame]:
    """Return what the estimator reads of stories S-0000, S-0001 and so on; `epoch` overrides what is told of each."""
    names = [f"S-{number:04}" for number in range(len(rollouts))]
    people = pl.concat(
        one.people.with_columns(pl.lit(name).alias("story_key"), pl.lit(f"flag {name}").alias("flag_key"))
        for name, one in zip(names, rollouts, strict=True)
    )
    counts = counted(people.with_columns(pl.lit(epoch.get("epoch", 1), pl.Int64).alias("epoch")))
    told = [
        {"story_key": name, "flag_key": f"flag {name}", "epoch": 1, "opened_at": _BEGINS, "full_at": FULL,
         "rolled_back_at": None, "planned_at": FULL + timedelta(days=30), "known_until": AS_OF, "as_of": AS_OF} | epoch
        for name in names
    ]  # fmt: skip
    moment = pl.Datetime("us", "UTC")
    times = dict.fromkeys(("opened_at", "full_at", "rolled_back_at", "planned_at", "known_until", "as_of"), moment)
    return {EPOCHS: pl.DataFrame(told, schema_overrides=times), COUNTS: counts}


def counted(people: pl.DataFrame) -> pl.DataFrame:
    """Add people up as `int_impact_counts` does."""
    stratum = pl.lit(None, pl.String)
    for most, name in reversed(_STRATA):
        stratum = pl.when(pl.col("x") <= most).then(pl.lit(name)).otherwise(stratum)
    told = people.with_columns(stratum.alias("prior_activity"))
    parts = [_sums(told, metric, "exposed") for metric in _METRICS if metric in people.columns]
    by_use = told.filter(arm="treated").with_columns(
        pl.when("used").then(pl.lit("adopter")).otherwise(pl.lit("other")).alias("arm"), pl.lit("all").alias("control")
    )
    compared = (("returned_d1_d7", "exposed_treated"), ("returned_d7_d13", "landmark_day_7"))
    parts += [_sums(by_use, metric, audience) for metric, audience in compared if metric in people.columns]
    return pl.concat(parts)


def _sums(people: pl.DataFrame, metric: str, audience: str) -> pl.DataFrame:
    y, x, used = pl.col(metric), pl.col("x").cast(pl.Float64), pl.col("used")
    if metric in ("revenue_7d", "events_7d"):
        y = pl.min_horizontal(y, y.quantile(0.999, "higher").over("story_key"))
    is_waiting, known = pl.col("is_waiting"), ~pl.col("is_waiting")
    return (
        people.with_columns(pl.lit(audience).alias("audience"), pl.lit(metric).alias("measure"))
        .group_by(_KEY, maintain_order=True)
        .agg(
            known.sum().cast(pl.Int64).alias("n"), used.filter(known).sum().cast(pl.Int64).alias("user_n"),
            y.filter(known & used).sum().alias("user_outcome_sum"), y.filter(known).sum().alias("outcome_sum"),
            (y * y).filter(known).sum().alias("outcome_square_sum"), x.filter(known).sum().alias("covariate_sum"),
            (x * x).filter(known).sum().alias("covariate_square_sum"),
            (x * y).filter(known).sum().alias("product_sum"),
            is_waiting.sum().cast(pl.Int64).alias("n_excluded_immature"),
        )
        .with_columns(
            pl.lit(None, pl.Float64).alias("cap"), pl.lit(_BEGINS).alias("window_start"),
            pl.lit(FULL).alias("window_end"), pl.lit(AS_OF).alias("known_until"),
        )
    )  # fmt: skip
