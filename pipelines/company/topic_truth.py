"""What is true of the topics that launches are meant to make rarer, week by week, as far as frozen rules can tell."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pipelines.company.company import Company
from pipelines.company.falls import falls_of, hopes_of
from pipelines.company.operations import SupportTicket
from pipelines.company.topic_rules import topics_in, wishes_in
from pipelines.company.trials import DAY_MS, ms, trials_of

WEEKS = 8


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a customer: its day counted from 1970, the topics that rules find, what it is truly about."""

    day: int
    topics: frozenset[str]
    subject: str
    is_wish: bool


@dataclass(frozen=True, slots=True)
class TopicWeekTruth:
    """A week from a launch: -1 is the last one before the ramp, 1 the first one after it.

    Attributes:
        tickets: that the topic's rule finds; `control` those that only other topics' rules find that no launch near is
            meant to change; `total` all, wishes among them.
    """

    number: int
    tickets: int
    control: int
    total: int


@dataclass(frozen=True, slots=True)
class TopicEffectTruth:
    """What a launch does to its topic.

    Attributes:
        before_until: the day on which anybody first had it; `after_from` the first whole day on which all had.
        true_ratio: of the rates of what is truly about the topic that the feature causes: 1 for nothing.
        rule_ratio: the same of what the rule finds, of which a part is about something else.
        cause: `feature`, `spike passed`, or None where nothing was planted.
    """

    story_key: str
    topic: str
    before_until: date
    after_from: date
    true_ratio: float
    rule_ratio: float
    cause: str | None
    weeks: tuple[TopicWeekTruth, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return asdict(self) | {"before_until": self.before_until.isoformat(), "after_from": self.after_from.isoformat()}


def topic_effect_truths(company: Company, as_of: datetime) -> tuple[TopicEffectTruth, ...]:
    """Return what is true of each topic that a launch by then is meant to make rarer; weeks that were over by then."""
    if not company.support_tickets:
        return ()
    falls, called = {fall.topic: fall for fall in falls_of(company)}, {one.key: one for one in company.stories}
    asked, edges = asked_by(company, as_of), _edges(company, as_of)
    found = []
    for topic, (story, until, since) in edges.items():
        reach = (until - 14 * WEEKS, since + 7 * WEEKS)
        moved = {
            other for other, (_, low, high) in edges.items() if other != topic and low < reach[1] and high > reach[0]
        }
        fall = falls.get(topic)
        before = [one.subject == topic for one in asked if topic in one.topics and not one.is_wish and one.day < until]
        precision = sum(before) / len(before) if before else 1.0
        true_ratio = fall.true_ratio if fall else 1.0
        found.append(
            TopicEffectTruth(
                called[story].key_at(as_of), topic, _date(until), _date(since), true_ratio,
                round(precision * true_ratio + 1 - precision, 6), fall.cause if fall else None,
                tuple(_weeks(asked, topic, moved, (until, since), as_of)),
            )
        )  # fmt: skip
    return tuple(found)


def asked_by(company: Company, as_of: datetime) -> list[Asked]:
    """Return what customers had asked by a moment, whatever was merged as one."""
    kept = {
        one.key: one
        for one in company.support_tickets
        if one.opened_at <= as_of and not one.is_internal and (one.deleted_at is None or one.deleted_at > as_of)
    }
    groups: dict[str, list[SupportTicket]] = {}
    for one in kept.values():
        is_merged = one.merged_into in kept and one.solved_at is not None and one.solved_at <= as_of
        groups.setdefault(one.merged_into if is_merged and one.merged_into else one.key, []).append(one)
    return [
        Asked(
            min(ms(one.opened_at) // DAY_MS for one in group),
            frozenset().union(*map(topics_in, group)),
            kept[key].topic,
            any(wishes_in(one) for one in group),
        )
        for key, group in groups.items()
    ]


def _edges(company: Company, as_of: datetime) -> dict[str, tuple[str, int, int]]:
    """Return story, the day on which anybody first had it, and the first whole day on which all had, by topic."""
    trials = {one.story: one for one in reversed(trials_of(company)) if one.steps}
    first = {
        story: next(at for at, share, is_internal in trials[story].steps if share > 0 and not is_internal) // DAY_MS
        for story, _ in hopes_of(company).values()
    }
    return {
        topic: (story, first[story], day)
        for topic, (story, day) in hopes_of(company).items()
        if day * DAY_MS <= ms(as_of) + DAY_MS
    }


def _weeks(
    asked: list[Asked], topic: str, moved: set[str], edges: tuple[int, int], as_of: datetime
) -> Iterator[TopicWeekTruth]:
    known_from = min(one.day for one in asked) + 1
    for place in range(-2 * WEEKS, WEEKS):
        start = edges[place >= 0] + 7 * place
        if start < known_from or (start + 7) * DAY_MS > ms(as_of):
            continue
        within = [one for one in asked if start <= one.day < start + 7]
        questions = [one.topics for one in within if not one.is_wish]
        yield TopicWeekTruth(
            place if place < 0 else place + 1,
            sum(topic in topics for topics in questions),
            sum(topic not in topics and not moved & topics for topics in questions),
            len(within),
        )


def _date(day: int) -> date:
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=day)).date()
