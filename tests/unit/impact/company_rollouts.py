"""The demo company's rollouts as the estimator reads them: counted from its walk, without any vendor in between."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl

from pipelines.company import Company, Scale, simulate
from pipelines.company.ledger import (
    BOUGHT,
    BOUGHT_EARLY,
    BOUGHT_LATE,
    CAME,
    CAME_ANYWAY,
    NEVER,
    RETURN_UNTIL_MS,
    USED_IN_WEEK,
)
from pipelines.company.trials import Trial, ms
from pipelines.company.walk import Walk
from pipelines.impact.story_impact import COUNTS, EPOCHS
from tests.unit.impact.rollouts import counted

SCALE = Scale(teams=3, months=8, stories=120, users=20_000, product_events=900_000, tickets_a_day=1.0)
OUTCOMES = ("returned_d1_d7", "bought_7d")
_DELAY_MS = 120_000
_DAYS = np.uint64(2**28 - 1)


@dataclass(slots=True)
class Life:
    """What the estimator reads of a company, and what is true of those who are compared."""

    people: list[pl.DataFrame] = field(default_factory=list)
    epochs: list[dict[str, Any]] = field(default_factory=list)

    @property
    def frames(self) -> dict[str, pl.DataFrame]:
        """As the models have it."""
        moment = pl.Datetime("us", "UTC")
        times = dict.fromkeys(("opened_at", "full_at", "rolled_back_at", "planned_at", "known_until", "as_of"), moment)
        return {EPOCHS: pl.DataFrame(self.epochs, schema_overrides=times), COUNTS: counted(pl.concat(self.people))}

    def truths(self, least: int = 30) -> pl.DataFrame:
        """Return what each feature did to those who got it and are compared by lot, in steps with enough people.

        What they did is known, and so is what they had done without it; the arms were drawn, so it is that of all.
        """
        step = ("story_key", "epoch", "step")
        told = pl.concat(self.people).filter(~pl.col("is_waiting"), control="throughout")
        on = pl.col("arm") == "treated"
        enough = pl.min_horizontal(on.sum().over(step), (~on).sum().over(step)) >= least
        steps = told.filter(enough).group_by(step).agg(
            pl.len().alias("n"), *((pl.col(name) - pl.col(f"{name}_off")).filter(on).mean() for name in OUTCOMES)
        )  # fmt: skip
        return steps.group_by("story_key", "epoch").agg(
            (pl.col(name) * pl.col("n")).sum() / pl.col("n").sum() for name in OUTCOMES
        )  # fmt: skip


def lived(seed: int, scale: Scale = SCALE) -> Life:
    """Walk through a company's life and count who met which flag in which arm, and what became of them."""
    company, life = simulate(scale, seed=seed), Life()

    def on_over(trial: Trial, number: int, slot: int) -> None:
        if trial.flag and trial.opens <= ms(company.ends_at):
            life.people.append(_people(walk, company, trial, number, slot, prior))
            life.epochs.append(_epoch(company, trial))

    walk = Walk(company, on_over)
    prior = np.zeros(walk.ledger.met_at.shape, dtype=np.int64)
    history = np.zeros(walk.people.count, dtype=np.uint64)
    for day in walk.days(int(company.ends_at.timestamp()) // 86_400 + 2):
        first = day.encounters.is_first
        slot, who = day.encounters.slot[first], day.encounters.person[first]
        prior[slot, who] = np.bitwise_count(history[who] & _DAYS)
        history <<= np.uint64(1)
        history[np.unique(day.visits.person)] |= np.uint64(1)
    return life


def _people(
    walk: Walk, company: Company, trial: Trial, number: int, slot: int, prior: np.ndarray
) -> pl.DataFrame:  # fmt: skip
    ledger, people, as_of = walk.ledger, walk.people, ms(company.ends_at)
    met_at = ledger.met_at[slot]
    who = np.flatnonzero((met_at <= as_of) & ~(people.is_bot | people.is_internal | people.sees_two))
    who = who[~walk.meeting.chosen(number, who)]
    marks, step, met_at = ledger.marks[slot, who], ledger.step[slot, who].astype(np.int64), met_at[who]

    def has(mark: int) -> np.ndarray:
        return (marks & mark) > 0

    is_on = ledger.on_at[slot, who] == met_at
    return pl.DataFrame(
        {
            "story_key": trial.story, "flag_key": trial.flag, "epoch": trial.epoch, "step": step,
            "percentage": np.array([share for _, share, _ in trial.steps])[step],
            "arm": np.where(is_on, "treated", "control"), "control": _control(trial, step, met_at),
            "x": prior[slot, who], "used": has(USED_IN_WEEK), "is_waiting": met_at + RETURN_UNTIL_MS > as_of,
            "returned_d1_d7": has(CAME).astype(float), "bought_7d": has(BOUGHT).astype(float),
            "adopted_7d": has(USED_IN_WEEK).astype(float),
            "returned_d1_d7_off": has(CAME_ANYWAY).astype(float),
            "bought_7d_off": (has(BOUGHT_EARLY) | has(BOUGHT_LATE)).astype(float), "kind": str(trial.effect.kind),
        },
        schema_overrides={"epoch": pl.Int64},
    )  # fmt: skip


def _control(trial: Trial, step: np.ndarray, met_at: np.ndarray) -> np.ndarray:
    """Tell whether nobody changed sides in the 192 hours since somebody met it, as the models do."""
    shares = [0.0 if is_own else share for _, share, is_own in trial.steps]
    ends = [
        next((at for (at, *_), other in zip(trial.steps[place:], shares[place:], strict=True) if other != share), NEVER)
        for place, share in enumerate(shares)
    ]
    begins = np.array([at for at, *_ in trial.steps])[step] + _DELAY_MS
    until = np.array(ends)[step] - _DELAY_MS
    is_split = np.array([0 < share < 100 for share in shares])[step] & (met_at >= begins) & (met_at < until)
    return np.where(is_split, np.where(met_at + RETURN_UNTIL_MS <= until, "throughout", "partly"), "none")


def _epoch(company: Company, trial: Trial) -> dict[str, Any]:
    opened, full = (
        None if at is None else datetime.fromtimestamp(at / 1000, UTC) for at in (trial.opens, trial.whole_at)
    )
    assert opened is not None
    fell, share, is_own = trial.steps[-1]
    return {
        "story_key": trial.story, "flag_key": trial.flag, "epoch": trial.epoch, "opened_at": opened, "full_at": full,
        "rolled_back_at": datetime.fromtimestamp(fell / 1000, UTC) if share == 0 and not is_own else None,
        "planned_at": (full or opened) + timedelta(days=30), "known_until": company.ends_at, "as_of": company.ends_at,
    }  # fmt: skip
