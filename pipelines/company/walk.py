"""Walks through the company's days: who visits, what they meet, and what it makes them do. The same for all who walk.

Days are the users' own. A day depends on those before it, as a feature may keep people away or bring them back; so
every walk begins with the company's first day. Only the open trials are held.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np

from pipelines.company.company import Company
from pipelines.company.draws import Draws, Truth, Whole
from pipelines.company.encounters import Encounters, Meeting, days_later
from pipelines.company.ledger import (
    CAME,
    CAME_ANYWAY,
    MET_IN_MONTH,
    MONTH_MS,
    NEVER,
    Ledger,
    returned,
    slots_needed,
)
from pipelines.company.population import days_of, population_of
from pipelines.company.purchases import Purchases, Till, bought_at
from pipelines.company.trials import AFTERWARDS_MS, DAY_MS, Trial, trials_of
from pipelines.company.visits import Visiting, Visits


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
        self.till = Till(company.seed, self.people, self.ledger, self.trials, self.meeting.key)
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
        return Day(day, visits, found, self.till.buy(visits, sold, self._open))

    def _had_they_come(self, visits: Visits) -> None:
        """Enter visits that a feature kept from being made: without it they had been."""
        slot = self.ledger.away_slot[visits.person]
        met_at = self.ledger.met_at[slot, visits.person]
        back = returned(met_at, visits.start, visits.end)
        self.ledger.mark(slot[back], visits.person[back], CAME_ANYWAY)
        self.till.had_they_bought(visits, slot, self._open)

    def _act(self, found: Encounters, visits: Visits) -> Purchases:
        """Do to people what the features do that they met, and return what is bought for it."""
        draws, parts = self._draws, list[Purchases]()
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
                none = np.zeros(int(buys.sum()), dtype=np.int64)
                parts.append(
                    Purchases(found.visit[buys], bought_at(visits)[found.visit[buys]], none + slot, none + trial)
                )
        return Purchases.joined(parts)

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
