"""The sums of every story's measures, cell by cell, as the estimates of its impact take them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import polars as pl

from pipelines.impact.means import PairSums
from pipelines.impact.proportions import Share

KEY = ("story_key", "flag_key", "epoch")
# Only where use is compared does it matter how active somebody was before.
BY_ACTIVITY = "landmark_day_7"
_CELL = (*KEY, "audience", "measure", "step", "percentage", "arm", "control")
_SUMS = (
    "n", "user_n", "user_outcome_sum", "outcome_sum", "outcome_square_sum", "covariate_sum", "covariate_square_sum",
    "product_sum", "n_excluded_immature",
)  # fmt: skip
# Of these a person counts once or not at all.
SHARES = frozenset({
    "returned_d1_d7", "returned_day_7", "returned_unbounded", "returned_d7_d13", "adopted_7d", "habitual_7d",
    "bought_7d", "used_again_d1_d7", "tried_month", "habitual_month",
})  # fmt: skip
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Cell:
    """Sums over the people of one step, arm and control (and stratum of activity before, where that matters).

    Attributes:
        before: their outcome, and their active days before they met it.
        use: their outcome, and whether they used it within a week.
        waiting: people whose window is not over.
    """

    step: int | None
    percentage: float | None
    arm: str
    control: str
    prior_activity: str
    before: PairSums
    use: PairSums
    waiting: int
    cap: float | None
    begins: datetime | None
    ends: datetime | None

    @property
    def n(self) -> int:
        """People of whom the measure is known."""
        return self.before.n

    @property
    def met(self) -> int:
        """All who met it, whether their window is over or not."""
        return self.n + self.waiting


@dataclass(frozen=True, slots=True)
class Case:
    """One epoch of a story's feature, with the cells of each audience and measure."""

    epoch: Row
    cells: Mapping[tuple[str, str], Sequence[Cell]]

    def of(self, audience: str, measure: str) -> Sequence[Cell]:
        """Return the cells of an audience and measure, none where nobody is in it."""
        return self.cells.get((audience, measure), ())

    @property
    def is_first(self) -> bool:
        """Whether nobody had the feature in an earlier rollout of the flag."""
        return bool(self.epoch["epoch"] == 1)

    @property
    def is_looked_at(self) -> bool:
        """Whether the day has come on which its effect is looked at."""
        known_until, planned_at = self.epoch["known_until"], self.epoch["planned_at"]
        return bool(known_until >= planned_at)

    @property
    def is_watched(self) -> bool:
        """Whether people go on to come into a comparison that is looked at, so that it is looked at again and again."""
        return self.epoch["full_at"] is None


def cases(epochs: pl.DataFrame, counts: pl.DataFrame) -> Iterator[Case]:
    """Yield every epoch that product events tell of, in the order of its key; one at a time, as cells are many."""
    told = _added_up(counts).partition_by(*KEY, as_dict=True)
    for epoch in epochs.filter(pl.col("known_until").is_not_null()).sort(*KEY).iter_rows(named=True):
        cells: dict[tuple[str, str], list[Cell]] = {}
        own = told.get(tuple(epoch[name] for name in KEY))
        for row in own.iter_rows(named=True) if own is not None else ():
            cells.setdefault((row["audience"], row["measure"]), []).append(_cell(row))
        yield Case(epoch, cells)


def _added_up(counts: pl.DataFrame) -> pl.DataFrame:
    """Add up what no estimate tells apart."""
    activity = pl.when(pl.col("audience") == BY_ACTIVITY).then("prior_activity").otherwise(pl.lit("all"))
    return (
        counts.with_columns(activity.alias("prior_activity"))
        .group_by(*_CELL, "prior_activity", maintain_order=True)
        .agg(
            *(pl.col(name).sum() for name in _SUMS), pl.col("cap").max(), pl.col("window_start").min(),
            pl.col("window_end").max(),
        )
        .sort(*_CELL, "prior_activity")
    )  # fmt: skip


def _cell(row: Row) -> Cell:
    n, y, yy = int(row["n"]), row["outcome_sum"], row["outcome_square_sum"]
    users = float(row["user_n"])
    return Cell(
        row["step"], row["percentage"], row["arm"], row["control"], row["prior_activity"],
        PairSums(n, y, yy, row["covariate_sum"], row["covariate_square_sum"], row["product_sum"]),
        PairSums(n, y, yy, users, users, row["user_outcome_sum"]),
        int(row["n_excluded_immature"]), row["cap"], row["window_start"], row["window_end"],
    )  # fmt: skip


def added(sums: Sequence[PairSums]) -> PairSums:
    """Return the sums of all."""
    total = PairSums(0, 0.0, 0.0, 0.0, 0.0, 0.0)
    for one in sums:
        total += one
    return total


def share_of(sums: PairSums) -> Share:
    """Return how many of the people a yes or no holds of."""
    return Share(round(sums.y), sums.n)
