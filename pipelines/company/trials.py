"""What a flag does in production, epoch by epoch, as a trial: who could get the feature when, and what it does."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from pipelines.company.company import Company
from pipelines.company.dice import Dice
from pipelines.company.draws import number_of
from pipelines.company.effects import Effect
from pipelines.company.facts import FlagStep, Story
from pipelines.company.flags import PRODUCTION
from pipelines.company.releases import carried_at, merge_sha
from pipelines.company.truth import own_set

DAY_MS = 86_400_000
# A trial is over when the last one who met it has had the week in which they could come back.
AFTERWARDS_MS = 9 * DAY_MS
_UNFLAGGED_DAYS = 60
_WHOLE = 100.0


@dataclass(frozen=True, slots=True)
class Trial:
    """One epoch of a flag in production: a raise after a fall begins another, in which the same people are drawn.

    Times in milliseconds since 1970.

    Attributes:
        key: 64 bits of flag and epoch, for draws; `bucket_key` those of the flag alone.
        flag: None for a feature without one, which all get at once and nobody is told of.
        steps: when, the share of users 0 to 100, and whether our own people are meant alone.
        closes: no exposure from here on: the flag fell to nobody, or was taken out of the code.
        whole_at: since when all get it, to the end; None for never.
    """

    story: str
    flag: str | None
    epoch: int
    key: int
    bucket_key: int
    steps: tuple[tuple[int, float, bool], ...]
    closes: int
    whole_at: int | None
    effect: Effect

    @property
    def opens(self) -> int:
        """When the first step was made."""
        return self.steps[0][0]


def feature_event(story: Story) -> str:
    """Return the name of the event that tells that somebody used what a story brought."""
    words = "".join(letter if letter.isalnum() else " " for letter in f"{story.title} {story.key}").lower().split()
    return "_".join((*words, "completed"))


def trials_of(company: Company) -> list[Trial]:
    """Return every trial of the company, first opened first."""
    effects = {effect.story: effect for effect in company.effects}
    ended = carried_at(company.deployments)
    found: list[Trial] = []
    for story in company.stories:
        if story.key not in effects:
            continue
        if story.flag:
            found += _epochs(company.seed, story, effects[story.key])
        else:
            # What follows up brings nothing new, and a backport goes nowhere from its branch.
            own = own_set(story.pull_requests, ended, has_flag=False)
            shipped_at = max(ended[sha] for sha in map(merge_sha, own) if sha in ended)
            found.append(_unflagged(story, shipped_at, effects[story.key]))
    return sorted(found, key=lambda trial: (trial.opens, trial.story, trial.epoch))


def _epochs(seed: int, story: Story, effect: Effect) -> Iterator[Trial]:
    assert story.flag is not None
    groups: list[list[FlagStep]] = [[]]
    for step in (one for one in story.flag.steps if one.environment == PRODUCTION):
        if groups[-1] and _is_fall(groups[-1][-1]):
            groups.append([])
        groups[-1].append(step)
    # How long until the flag is taken out of the code.
    kept = timedelta(days=Dice(seed, "kept", story.key).whole(45, 60))
    for epoch, steps in enumerate((group for group in groups if group), 1):
        closes = steps[-1].at if _is_fall(steps[-1]) else steps[-1].at + kept
        whole = steps[-1].at if steps[-1].percentage >= _WHOLE else None
        yield Trial(
            story.key, story.flag.key, epoch, number_of(seed, story.flag.key, epoch), number_of(seed, story.flag.key),
            tuple((ms(step.at), step.percentage, step.is_internal) for step in steps),
            ms(closes), ms(whole) if whole else None, effect,
        )  # fmt: skip


def _unflagged(story: Story, shipped_at: datetime, effect: Effect) -> Trial:
    key = number_of("unflagged", story.key)
    closes = ms(shipped_at + timedelta(days=_UNFLAGGED_DAYS))
    steps = ((ms(shipped_at), _WHOLE, False),)
    return Trial(story.key, None, 1, key, key, steps, closes, ms(shipped_at), effect)


def _is_fall(step: FlagStep) -> bool:
    return step.percentage == 0 and not step.is_internal


def ms(at: datetime) -> int:
    """Return a moment as milliseconds since 1970."""
    return round(at.timestamp() * 1000)
