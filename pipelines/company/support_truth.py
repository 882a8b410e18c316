"""What is true of the help desk: which feature makes its topic rarer, which topic falls anyway, who wishes for what."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pipelines.company.company import Company
from pipelines.company.falls import falls_of, topic_of
from pipelines.company.operations import SupportTicket
from pipelines.company.population import days_of, population_of
from pipelines.company.topics import TOPICS
from pipelines.company.trials import DAY_MS, ms, trials_of
from pipelines.company.visits import expected_active

_WEEKS = 8


@dataclass(frozen=True, slots=True)
class TopicTruth:
    """What a feature that came to all does to the tickets about its topic, and what it seems to do.

    Attributes:
        since: the first day, at 0:00 UTC, after all got it.
        true_ratio: of the rates of tickets per active user-day that the feature causes: 1 for nothing.
        planted_ratio: of the rates just after and just before, apart from what all topics do; with another reason than
            the feature it is not the true one.
        cause: `feature`, `spike passed`, or None where nothing was planted.
        weeks: whole ones, counted before and after alike; up to eight, fewer where not so many are over.
        tickets_before, tickets_after: about the topic, of users, none twice.
        others_before, others_after: about all topics that nothing was planted for.
        active_days_before, active_days_after: users by the days on which they are expected to be active.
    """

    story_key: str
    topic: str
    since: str
    true_ratio: float
    planted_ratio: float
    cause: str | None
    weeks: int
    tickets_before: int
    tickets_after: int
    others_before: int
    others_after: int
    active_days_before: float
    active_days_after: float


@dataclass(frozen=True, slots=True)
class RequestTruth:
    """How many wish for something about a story's feature: distinct users, our own left out; `tickets` counts all."""

    story_key: str
    request: str
    people: int
    tickets: int


@dataclass(frozen=True, slots=True)
class SupportTruth:
    """What is true of all tickets that were opened by a moment; topics by the stories that are about them."""

    tickets: dict[str, int]
    topics: tuple[TopicTruth, ...]
    requests: tuple[RequestTruth, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return asdict(self)


def support_truth(company: Company, as_of: datetime) -> SupportTruth:
    """Return what is true of the company's tickets at a moment."""
    opened = [ticket for ticket in company.support_tickets if ticket.opened_at <= as_of]
    counted: dict[str, int] = defaultdict(int)
    for ticket in opened:
        counted[ticket.topic] += 1
    # As the stories' tickets are called by then, which may have moved.
    called = {story.key: story.key_at(as_of) for story in company.stories}
    return SupportTruth(
        dict(sorted(counted.items())),
        tuple(replace(one, story_key=called[one.story_key]) for one in _topics(company, opened, as_of)),
        tuple(replace(one, story_key=called[one.story_key]) for one in _requests(opened)),
    )


def is_question(ticket: SupportTicket) -> bool:
    """Return whether a ticket counts for a topic's rate: of a user, and not one that another ticket stands for."""
    return not ticket.is_internal and ticket.merged_into is None and ticket.deleted_at is None


def _topics(company: Company, opened: list[SupportTicket], as_of: datetime) -> Iterable[TopicTruth]:
    if not company.support_tickets:
        return
    titles = {story.key: story.title for story in company.stories}
    falls = falls_of(company)
    fallen = {fall.story: fall for fall in falls}
    active = expected_active(company, population_of(company)).tolist()
    asked: dict[str, list[int]] = defaultdict(list)
    for ticket in filter(is_question, opened):
        asked[ticket.topic].append(_day(ticket.opened_at))
    begins, ends = days_of(company)
    steady = {topic.key for topic in TOPICS} - {fall.topic for fall in falls}
    others = [day for key in steady for day in asked[key]]
    for trial in trials_of(company):
        topic = topic_of(titles[trial.story])
        if topic is None or trial.whole_at is None or trial.whole_at > ms(as_of):
            continue
        since = trial.whole_at // DAY_MS + 1
        weeks = min(_WEEKS, max(0, min(_day(as_of), ends) - since) // 7, (since - begins) // 7)
        before, after = range(since - 7 * weeks, since), range(since, since + 7 * weeks)
        fall = fallen.get(trial.story)
        yield TopicTruth(
            trial.story, topic.key, (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(days=since)).isoformat(),
            fall.true_ratio if fall else 1.0, round(fall.ratio, 6) if fall else 1.0, fall.cause if fall else None,
            weeks,
            _within(asked[topic.key], before), _within(asked[topic.key], after), _within(others, before),
            _within(others, after), _sum(active, before, begins), _sum(active, after, begins),
        )  # fmt: skip


def _requests(opened: list[SupportTicket]) -> Iterable[RequestTruth]:
    found: dict[tuple[str, str], list[SupportTicket]] = defaultdict(list)
    for ticket in opened:
        if ticket.story and ticket.request:
            found[ticket.story, ticket.request].append(ticket)
    for (story, request), tickets in sorted(found.items()):
        people = {ticket.requester for ticket in tickets if not ticket.is_internal}
        yield RequestTruth(story, request, len(people), len(tickets))


def _day(at: datetime) -> int:
    return ms(at) // DAY_MS


def _within(days: list[int], span: range) -> int:
    return sum(day in span for day in days)


def _sum(active: list[float], span: range, begins: int) -> float:
    return round(sum(active[day - begins] for day in span), 3)
