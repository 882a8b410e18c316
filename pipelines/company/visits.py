"""Who visits the product on a day, and how long: as it would be if no feature did anything to anyone."""

from dataclasses import dataclass, fields

import numpy as np

from pipelines.company.company import Company
from pipelines.company.draws import Draws, Real, Truth, Whole
from pipelines.company.population import Population, busy, days_of
from pipelines.company.trials import DAY_MS

SIGNED_OUT_SHARE = 0.02
_OTHER_DEVICE = 0.35
_SECOND_VISIT = 0.2
_BOT_VISITS = 0.3
_BOT_SHARE = 0.03
# Events that a visit brings on average besides those of features, and those of features per story and month.
_PLAIN_EVENTS, _PER_DENSITY = 6.2, 0.26
_MOST_OFTEN = 0.95


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits by row; times in milliseconds since 1970, true ones, both ends being events.

    Attributes:
        day: of the user's own calendar.
        events: ordinary ones, the first and the last included.
        brought_by: the slot of the trial that the visit is made for alone, -1 for none.
        comes_by: whether it goes where features can be seen.
        is_signed_out: nobody signed in, so that only the device is known.
        is_first: somebody signs up halfway.
    """

    day: int
    person: Whole
    start: Whole
    end: Whole
    device: Whole
    events: Whole
    brought_by: Whole
    comes_by: Truth
    is_signed_out: Truth
    is_first: Truth

    def where(self, chosen: Truth) -> "Visits":
        """Return some of them."""
        return Visits(self.day, *(getattr(self, one.name)[chosen] for one in fields(self)[1:]))

    @classmethod
    def joined(cls, parts: "list[Visits]") -> "Visits":
        """Return several as one; they are of the same day."""
        columns = (np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(cls)[1:])
        return cls(parts[0].day, *columns)


class Visiting:
    """Draws the visits of any day of a company's users, each day for itself."""

    def __init__(self, company: Company, population: Population) -> None:
        self._draws, self._people = Draws(company.seed, "visits"), population
        begins, ends = days_of(company)
        density = company.scale.stories / company.scale.months
        plain = company.scale.product_events * (1 - _BOT_SHARE) / (_PLAIN_EVENTS + _PER_DENSITY * density)
        # How likely somebody of the mean pull comes on an ordinary day.
        self.rate = _rate(population, begins, ends, plain)
        bots = max(int(population.is_bot.sum()), 1)
        self._bot_events = max(
            30, round(company.scale.product_events * _BOT_SHARE / bots / (ends - begins) / _BOT_VISITS)
        )

    def on(self, day: int) -> Visits:
        """Return the visits of a day; of one's second visit in it, none goes where features can be seen."""
        people = self._people
        here = np.flatnonzero(people.is_here(day))
        odds = np.where(people.is_bot[here], _BOT_VISITS, self._odds(here, day))
        comes = self._draws.chance(odds, here, day) | (people.signed_up_on[here] == day)
        first = self._visits(here[comes], day)
        again = self._draws.of("again").chance(_SECOND_VISIT, first.person, day) & ~people.is_bot[first.person]
        return Visits.joined([first, self._second(first.where(again))])

    def expected(self, day: int) -> float:
        """Return how many users, bots left out, are expected to come on a day."""
        people = self._people
        return float(self._odds(np.flatnonzero(people.is_here(day) & ~people.is_bot), day).sum())

    def _odds(self, person: Whole, day: int) -> Real:
        return np.minimum(self._people.pull[person] * (self.rate * busy(day)), _MOST_OFTEN)

    def brought(self, day: int, person: Whole, start: Whole, slot: Whole) -> Visits:
        """Return visits that trials brought about."""
        length = self._length(self._draws.of("brought", "length"), person, start)
        events = 2 + self._draws.of("brought", "events").below(3, person, start)
        no = np.zeros(len(person), dtype=bool)
        return Visits(day, person, start, start + length, person, events, slot, no, no, no)

    def _visits(self, person: Whole, day: int) -> Visits:
        draws, people = self._draws, self._people
        is_bot, is_first = people.is_bot[person], (people.signed_up_on[person] == day) & ~people.is_bot[person]
        hour = 7.0 + 7.0 * (draws.of("hour").unit(person, day) + draws.of("minute").unit(person, day))
        start = day * DAY_MS + (hour * 3_600_000).astype(np.int64) - people.offset_ms[person]
        length = np.where(
            is_bot, 1_000 * self._bot_events // 2, self._length(draws.of("length"), person, np.int64(day))
        )
        other = people.other_device[person]
        uses_other = (other >= 0) & draws.of("device").chance(_OTHER_DEVICE, person, day) & ~is_first
        events = 2 - np.log(draws.of("events").unit(person, day)) * 1.9
        is_out = draws.of("out").chance(SIGNED_OUT_SHARE, person, day) & ~is_bot & ~is_first
        return Visits(
            day, person, start, start + length, np.where(uses_other, other, person),
            np.where(is_bot, self._bot_events, events.astype(np.int64)), np.full(len(person), -1),
            ~is_out & ~is_first, is_out, is_first,
        )  # fmt: skip

    def _second(self, first: Visits) -> Visits:
        person, day = first.person, first.day
        wait = 600_000 + self._draws.of("again", "wait").below(5_400_000, person, day)
        start = first.end + wait
        length = self._length(self._draws.of("again", "length"), person, np.int64(day)) // 2
        events = 2 + self._draws.of("again", "events").below(3, person, day)
        no = np.zeros(len(person), dtype=bool)
        return Visits(
            day, person, start, start + length, first.device, events, first.brought_by, no, first.is_signed_out, no
        )

    def _length(self, draws: Draws, person: Whole, row: Whole | np.int64) -> Whole:
        """Draw how long visits take: two to forty minutes."""
        return (120_000 * 20 ** draws.unit(person, row)).astype(np.int64)


def expected_active(company: Company, population: Population) -> Real:
    """Return how many users are expected to be active on each day of the company's life, bots left out."""
    visiting = Visiting(company, population)
    return np.array([visiting.expected(day) for day in range(*days_of(company))])


def _rate(population: Population, begins: int, ends: int, visits: float) -> float:
    """Return the rate at which so many visits are made in all those days, though nobody can come more than daily."""
    here = np.clip(population.left_on, begins, ends) - np.clip(population.signed_up_on, begins, ends)
    here, pull = here[~population.is_bot], population.pull[~population.is_bot]
    busiest = np.array([busy(day) for day in range(begins, ends)])
    levels = np.quantile(busiest, [0.1, 0.3, 0.5, 0.7, 0.9])
    rate = visits / max(float((here * pull).sum() * busiest.mean()), 1e-9)
    for _ in range(12):
        expected = float(sum((here * np.minimum(pull * rate * level, _MOST_OFTEN)).sum() for level in levels)) / 5
        rate *= visits / max(expected, 1e-9)
    return rate
