"""What is done in visits, act by act, and when each act is uploaded: now and then late, or twice, by a wrong clock."""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pipelines.company.company import Company
from pipelines.company.draws import Draws, Whole
from pipelines.company.ledger import NEVER
from pipelines.company.trials import feature_event
from pipelines.company.walk import Day, Walk
from pipelines.company.wording import BOUGHT, EXPOSED, EXTRA_SLOTS, OPENED, ORDINARY, PROPERTIES, SIGNED_UP

# Columns of one length each, all of numbers: what waits for its upload is small.
Acts: TypeAlias = dict[str, NDArray[Any]]

LATE_SHARE, LATE_HOURS = 0.03, 120.0
DOUBLED_SHARE, DOUBLED_HOURS = 0.015, 166.0
_AT_ONCE_AGAIN = 0.25
_FIXED = (OPENED, BOUGHT, SIGNED_UP, EXPOSED)
_OPENED, _BOUGHT, _SIGNED_UP, _EXPOSED, _PLAIN = range(5)
_HABITS = 2
_HOUR_MS = 3_600_000


class Acting:
    """Draws the acts of any day that was walked through.

    Attributes:
        names: of events, by their number in the column `name`.
    """

    def __init__(self, company: Company, walk: Walk) -> None:
        self._draws, self._walk = Draws(company.seed, "acts"), walk
        stories = {story.key: place for place, story in enumerate(company.stories)}
        self._features = len(_FIXED) + len(ORDINARY)
        self.names: Sequence[str] = (*_FIXED, *ORDINARY, *(feature_event(story) for story in company.stories))
        self._feature = np.array([self._features + stories[trial.story] for trial in walk.trials], dtype=np.int64)
        # Features that stay, and since when: each in a slot of its own choice, the first to come keeps it.
        self._habit, self._habit_since = np.full(EXTRA_SLOTS, -1), np.full(EXTRA_SLOTS, NEVER)
        for number, trial in enumerate(walk.trials):
            slot = trial.bucket_key % EXTRA_SLOTS
            if trial.whole_at and trial.effect.adoption and self._habit[slot] < 0:
                self._habit[slot], self._habit_since[slot] = self._feature[number], trial.closes

    def of(self, day: Day) -> Acts:
        """Return the acts of a day, each delivery a row."""
        parts = [
            self._ordinary(day),
            self._habits(day),
            self._signing_up(day),
            *self._features_met(day),
            self._bought(day),
        ]
        acts = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        visits, people, row = day.visits, self._walk.people, acts.pop("visit")
        person, device = visits.person[row], visits.device[row]
        halfway = (visits.start[row] + visits.end[row]) // 2
        skew = people.skew_ms[device]
        key = self._draws.of("key").bits(person, visits.start[row], acts.pop("tag"))
        at = acts.pop("at")
        acts |= {
            "key": key, "person": person, "device": device, "occurred": at + skew,
            "session": visits.start[row] + skew, "plan": people.plan_on(person, day.day),
            "is_anonymous": visits.is_signed_out[row] | (visits.is_first[row] & (at < halfway)),
            "properties": self._draws.of("properties").below(len(PROPERTIES), key),
        }  # fmt: skip
        return self._uploaded(acts, at)

    def _uploaded(self, acts: Acts, at: Whole) -> Acts:
        """Return each delivery with its upload: mostly within seconds, some days later, some a second time."""
        draws, key = self._draws, acts["key"]
        late = (LATE_HOURS ** draws.of("how late").unit(key) * _HOUR_MS).astype(np.int64)
        soon = 800 - (np.log(draws.of("delay").unit(key)) * 9_000).astype(np.int64)
        uploaded = at + np.where(draws.of("late").chance(LATE_SHARE, key), late, soon)
        again = draws.of("doubled").chance(DOUBLED_SHARE, key)
        other_hour = (DOUBLED_HOURS ** draws.of("how much later").unit(key) * _HOUR_MS).astype(np.int64)
        at_once = draws.of("at once").chance(_AT_ONCE_AGAIN, key)
        second = uploaded + np.where(at_once, 1_000 + draws.of("seconds").below(60_000, key), other_hour)
        acts["uploaded"] = uploaded
        twice: Mapping[str, NDArray[Any]] = {name: column[again] for name, column in acts.items()} | {
            "uploaded": second[again]
        }
        return {name: np.concatenate([column, twice[name]]) for name, column in acts.items()}

    def _ordinary(self, day: Day) -> Acts:
        visits, draws = day.visits, self._draws.of("ordinary")
        row = np.repeat(np.arange(len(visits.person)), visits.events)
        number = np.arange(len(row)) - np.repeat(np.cumsum(visits.events) - visits.events, visits.events)
        person, start, last = visits.person[row], visits.start[row], visits.events[row] - 1
        # A bot clicks like a clock.
        is_bot = self._walk.people.is_bot[person]
        share = np.where(is_bot, number / last, draws.of("at").unit(person, start, number))
        share = np.where(number == 0, 0.0, np.where(number == last, 1.0, share))
        at = start + (share * (visits.end[row] - start)).astype(np.int64)
        name = _PLAIN + draws.of("name").pick(list(ORDINARY.values()), person, start, number)
        return self._acts(row, at, np.where(number == 0, _OPENED, name), number)

    def _habits(self, day: Day) -> Acts:
        """Return uses of features that have long been there, a few of each day."""
        visits, draws = day.visits, self._draws.of("habits")
        people = np.flatnonzero(visits.comes_by & ~self._walk.people.is_bot[visits.person])
        row, number = np.repeat(people, _HABITS), np.tile(np.arange(_HABITS), len(people))
        person, start = visits.person[row], visits.start[row]
        at = start + (draws.of("at").unit(person, start, number) * (visits.end[row] - start)).astype(np.int64)
        slot = draws.below(EXTRA_SLOTS, person, start, number)
        is_there = self._habit_since[slot] <= at
        return self._acts(row[is_there], at[is_there], self._habit[slot][is_there], 10_000 + number[is_there])

    def _signing_up(self, day: Day) -> Acts:
        visits = day.visits
        row = np.flatnonzero(visits.is_first)
        at = (visits.start[row] + visits.end[row]) // 2
        return self._acts(row, at, np.full(len(row), _SIGNED_UP), np.full(len(row), 20_000))

    def _features_met(self, day: Day) -> list[Acts]:
        """Return what the flags told, what was used, and what a feature made people do besides."""
        met, visits = day.encounters, day.visits
        key = self._walk.meeting.key[met.trial]
        logged = np.flatnonzero(met.is_logged)
        exposed = self._acts(met.visit[logged], met.at[logged], np.full(len(logged), _EXPOSED), key[logged])
        exposed |= {"trial": met.trial[logged], "variant": met.is_on[logged].astype(np.int64)}
        used = np.flatnonzero(met.uses_at < NEVER)
        uses = self._acts(met.visit[used], met.uses_at[used], self._feature[met.trial[used]], key[used] + np.uint64(1))
        more = np.where(met.is_on, met.extra, 0)
        which = np.repeat(np.arange(len(more)), more)
        number = np.arange(len(which)) - np.repeat(np.cumsum(more) - more, more)
        row, tag = met.visit[which], key[which] + number.astype(np.uint64) + np.uint64(2)
        left = visits.end[row] - met.at[which]
        at = met.at[which] + (self._draws.of("more").unit(visits.person[row], tag, day.day) * left).astype(np.int64)
        extra = self._acts(row, at, np.full(len(row), _PLAIN + 1), tag)
        return [exposed, uses, extra]

    def _bought(self, day: Day) -> Acts:
        bought = day.purchases
        sums = self._draws.of("sum").normal(day.visits.person[bought.visit], bought.at)
        none = np.full(len(bought.at), 30_000, dtype=np.uint64)
        tag = np.where(bought.trial < 0, none, self._walk.meeting.key[bought.trial] - np.uint64(1))
        acts = self._acts(bought.visit, bought.at, np.full(len(bought.at), _BOUGHT), tag)
        return acts | {"revenue": np.round(np.exp(3.2 + 0.7 * sums), 2)}

    def _acts(self, visit: Whole, at: Whole, name: Whole, tag: NDArray[Any]) -> Acts:
        none = np.full(len(visit), -1)
        return {
            "visit": visit, "at": at, "name": name, "tag": tag.astype(np.uint64), "trial": none, "variant": none,
            "revenue": np.full(len(visit), np.nan),
        }  # fmt: skip
