"""Which topics of support tickets fall, when and why: one because of a feature, one that only seems to.

Features are built after a spike of complaints, and spikes pass by themselves; and all topics together become quieter
from year to year. So a topic may be lower after a launch than before it though the feature did nothing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from pipelines.company.company import Company
from pipelines.company.draws import Real
from pipelines.company.effects import Kind
from pipelines.company.population import days_of
from pipelines.company.topics import TOPICS, Topic
from pipelines.company.trials import DAY_MS, Trial, trials_of

# Of the rate per active user-day, from the day after all get the feature.
FEATURE_RATIO, SECOND_RATIO = 0.35, 0.6
SPIKE_RATIO, SPIKE_DAYS = 2.4, 42
# All topics together, from the first day to the last, and how much more is asked in December than in June.
_TREND, _SEASON = 0.75, 0.12
_EARLIEST, _LATEST = 0.35, 0.72
# Topics that a launch was meant to make rarer, and did not.
_VAIN = 2


class Cause(StrEnum):
    """Why a topic falls."""

    FEATURE = "feature"
    SPIKE_PASSED = "spike passed"


@dataclass(frozen=True, slots=True)
class Fall:
    """A topic's rate of tickets changes on a day.

    Attributes:
        story: whose launch it is, though it need not be the reason.
        day: counted from 1970, the first with the lower rate.
        ratio: of the rates of tickets per active user-day after and just before, apart from what all topics do.
        true_ratio: what the feature does to it: 1 where it does nothing.
    """

    topic: str
    story: str
    day: int
    ratio: float
    true_ratio: float
    cause: Cause


def topic_of(title: str) -> Topic | None:
    """Return the topic that a story is about, by its title."""
    return next((topic for topic in TOPICS if topic.thing and title.endswith(topic.thing)), None)


def falls_of(company: Company) -> list[Fall]:
    """Return the falls of a company: of a feature, of another where there is one, and of a spike that passes."""
    titles = {story.key: story.title for story in company.stories}
    whole = _launches(company, titles)
    found: list[Fall] = []
    for cause, ratio, true_ratio in (
        (Cause.FEATURE, FEATURE_RATIO, FEATURE_RATIO),
        (Cause.SPIKE_PASSED, 1 / SPIKE_RATIO, 1.0),
        (Cause.FEATURE, SECOND_RATIO, SECOND_RATIO),
    ):
        taken = {fall.topic for fall in found}
        trial = next((one for one in whole if _topic(titles, one).key not in taken), None)
        if trial is not None:
            found.append(Fall(_topic(titles, trial).key, trial.story, _day_after(trial), ratio, true_ratio, cause))
    return found


def hopes_of(company: Company) -> dict[str, tuple[str, int]]:
    """Return, for some topics, the story that is meant to make it rarer and the day after its launch.

    Beside those that fall they are two that stay as they are, whatever was hoped for.
    """
    titles = {story.key: story.title for story in company.stories}
    hoped = {fall.topic: (fall.story, fall.day) for fall in falls_of(company)}
    most = len(hoped) + _VAIN
    for trial in _launches(company, titles):
        if len(hoped) < most:
            hoped.setdefault(_topic(titles, trial).key, (trial.story, _day_after(trial)))
    return hoped


def _launches(company: Company, titles: dict[str, str]) -> list[Trial]:
    """Return the launches by flags that people used and that are about a topic, the best to measure first."""
    held = {story.key for story in company.stories if story.flag and story.flag.has_holdback}
    begins, ends = days_of(company)
    whole = [
        trial for trial in trials_of(company)
        if trial.flag and trial.whole_at and begins < trial.whole_at / DAY_MS < ends and trial.story not in held
        and topic_of(titles[trial.story]) and trial.effect.kind is not Kind.UNUSED
    ]  # fmt: skip
    early, late = (begins + share * (ends - begins) for share in (_EARLIEST, _LATEST))

    def rank(trial: Trial) -> tuple[bool, float, int]:
        """Put first what has enough time on either side, then what is asked about most: there is most to be seen."""
        at = trial.whole_at or 0
        return not early <= at / DAY_MS <= late, -_topic(titles, trial).weight, at

    return sorted(whole, key=rank)


def rates(company: Company, topic: Topic, falls: Sequence[Fall]) -> Real:
    """Return how often the topic is asked about on each day, per active user-day, against its own weight."""
    begins, ends = days_of(company)
    days = np.arange(begins, ends)
    rate: Real = 1.0 + (_TREND - 1.0) * (days - begins) / (ends - begins)
    rate *= 1.0 + _SEASON * np.cos(2 * np.pi * (days % 365.25) / 365.25)
    for fall in (one for one in falls if one.topic == topic.key):
        if fall.cause is Cause.FEATURE:
            rate[days >= fall.day] *= fall.ratio
        else:
            rate[(days < fall.day) & (days >= fall.day - SPIKE_DAYS)] *= SPIKE_RATIO
    return rate


def _day_after(trial: Trial) -> int:
    assert trial.whole_at is not None
    return trial.whole_at // DAY_MS + 1


def _topic(titles: dict[str, str], trial: Trial) -> Topic:
    topic = topic_of(titles[trial.story])
    assert topic is not None
    return topic
