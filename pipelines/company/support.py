"""What users ask the help desk: how often follows from how many are active; what it is about, no field of it tells."""

import math
from bisect import bisect
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pipelines.company.company import Company
from pipelines.company.dice import Dice
from pipelines.company.effects import Kind
from pipelines.company.falls import falls_of, rates, topic_of
from pipelines.company.operations import SupportTicket
from pipelines.company.population import days_of, population_of, user_key
from pipelines.company.topics import JUNK, SPAM, TOPICS, WISH, Topic
from pipelines.company.trials import DAY_MS, Trial, trials_of
from pipelines.company.visits import expected_active
from pipelines.company.writing import wished, written, wrong_tag

INTERNAL_SHARE, AGAIN_SHARE, SPAM_SHARE, MISTAKE_SHARE = 0.03, 0.05, 0.03, 0.006
WISH_DAYS = 28
_TAGGED_RIGHT, _TAGGED_WRONG, _UNSOLVED = 0.45, 0.06, 0.03
# Of all features, those that users wish something for, and how many for the first, second and third wish.
_WISHED_FOR = 0.4
_WISHERS = ((4, 10), (2, 3), (0, 2))
_FAVOURITE_WISHERS = ((24, 32), (8, 12), (2, 4))
_USUAL_A_DAY = 14.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def support_tickets(company: Company) -> tuple[SupportTicket, ...]:
    """Return every ticket of the company's life, oldest first; none where its scale has no users."""
    if not company.scale.users or not company.scale.tickets_a_day:
        return ()
    desk = _Desk(company)
    found = sorted([*desk.asked(), *desk.wishes(), *desk.junk()], key=lambda ticket: (ticket.opened_at, ticket.key))
    # Numbered as they come in, so that the keys tell nothing of what they are about.
    keys = {ticket.key: str(1_000 + number) for number, ticket in enumerate(found)}
    return tuple(
        replace(ticket, key=keys[ticket.key], merged_into=keys[ticket.merged_into] if ticket.merged_into else None)
        for ticket in found
    )


