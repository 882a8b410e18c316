"""What each user went through of each trial that is open: when they met it, and what they did since.

Some of it is what would have been: had the feature done nothing, whether they had come or bought all the same.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipelines.company.draws import Truth, Whole
from pipelines.company.trials import AFTERWARDS_MS, DAY_MS, Trial

NEVER = np.iinfo(np.int64).max // 4
WEEK_MS = 7 * DAY_MS
MONTH_MS = 30 * DAY_MS
# Retention: active again in [first met + 24 h, first met + 192 h).
RETURN_FROM_MS, RETURN_UNTIL_MS = DAY_MS, 8 * DAY_MS

CAME_ANYWAY = 1  # in the days of return, not for the trial's sake, nor kept from it by the trial
CAME = 2
BOUGHT_EARLY = 4  # in the week, before and since the days of return; neither for nor against the trial's effect
BOUGHT_LATE = 8
BOUGHT = 16
USED_IN_WEEK = 32
USED = 64
MET_IN_MONTH = 128  # active in the thirty days since all get it, and has met it
USED_IN_MONTH = 256
STAYS_AWAY = 512  # if it is on


class Ledger:
    """A table of the open trials, in slots that are used again, by all users. Flat, however long the company lives.

    Attributes:
        met_at, on_at: by slot and user, when they first came by with any variant, and with the feature; `NEVER` before.
        step: of the trial, when they first met it.
        extra: events that the feature adds, or would add, in the week since they met it.
        away_from, away_until, away_slot: by user, when a feature keeps them away, and which.
    """

    def __init__(self, slots: int, people: int) -> None:
        self.met_at = np.full((slots, people), NEVER)
        self.on_at = np.full((slots, people), NEVER)
        self.marks: NDArray[np.uint16] = np.zeros((slots, people), dtype=np.uint16)
        self.step: NDArray[np.int8] = np.zeros((slots, people), dtype=np.int8)
        self.extra: NDArray[np.uint16] = np.zeros((slots, people), dtype=np.uint16)
        self.away_from, self.away_until = np.full(people, NEVER), np.zeros(people, dtype=np.int64)
        self.away_slot = np.full(people, -1)
        self._claimed_until, self._claimed_by = np.zeros(people, dtype=np.int64), np.full(people, -1)

    def clear(self, slot: int) -> None:
        """Forget a trial that is over."""
        self.met_at[slot], self.on_at[slot] = NEVER, NEVER
        self.marks[slot], self.step[slot], self.extra[slot] = 0, 0, 0
        self._claimed_by[self._claimed_by == slot] = -1

    def mark(self, slot: Whole, person: Whole, mark: int) -> None:
        """Set a mark for pairs of slot and user, which may be there twice."""
        np.bitwise_or.at(self.marks, (slot, person), np.uint16(mark))

    def claim(self, slot: int, person: Whole, at: Whole) -> None:
        """Let a trial be the one that keeps some people away, if they get its feature.

        One trial at a time has anyone, whether they get its feature or not: so what another does never depends on this
        one's arms.
        """
        free = self._claimed_until[person] <= at
        who = person[free]
        self.marks[slot, who] |= np.uint16(STAYS_AWAY)
        self._claimed_until[who], self._claimed_by[who] = at[free] + RETURN_UNTIL_MS, slot

    def send_away(self, slot: int, person: Whole, at: Whole) -> None:
        """Keep away those of some people whom the trial has claimed, for the days of return since they got it."""
        is_claimed = (self.marks[slot, person] & STAYS_AWAY) > 0
        chosen = is_claimed & ((self._claimed_by[person] == slot) | (self._claimed_until[person] <= at))
        who, since = person[chosen], at[chosen]
        self._claimed_until[who], self._claimed_by[who] = since + RETURN_UNTIL_MS, slot
        self.away_from[who], self.away_until[who] = since + RETURN_FROM_MS, since + RETURN_UNTIL_MS
        self.away_slot[who] = slot

    def is_away(self, person: Whole, start: Whole, end: Whole) -> Truth:
        """Return which visits are not made, as a feature keeps their users away."""
        away: Truth = (end >= self.away_from[person]) & (start < self.away_until[person])
        return away


def returned(met_at: Whole, start: Whole, end: Whole) -> Truth:
    """Return which visits have an event in the days of return of who met a trial."""
    within: Truth = (end >= met_at + RETURN_FROM_MS) & (start < met_at + RETURN_UNTIL_MS)
    return within


def slots_needed(trials: Sequence[Trial]) -> int:
    """Return how many trials are open at once, at most, with some days of margin on either side."""
    changes = [(trial.opens - 3 * DAY_MS, 1) for trial in trials]
    changes += [(trial.closes + AFTERWARDS_MS + 3 * DAY_MS, -1) for trial in trials]
    most = open_now = 0
    for _, change in sorted(changes):
        open_now += change
        most = max(most, open_now)
    return max(most, 1)
