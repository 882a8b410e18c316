"""What each feature truly does to its users, told by what would have been, and what a hasty look at it would tell.

Of everybody who got a feature it is known what they did, and what they had done without it while all other features did
to them what they do. The true effect is the mean difference of these two. As arms are drawn by lot, it is that of all.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from typing import Any

import numpy as np

from pipelines.company.company import Company
from pipelines.company.draws import Truth
from pipelines.company.ledger import (
    BOUGHT,
    BOUGHT_EARLY,
    BOUGHT_LATE,
    CAME,
    CAME_ANYWAY,
    MET_IN_MONTH,
    NEVER,
    RETURN_UNTIL_MS,
    USED_IN_MONTH,
    USED_IN_WEEK,
)
from pipelines.company.trials import Trial, feature_event, ms, trials_of
from pipelines.company.walk import Walk

_ROUNDED = 6


@dataclass(frozen=True, slots=True)
class Arms:
    """People by the variant that they met first, and what became of them; mature ones alone.

    Attributes:
        step: position among the steps of the epoch, None for all together.
        percentage: of the step.
        n_on, n_off: people, bots, our own, individually named ones and those who saw two variants left out.
        returned_on, returned_off: active again in [first met + 24 h, first met + 192 h).
        bought_on, bought_off: in [first met, first met + 168 h).
    """

    step: int | None
    percentage: float | None
    n_on: int
    n_off: int
    returned_on: int
    returned_off: int
    bought_on: int
    bought_off: int


@dataclass(frozen=True, slots=True)
class Effects:
    """A true effect: the means of an outcome over the same people with and without the feature."""

    mean_on: float | None
    mean_off: float | None
    difference: float | None
    ratio: float | None


@dataclass(frozen=True, slots=True)
class ImpactTruth:
    """What is true of a story's feature in one epoch of its flag, as of a moment.

    Attributes:
        epoch: 0 where the flag reached nobody in production; 1 for a feature without a flag.
        kind: what was planted, as `nothing` or `brings back`.
        n: mature people who met it, in either arm.
        n_immature: who met it less than 192 hours ago.
        retention: of being active again, conversion: of buying, engagement: of events in the week; None where not
            planted apart from retention.
        adoption: of those who met it first with the feature on, who used it within a week.
        adoption_month: of those who were active, and had met it, in the thirty days since all get it, who used it in
            them; None before these are over.
        naive_ratio: of retention of who used it within a week against who met it with the feature on and did not.
        arms: by step and together.
    """

    story_key: str
    flag_key: str | None
    feature_event: str
    epoch: int
    kind: str
    n: int
    n_immature: int
    retention: Effects
    conversion: Effects
    extra_events: float | None
    adoption: float | None
    adoption_month: float | None
    naive_ratio: float | None
    arms: tuple[Arms, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return asdict(self)


def impact_truths(company: Company, as_of: datetime) -> list[ImpactTruth]:
    """Return what is true at a moment of every feature that users could meet by then, a flag's epochs apart.

    The company is walked through once, which holds the open trials alone.
    """
    names = {story.key: feature_event(story) for story in company.stories}
    found: list[ImpactTruth] = []

    def on_over(trial: Trial, number: int, slot: int) -> None:
        if trial.opens <= ms(as_of):
            found.append(_Reading(walk, trial, number, slot, ms(as_of)).truth(names[trial.story]))

    walk = Walk(company, on_over)
    # To the end of the users' days that the moment falls into; nothing later is looked at.
    for _ in walk.days(int(as_of.astimezone(UTC).timestamp()) // 86_400 + 2):
        pass
    met = {trial.story for trial in trials_of(company)}
    found += [_unmet(company, key, names) for key in names if key not in met and _has_flag(company, key)]
    # As its ticket is called by then, which may have moved.
    called = {story.key: story.key_at(as_of) for story in company.stories}
    found = [replace(truth, story_key=called[truth.story_key]) for truth in found]
    return sorted(found, key=lambda truth: (truth.story_key, truth.epoch))


def _has_flag(company: Company, key: str) -> bool:
    return any(story.key == key and story.flag is not None for story in company.stories)


def _unmet(company: Company, key: str, names: Mapping[str, str]) -> ImpactTruth:
    """Return the truth of a flag that reached nobody in production."""
    kind = next(effect.kind for effect in company.effects if effect.story == key)
    none = Effects(None, None, None, None)
    return ImpactTruth(key, key.lower(), names[key], 0, kind, 0, 0, none, none, None, None, None, None, ())


class _Reading:
    """What the ledger tells of a trial."""

    def __init__(self, walk: Walk, trial: Trial, number: int, slot: int, as_of: int) -> None:
        self._walk, self._trial, self._number = walk, trial, number
        ledger, people = walk.ledger, walk.people
        who = np.flatnonzero(ledger.met_at[slot] <= as_of)
        is_counted = ~(people.is_bot | people.is_internal | people.sees_two)[who]
        if trial.flag:
            is_counted &= ~walk.meeting.chosen(number, who)
        who = who[is_counted]
        self._is_over = as_of >= (trial.whole_at or NEVER) + 30 * 86_400_000
        self._month = ledger.marks[slot, who]
        mature = ledger.met_at[slot, who] + RETURN_UNTIL_MS <= as_of
        self._n_immature = int((~mature).sum())
        self._who = who[mature]
        self._marks, self._step = ledger.marks[slot, self._who], ledger.step[slot, self._who]
        self._is_on = ledger.on_at[slot, self._who] == ledger.met_at[slot, self._who]
        self._extra = ledger.extra[slot, self._who]

    def truth(self, name: str) -> ImpactTruth:
        """Return it as it is told."""
        trial, effect = self._trial, self._trial.effect
        used, on = self._has(USED_IN_WEEK), self._is_on
        came = self._has(CAME)
        month = (self._month & MET_IN_MONTH) > 0
        return ImpactTruth(
            trial.story, trial.flag, name, trial.epoch, effect.kind, len(self._who), self._n_immature,
            self._retention(), self._conversion(),
            _rounded(float(self._extra.mean())) if effect.extra_events and len(self._who) else None,
            _mean(used[on]),
            _mean((self._month[month] & USED_IN_MONTH) > 0) if self._is_over else None,
            _ratio(_mean(came[on & used]), _mean(came[on & ~used])),
            tuple(self._arms()),
        )  # fmt: skip

    def _has(self, mark: int) -> Truth:
        has: Truth = (self._marks & mark) > 0
        return has

    def _retention(self) -> Effects:
        return self._effects(self._has(CAME), self._has(CAME_ANYWAY))

    def _conversion(self) -> Effects:
        return self._effects(self._has(BOUGHT), self._has(BOUGHT_EARLY) | self._has(BOUGHT_LATE))

    def _effects(self, did: Truth, had_done: Truth) -> Effects:
        """Compare what those who got it did with what they had done without it, whatever other features did to them."""
        on, off = _mean(did[self._is_on]), _mean(had_done[self._is_on])
        difference = None if on is None or off is None else _rounded(on - off)
        return Effects(on, off, difference, _ratio(on, off))

    def _arms(self) -> Iterator[Arms]:
        came, bought = self._has(CAME), self._has(BOUGHT)
        everyone = np.ones(len(self._who), dtype=bool)
        chosen: list[tuple[int | None, float | None, Truth]] = [(None, None, everyone)]
        chosen += [(number, step[1], self._step == number) for number, step in enumerate(self._trial.steps)]
        for number, share, there in chosen:
            on, off = there & self._is_on, there & ~self._is_on
            counts = (on, off, came & on, came & off, bought & on, bought & off)
            yield Arms(number, share, *(int(one.sum()) for one in counts))


def _mean(values: Truth) -> float | None:
    return _rounded(float(values.mean())) if len(values) else None


def _ratio(one: float | None, other: float | None) -> float | None:
    return _rounded(one / other) if one is not None and other else None


def _rounded(value: float) -> float:
    return round(value, _ROUNDED)
