"""Walks through the company's days: who visits, what they meet, and what it makes them do. The same for all who walk.

Days are the users' own. A day depends on those before it, as a feature may keep people away or bring them back; so
every walk begins with the company's first day. Only the open trials are held.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from pipelines.company.company import Company
from pipelines.company.draws import Draws, Truth, Whole
from pipelines.company.encounters import Encounters, Meeting, days_later
from pipelines.company.ledger import (
    BOUGHT,
    BOUGHT_EARLY,
    BOUGHT_LATE,
    CAME,
    CAME_ANYWAY,
    MET_IN_MONTH,
    MONTH_MS,
    NEVER,
    RETURN_FROM_MS,
    WEEK_MS,
    Ledger,
    returned,
    slots_needed,
)
from pipelines.company.population import days_of, population_of
from pipelines.company.trials import AFTERWARDS_MS, DAY_MS, Trial, trials_of
from pipelines.company.visits import Visiting, Visits

# Of a visit, by plan.
_BUYS = np.array([0.035, 0.05, 0.05])


@dataclass(frozen=True, slots=True)
class Purchases:
    """What was bought, by row: in which visit and when, and for the sake of which slot's trial, -1 for none."""

    visit: Whole
    at: Whole
    slot: Whole


@dataclass(frozen=True, slots=True)
class Day:
    """What happened on a day of the users' calendars."""

    day: int
    visits: Visits
    encounters: Encounters
    purchases: Purchases


