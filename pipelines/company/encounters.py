"""Who comes by where a feature can be seen, in which arm, and what they then do for its sake."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.company.draws import Draws, Real, Rows, Truth, Whole
from pipelines.company.ledger import MONTH_MS, NEVER, USED, USED_IN_MONTH, USED_IN_WEEK, WEEK_MS, Ledger
from pipelines.company.population import Population
from pipelines.company.trials import DAY_MS, Trial
from pipelines.company.visits import Visits

# Individually named in a flag's rules, of all users.
CHOSEN_SHARE = 0.001
_LOGGED_AGAIN = 0.12
_USES_AT_ONCE, _USES_LATER = 0.92, 0.45
# How much more those adopt who come more often.
_ADOPTS_BY_PULL = 0.58
_MOST_ADOPT = 0.95


@dataclass(frozen=True, slots=True)
class Encounters:
    """Visits that came by a feature's place, by row.

    Attributes:
        trial: position among all trials of the company.
        visit: row of the visit.
        is_first, is_first_on: never met before; never met with the feature on before.
        uses_at: when the feature was used, `NEVER` for not.
        extra: events more because of it, whether it is on or not.
    """

    trial: Whole
    slot: Whole
    visit: Whole
    person: Whole
    at: Whole
    step: Whole
    is_on: Truth
    is_first: Truth
    is_first_on: Truth
    is_logged: Truth
    uses_at: Whole
    extra: Whole


class Meeting:
    """Draws the encounters of visits, and enters them in the ledger."""

    def __init__(self, seed: int, trials: Sequence[Trial], people: Population, ledger: Ledger) -> None:
        self._draws, self._people, self._ledger = Draws(seed, "encounters"), people, ledger
        self.key = np.array([trial.key for trial in trials], dtype=np.uint64)
        self._bucket_key = np.array([trial.bucket_key for trial in trials], dtype=np.uint64)
        most = max((len(trial.steps) for trial in trials), default=1)
        self._step_at = np.full((len(trials), most), NEVER)
        self._share, self._is_own = np.zeros((len(trials), most)), np.zeros((len(trials), most), dtype=bool)
        for number, trial in enumerate(trials):
            for place, (at, share, is_own) in enumerate(trial.steps):
                self._step_at[number, place] = at
                self._share[number, place], self._is_own[number, place] = share, is_own
        self._closes = np.array([trial.closes for trial in trials], dtype=np.int64)
        self._whole_at = np.array([trial.whole_at or NEVER for trial in trials], dtype=np.int64)
        self._has_flag = np.array([trial.flag is not None for trial in trials], dtype=bool)
        self._reach = np.array([trial.effect.reach for trial in trials])
        self._adoption = np.array([trial.effect.adoption for trial in trials])
        self._extra = np.array([trial.effect.extra_events for trial in trials])

    def of(self, visits: Visits, trials: Whole, slots: Whole) -> Encounters:
        """Return the encounters of visits with the open trials, which hold these slots."""
        rows = np.flatnonzero(visits.comes_by)
        who, draws, day = visits.person[rows], self._draws, visits.day
        comes_by = draws.chance(self._reach[trials][:, None], self.key[trials][:, None], who[None, :], day)
        place, column = np.nonzero(comes_by)
        trial, slot, row, who = trials[place], slots[place], rows[column], who[column]
        long = visits.end[row] - visits.start[row]
        at = visits.start[row] + ((0.05 + 0.45 * draws.of("at").unit(self.key[trial], who, day)) * long).astype(
            np.int64
        )
        step = (self._step_at[trial] <= at[:, None]).sum(axis=1) - 1
        is_on, is_asked = self._arms(trial, step, who, visits.device[row] != who)
        kept = is_asked & (step >= 0) & (at < self._closes[trial])
        trial, slot, row, who, at, step, long, is_on = (
            column[kept] for column in (trial, slot, row, who, at, step, long, is_on)
        )
        ledger, key = self._ledger, self.key[trial]
        is_first, is_first_on = ledger.met_at[slot, who] == NEVER, is_on & (ledger.on_at[slot, who] == NEVER)
        is_logged = self._has_flag[trial] & (
            is_first | is_first_on | draws.of("logged").chance(_LOGGED_AGAIN, key, who, day)
        )
        uses = is_on & self._uses(trial, who, day, is_first_on)
        uses_at = np.where(
            uses, at + ((0.05 + 0.3 * draws.of("uses at").unit(key, who, day)) * long).astype(np.int64), NEVER
        )
        extra = draws.of("extra").below(2 * self._extra[trial] + 1, key, who, day)
        found = Encounters(trial, slot, row, who, at, step, is_on, is_first, is_first_on, is_logged, uses_at, extra)
        self._enter(found)
        return found

    def chosen(self, trial: int, who: Whole) -> Truth:
        """Return who is named individually by the flag of a trial."""
        return self._chosen(self._bucket_key[trial], who)

    def _chosen(self, keys: Rows, who: Whole) -> Truth:
        return self._draws.of("chosen").chance(CHOSEN_SHARE, keys, who)

    def _arms(self, trial: Whole, step: Whole, who: Whole, is_elsewhere: Truth) -> tuple[Truth, Truth]:
        """Return which encounters are in the arm that gets the feature, and which the flag is asked for at all."""
        key, share = self._bucket_key[trial], self._share[trial, step]
        bucket = self._draws.of("bucket").unit(key, who)
        # A few are not recognised on their other device, and are drawn anew there.
        twice = self._people.sees_two[who] & is_elsewhere & self._has_flag[trial]
        bucket = np.where(twice, self._draws.of("bucket elsewhere").unit(key, who), bucket)
        is_early = self._has_flag[trial] & (self._people.is_internal[who] | self._chosen(key, who))
        return (100.0 * bucket < share) | is_early, (share > 0) | is_early

    def _uses(self, trial: Whole, who: Whole, day: int, is_first_on: Truth) -> Truth:
        adopts = np.minimum(self._adoption[trial] * self._people.pull[who] ** _ADOPTS_BY_PULL, _MOST_ADOPT)
        key = self.key[trial]
        is_adopter = self._draws.of("adopts").chance(adopts, key, who)
        often: Real = np.where(is_first_on, _USES_AT_ONCE, _USES_LATER)
        uses: Truth = is_adopter & self._draws.of("uses").chance(often, key, who, day)
        return uses

    def _enter(self, found: Encounters) -> None:
        ledger = self._ledger
        first, on = found.is_first, found.is_first_on
        ledger.met_at[found.slot[first], found.person[first]] = found.at[first]
        ledger.step[found.slot[first], found.person[first]] = found.step[first]
        ledger.on_at[found.slot[on], found.person[on]] = found.at[on]
        met_at = ledger.met_at[found.slot, found.person]
        within = found.at < met_at + WEEK_MS
        ledger.extra[found.slot[within], found.person[within]] += found.extra[within].astype(np.uint16)
        used, whole_at = found.uses_at < NEVER, self._whole_at[found.trial]
        in_week = used & (found.uses_at < met_at + WEEK_MS)
        in_month = used & (found.uses_at >= whole_at) & (found.uses_at < whole_at + MONTH_MS)
        for chosen, mark in ((used, USED), (in_week, USED_IN_WEEK), (in_month, USED_IN_MONTH)):
            ledger.mark(found.slot[chosen], found.person[chosen], mark)


def days_later(draws: Draws, key: Whole | np.uint64, person: Whole, at: Whole) -> Whole:
    """Return when those come back whom a feature brings back: one to seven days later, at about the same time."""
    days = 1 + draws.of("days").below(7, key, person)
    return at + days * DAY_MS + 300_000 + draws.of("minutes").below(6_900_000, key, person)