class _Desk:
    """Draws tickets, with keys of its own that tell what each was drawn for."""

    def __init__(self, company: Company) -> None:
        self._company, self._dice = company, Dice(company.seed, "support")
        self._people, self._days = population_of(company), days_of(company)
        self._pulls: list[float] = self._people.pull.cumsum().tolist()
        self._active = expected_active(company, self._people)

    def asked(self) -> Iterator[SupportTicket]:
        """Yield what is asked about each topic, day by day."""
        weights = sum(topic.weight for topic in TOPICS)
        per_active = self._company.scale.tickets_a_day / max(float(self._active[-28:].mean()), 1e-9) / weights
        falls = falls_of(self._company)
        for topic in TOPICS:
            means = self._active * rates(self._company, topic, falls) * (per_active * topic.weight)
            for place, mean in enumerate(means.tolist()):
                day = self._days[0] + place
                dice = self._dice.of("asked", topic.key, day)
                for number in range(_poisson(dice, mean)):
                    yield from self._ticket(dice.of(number), topic, day, f"asked {topic.key} {day} {number}")

    def wishes(self) -> Iterator[SupportTicket]:
        """Yield what is wished for in the weeks after a feature came to all."""
        titles = {story.key: story.title for story in self._company.stories}
        favourites = {fall.story for fall in falls_of(self._company)}
        for trial in trials_of(self._company):
            topic, dice = topic_of(titles[trial.story]), self._dice.of("wishes", trial.story)
            is_wanted = trial.story in favourites or dice.chance(_WISHED_FOR)
            if topic is None or trial.whole_at is None or trial.effect.kind is Kind.UNUSED or not is_wanted:
                continue
            wishers = _FAVOURITE_WISHERS if trial.story in favourites else _WISHERS
            for (wish, ways), (low, high) in zip(topic.wishes, wishers, strict=False):
                part = dice.of(wish)
                count = round(part.whole(low, high) * min(1.0, self._company.scale.tickets_a_day / _USUAL_A_DAY + 0.2))
                for number in range(count):
                    yield from self._wish(part.of(number), trial, topic, wish, ways)

    def junk(self) -> Iterator[SupportTicket]:
        """Yield what is no question at all, most of which is deleted soon."""
        for day in range(*self._days):
            dice = self._dice.of("junk", day)
            for number in range(_poisson(dice, self._company.scale.tickets_a_day * SPAM_SHARE)):
                part = dice.of(number)
                subject, text = part.pick(JUNK)
                at = _moment(part, day)
                gone = _whole(at + timedelta(hours=part.spread(6))) if part.chance(0.7) else None
                asker = f"stranger-{day}-{number}"
                tags = (SPAM,) if gone or part.chance(0.5) else ()
                yield SupportTicket(f"junk {day} {number}", SPAM, subject, text, asker, at, None, tags, deleted_at=gone)

    def _ticket(self, dice: Dice, topic: Topic, day: int, key: str) -> Iterator[SupportTicket]:
        asker, is_internal = self._asker(dice, day, is_internal=dice.chance(INTERNAL_SHARE))
        subject, text = written(dice.of("text"), topic, asker)
        at = _moment(dice, day)
        ticket = SupportTicket(
            key, topic.key, subject, text, asker, at, _solved(dice, at), _tags(dice, topic), is_internal,
            deleted_at=_whole(at + timedelta(hours=dice.spread(30))) if dice.chance(MISTAKE_SHARE) else None,
        )  # fmt: skip
        yield ticket
        if dice.chance(AGAIN_SHARE):
            yield self._again(dice.of("again"), ticket, topic)

    def _wish(
        self, dice: Dice, trial: Trial, topic: Topic, wish: str, ways: tuple[str, ...]
    ) -> Iterator[SupportTicket]:
        assert trial.whole_at is not None
        day = trial.whole_at // DAY_MS + 1 + dice.whole(0, WISH_DAYS - 2)
        asker, is_internal = self._asker(dice, day, is_internal=dice.chance(INTERNAL_SHARE))
        subject, text = wished(dice.of("text"), topic, ways, asker)
        at = _moment(dice, day)
        tags = ("feature-request",) if dice.chance(0.8) else ()
        ticket = SupportTicket(
            f"{trial.story} {wish} {asker} {at}", WISH, subject, text, asker, at, _solved(dice, at), tags, is_internal,
            request=wish, story=trial.story,
        )  # fmt: skip
        yield ticket
        if dice.chance(AGAIN_SHARE * 2):
            yield self._again(dice.of("again"), ticket, topic)

    def _again(self, dice: Dice, ticket: SupportTicket, topic: Topic) -> SupportTicket:
        """Return the same question by the same person some days later, which is merged into the first."""
        at = _whole(ticket.opened_at + timedelta(hours=dice.spread(20)))
        subject, text = (
            written(dice, topic, ticket.requester) if ticket.request is None else (ticket.subject, ticket.text)
        )
        return replace(
            ticket, key=f"{ticket.key} again", subject=subject, text=text, opened_at=at,
            solved_at=at + timedelta(hours=3), merged_into=ticket.key, deleted_at=None,
        )  # fmt: skip

    def _asker(self, dice: Dice, day: int, *, is_internal: bool) -> tuple[str, bool]:
        """Return a user who is there on a day, and whether they are our own: the more active, the more likely."""
        people, number = self._people, 0
        for _ in range(500):
            number = min(bisect(self._pulls, dice.unit() * self._pulls[-1]), people.count - 1)
            is_here = people.signed_up_on[number] <= day < people.left_on[number] and not people.is_bot[number]
            if is_here and bool(people.is_internal[number]) == is_internal:
                break
        # On a day on which none of our own is there somebody else asks.
        return user_key(number), bool(people.is_internal[number])


def _poisson(dice: Dice, mean: float) -> int:
    left, count = dice.unit(), 0
    odds = math.exp(-mean)
    while left > odds and count < 1_000:
        left -= odds
        count += 1
        odds *= mean / count
    return count


def _moment(dice: Dice, day: int) -> datetime:
    # Around noon of Europe and America, where most are.
    return _EPOCH + timedelta(days=day, seconds=dice.whole(6 * 3_600, 22 * 3_600))


def _solved(dice: Dice, at: datetime) -> datetime | None:
    after = timedelta(hours=dice.spread(14, 1.1))
    return None if dice.chance(_UNSOLVED) else _whole(at + after)


def _tags(dice: Dice, topic: Topic) -> tuple[str, ...]:
    """Return the tags of an agent in a hurry: mostly none or the right one, now and then a wrong one."""
    if dice.chance(_TAGGED_RIGHT):
        return (topic.key.replace(" ", "-"),)
    return (wrong_tag(dice, topic).replace(" ", "-"),) if dice.chance(_TAGGED_WRONG) else ()


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=0)