class Walk:
    """A walk through the days of a company.

    Args:
        on_over: called with each trial, its position and its slot, once nothing more comes of it.
    """

    def __init__(self, company: Company, on_over: Callable[[Trial, int, int], None] | None = None) -> None:
        self.people, self.trials = population_of(company), trials_of(company)
        self.visiting = Visiting(company, self.people)
        slots = slots_needed(self.trials)
        self.ledger = Ledger(slots, self.people.count)
        self.meeting = Meeting(company.seed, self.trials, self.people, self.ledger)
        self.begins, _ = days_of(company)
        self._draws, self._on_over = Draws(company.seed, "walk"), on_over
        self._free, self._open = list(range(slots))[::-1], dict[int, int]()
        self._next = 0
        self._coming: dict[int, list[tuple[Whole, Whole, Whole]]] = {}

    def days(self, until: int) -> Iterator[Day]:
        """Yield every day before one, in their order; then `on_over` is called for the trials that are still open."""
        for day in range(self.begins, until):
            self._turn(day)
            yield self._day(day)
        for trial, slot in self._open.items():
            self._over(trial, slot)

    def _turn(self, day: int) -> None:
        """Open and close trials; the users' days begin and end up to fourteen hours off."""
        for trial, slot in list(self._open.items()):
            if self.trials[trial].closes + AFTERWARDS_MS < (day - 1) * DAY_MS:
                self._over(trial, slot)
                self.ledger.clear(slot)
                self._free.append(self._open.pop(trial))
        while self._next < len(self.trials) and self.trials[self._next].opens < (day + 2) * DAY_MS:
            if self.trials[self._next].closes + AFTERWARDS_MS >= (day - 1) * DAY_MS:
                self._open[self._next] = self._free.pop()
            self._next += 1

    def _over(self, trial: int, slot: int) -> None:
        if self._on_over:
            self._on_over(self.trials[trial], trial, slot)

    def _day(self, day: int) -> Day:
        visits = self.visiting.on(day)
        if coming := self._coming.pop(day, None):
            person, start, slot = (np.concatenate(column) for column in zip(*coming, strict=True))
            visits = Visits.joined([visits, self.visiting.brought(day, person, start, slot)])
        away = self.ledger.is_away(visits.person, visits.start, visits.end)
        self._had_they_come(visits.where(away))
        visits = visits.where(~away)
        trials, slots = np.array(list(self._open), dtype=np.int64), np.array(list(self._open.values()), dtype=np.int64)
        found = self.meeting.of(visits, trials, slots)
        sold = self._act(found, visits)
        self._came(visits, trials, slots)
        return Day(day, visits, found, self._buy(visits, slots, sold))

    def _had_they_come(self, visits: Visits) -> None:
        """Enter visits that a feature kept from being made: without it they had been."""
        slot = self.ledger.away_slot[visits.person]
        met_at = self.ledger.met_at[slot, visits.person]
        back = returned(met_at, visits.start, visits.end)
        self.ledger.mark(slot[back], visits.person[back], CAME_ANYWAY)
        buys, at = self._purchases(visits)
        buys &= (self._put_off(visits.person, at).sum(axis=0) == 0) & (at >= met_at) & (at < met_at + WEEK_MS)
        self.ledger.mark(slot[buys], visits.person[buys], BOUGHT_LATE)

    def _act(self, found: Encounters, visits: Visits) -> Purchases:
        """Do to people what the features do that they met, and return what is bought for it."""
        draws, parts = self._draws, []
        for trial, slot in self._open.items():
            effect, key = self.trials[trial].effect, self.meeting.key[trial]
            if effect.drives_away + effect.brings_back + effect.sells == 0:
                continue
            here = found.slot == slot
            first, got = here & found.is_first, here & found.is_first_on
            if effect.drives_away:
                chosen = first & draws.of("away").chance(effect.drives_away, key, found.person)
                self.ledger.claim(slot, found.person[chosen], found.at[chosen])
                self.ledger.send_away(slot, found.person[got], found.at[got])
            if effect.brings_back:
                self._bring_back(slot, found.person[got], found.at[got], trial)
            if effect.sells:
                buys = got & self.is_sold(trial, found.person)
                parts.append((found.visit[buys], np.full(int(buys.sum()), slot)))
        if not parts:
            return Purchases(*(np.zeros(0, dtype=np.int64),) * 3)
        visit, slots = (np.concatenate(column) for column in zip(*parts, strict=True))
        return Purchases(visit, _till(visits)[visit], slots)

    def _bring_back(self, slot: int, person: Whole, at: Whole, trial: int) -> None:
        chosen = self.comes_back(trial, person)
        person, key = person[chosen], self.meeting.key[trial]
        start = days_later(self._draws.of("back"), key, person, at[chosen])
        days = (start + self.people.offset_ms[person]) // DAY_MS
        for day in np.unique(days):
            there = days == day
            rows = (person[there], start[there], np.full(int(there.sum()), slot))
            self._coming.setdefault(int(day), []).append(rows)

    def comes_back(self, trial: int, person: Whole) -> Truth:
        """Return who comes back once, if they get the feature of a trial."""
        effect = self.trials[trial].effect
        return self._draws.of("back").chance(effect.brings_back, self.meeting.key[trial], person)

    def is_sold(self, trial: int, person: Whole) -> Truth:
        """Return who buys at once, if they get the feature of a trial."""
        return self._draws.of("sold").chance(self.trials[trial].effect.sells, self.meeting.key[trial], person)

    def is_put_off(self, trial: int, person: Whole) -> Truth:
        """Return who buys nothing for a week, if they get the feature of a trial."""
        return self._draws.of("put off").chance(self.trials[trial].effect.puts_off, self.meeting.key[trial], person)

    def _came(self, visits: Visits, trials: Whole, slots: Whole) -> None:
        """Enter the visits for every open trial that their users have met."""
        met_at = self.ledger.met_at[slots[:, None], visits.person[None, :]]
        start, end = visits.start[None, :], visits.end[None, :]
        back = returned(met_at, start, end)
        place, row = np.nonzero(back)
        slot, person = slots[place], visits.person[row]
        anyway = visits.brought_by[row] != slot
        self.ledger.mark(slot, person, CAME)
        self.ledger.mark(slot[anyway], person[anyway], CAME_ANYWAY)
        whole_at = np.array([self.trials[trial].whole_at or NEVER for trial in trials], dtype=np.int64)[:, None]
        place, row = np.nonzero((met_at <= end) & (end >= whole_at) & (start < whole_at + MONTH_MS))
        self.ledger.mark(slots[place], visits.person[row], MET_IN_MONTH)

    def _purchases(self, visits: Visits) -> tuple[Truth, Whole]:
        """Return in which visits something is bought for no feature's sake, and when in each."""
        plan = self.people.plan_on(visits.person, visits.day)
        odds = np.where(self.people.is_bot[visits.person] | visits.is_signed_out, 0.0, _BUYS[plan])
        return self._draws.of("buys").chance(odds, visits.person, visits.start), _till(visits)

    def _put_off(self, person: Whole, at: Whole) -> Truth:
        """Return by slot and person who buys nothing at a moment because of the slot's trial."""
        off = np.zeros((len(self.ledger.met_at), len(person)), dtype=bool)
        for trial, slot in self._open.items():
            if self.trials[trial].effect.puts_off:
                since = self.ledger.on_at[slot, person]
                off[slot] = (since <= at) & (at < since + WEEK_MS) & self.is_put_off(trial, person)
        return off

    def _buy(self, visits: Visits, slots: Whole, sold: Purchases) -> Purchases:
        """Return all that is bought, and enter it, with what a feature put people off, for every open trial."""
        buys, at = self._purchases(visits)
        row = np.flatnonzero(buys)
        off = self._put_off(visits.person[row], at[row])
        by_one = off.sum(axis=0) == 1
        slot, column = np.nonzero(off & by_one)
        lost = Purchases(row[column], at[row[column]], slot)
        row = row[~off.any(axis=0)]
        plain = Purchases(row, at[row], np.full(len(row), -1))
        self._enter(visits, lost, lost.slot[None, :], BOUGHT_EARLY, BOUGHT_LATE)
        self._enter(visits, plain, slots[:, None], BOUGHT_EARLY | BOUGHT, BOUGHT_LATE | BOUGHT)
        # What is bought for one trial's sake counts as bought anyway for every other.
        self._enter(
            visits,
            sold,
            np.where(slots[:, None] == sold.slot, -1, slots[:, None]),
            BOUGHT_EARLY | BOUGHT,
            BOUGHT_LATE | BOUGHT,
        )
        self._enter(visits, sold, sold.slot[None, :], BOUGHT, BOUGHT)
        joined = (np.concatenate([getattr(plain, name), getattr(sold, name)]) for name in ("visit", "at", "slot"))
        return replace(plain, **dict(zip(("visit", "at", "slot"), joined, strict=True)))

    def _enter(self, visits: Visits, bought: Purchases, slots: Whole, early: int, late: int) -> None:
        """Mark purchases for slots, an array that broadcasts against them; slot -1 stands for none."""
        person, end = visits.person[bought.visit], visits.end[bought.visit]
        slots = np.broadcast_to(slots, (slots.shape[0], len(person)))
        met_at = np.where(slots < 0, NEVER, self.ledger.met_at[slots, person[None, :]])
        within = (bought.at >= met_at) & (bought.at < met_at + WEEK_MS)
        is_late = end >= met_at + RETURN_FROM_MS
        for chosen, mark in ((within & ~is_late, early), (within & is_late, late)):
            place, row = np.nonzero(chosen)
            self.ledger.mark(slots[place, row], person[row], mark)


def _till(visits: Visits) -> Whole:
    """Return when in each visit something is bought, if it is: towards its end, after all features were met."""
    return visits.start + ((visits.end - visits.start) * 9) // 10
