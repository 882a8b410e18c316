"""What is bought: of habit, because of a feature, and what would have been bought but for one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np

from pipelines.company.draws import Bits, Draws, Truth, Whole
from pipelines.company.ledger import BOUGHT, BOUGHT_EARLY, BOUGHT_LATE, NEVER, RETURN_FROM_MS, WEEK_MS, Ledger
from pipelines.company.population import Population
from pipelines.company.trials import Trial
from pipelines.company.visits import Visits

# Of a visit, by plan.
_BUYS = np.array([0.035, 0.05, 0.05])


@dataclass(frozen=True, slots=True)
class Purchases:
    """What was bought, by row: in which visit and when, and for the sake of which trial, in its slot; -1 for none."""

    visit: Whole
    at: Whole
    slot: Whole
    trial: Whole

    @classmethod
    def joined(cls, parts: Sequence["Purchases"]) -> "Purchases":
        """Return several as one."""
        none = np.zeros(0, dtype=np.int64)
        return cls(*(np.concatenate([none, *(getattr(part, one.name) for part in parts)]) for one in fields(cls)))


def bought_at(visits: Visits) -> Whole:
    """Return when in each visit something is bought, if it is: towards its end, after all features were met."""
    return visits.start + ((visits.end - visits.start) * 9) // 10


class Till:
    """Draws purchases, and enters them in the ledger. Open trials are told by their slots."""

    def __init__(self, seed: int, people: Population, ledger: Ledger, trials: Sequence[Trial], keys: Bits) -> None:
        self._draws, self._people, self._ledger = Draws(seed, "till"), people, ledger
        self._trials, self._keys = trials, keys

    def is_put_off(self, trial: int, person: Whole) -> Truth:
        """Return who buys nothing for a week, if they get the feature of a trial."""
        return self._draws.of("put off").chance(self._trials[trial].effect.puts_off, self._keys[trial], person)

    def buy(self, visits: Visits, sold: Purchases, slots: Mapping[int, int]) -> Purchases:
        """Return all that is bought, and enter it, with what a feature put people off, for every open trial."""
        buys, at = self._habit(visits)
        row = np.flatnonzero(buys)
        off = self._put_off(visits.person[row], at[row], slots)
        slot, column = np.nonzero(off & (off.sum(axis=0) == 1))
        lost = _bought(row[column], at[row[column]], slot)
        row = row[~off.any(axis=0)]
        plain = _bought(row, at[row], np.full(len(row), -1))
        every = np.array(list(slots.values()), dtype=np.int64)[:, None]
        early, late = BOUGHT_EARLY | BOUGHT, BOUGHT_LATE | BOUGHT
        self._enter(visits, lost, lost.slot[None, :], BOUGHT_EARLY, BOUGHT_LATE)
        self._enter(visits, plain, every, early, late)
        # What is bought for one trial's sake counts as bought anyway for every other.
        self._enter(visits, sold, np.where(every == sold.slot, -1, every), early, late)
        self._enter(visits, sold, sold.slot[None, :], BOUGHT, BOUGHT)
        return Purchases.joined([plain, sold])

    def had_they_bought(self, visits: Visits, slot: Whole, slots: Mapping[int, int]) -> None:
        """Enter what had been bought in visits that a feature, by its slot, kept from being made."""
        buys, at = self._habit(visits)
        met_at = self._ledger.met_at[slot, visits.person]
        buys &= ~self._put_off(visits.person, at, slots).any(axis=0) & (at >= met_at) & (at < met_at + WEEK_MS)
        self._ledger.mark(slot[buys], visits.person[buys], BOUGHT_LATE)

    def _habit(self, visits: Visits) -> tuple[Truth, Whole]:
        """Return in which visits something is bought for no feature's sake, and when in each."""
        plan = self._people.plan_on(visits.person, visits.day)
        # Whom a feature brings back only looks: what it does to purchases is planted apart.
        never = self._people.is_bot[visits.person] | visits.is_signed_out | (visits.brought_by >= 0)
        odds = np.where(never, 0.0, _BUYS[plan])
        return self._draws.of("buys").chance(odds, visits.person, visits.start), bought_at(visits)

    def _put_off(self, person: Whole, at: Whole, slots: Mapping[int, int]) -> Truth:
        """Return by slot and person who buys nothing at a moment because of the slot's trial."""
        off = np.zeros((len(self._ledger.met_at), len(person)), dtype=bool)
        for trial, slot in slots.items():
            if self._trials[trial].effect.puts_off:
                since = self._ledger.on_at[slot, person]
                off[slot] = (since <= at) & (at < since + WEEK_MS) & self.is_put_off(trial, person)
        return off

    def _enter(self, visits: Visits, bought: Purchases, slots: Whole, early: int, late: int) -> None:
        """Mark purchases for slots, an array that broadcasts against them; slot -1 stands for none."""
        person, end = visits.person[bought.visit], visits.end[bought.visit]
        slots = np.broadcast_to(slots, (slots.shape[0], len(person)))
        met_at = np.where(slots < 0, NEVER, self._ledger.met_at[slots, person[None, :]])
        within = (bought.at >= met_at) & (bought.at < met_at + WEEK_MS)
        is_late = end >= met_at + RETURN_FROM_MS
        for chosen, mark in ((within & ~is_late, early), (within & is_late, late)):
            place, row = np.nonzero(chosen)
            self._ledger.mark(slots[place, row], person[row], mark)


def _bought(visit: Whole, at: Whole, slot: Whole) -> Purchases:
    return Purchases(visit, at, slot, np.full(len(visit), -1))
