"""What is wished for most since all users have a story's feature, as far as the words that the rules know tell it."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pipelines.company.company import Company
from pipelines.company.operations import SupportTicket
from pipelines.company.topic_rules import wishes_in
from pipelines.company.trials import DAY_MS, ms, trials_of

WINDOW_DAYS, LEAST_PEOPLE = 30, 3


@dataclass(frozen=True, slots=True)
class TopRequestTruth:
    """What enough people wish for about a story's feature.

    Attributes:
        people: distinct users in whose tickets a rule finds the wish; our own are none.
        tickets: those that stand for what was merged into them, the first said first.
        position: 1 for what most wish for; two with as many people share one.
        wishers: distinct users who truly wish it in these days, in whatever words.
    """

    story_key: str
    theme: str
    people: int
    tickets: tuple[str, ...]
    position: int
    is_tie: bool
    wishers: int

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return asdict(self)


def top_request_truths(company: Company, as_of: datetime) -> tuple[TopRequestTruth, ...]:
    """Return the wishes that at least three people have in the thirty days since all users have a feature."""
    opened = {ticket.key: ticket for ticket in company.support_tickets if ticket.opened_at <= as_of}
    since = {one.story: one.whole_at for one in trials_of(company) if one.whole_at and one.whole_at <= ms(as_of)}
    said: dict[str, list[SupportTicket]] = defaultdict(list)
    for ticket in opened.values():
        begins = since.get(ticket.story or "")
        is_counted = not ticket.is_internal and (ticket.deleted_at is None or ticket.deleted_at > as_of)
        if begins and is_counted and begins <= ms(ticket.opened_at) < begins + WINDOW_DAYS * DAY_MS:
            said[ticket.story or ""].append(ticket)
    called = {story.key: story.key_at(as_of) for story in company.stories}
    return tuple(one for story in sorted(said) for one in _of_a_story(called[story], said[story], opened, as_of))


def _of_a_story(
    key: str, said: list[SupportTicket], opened: dict[str, SupportTicket], as_of: datetime
) -> Iterator[TopRequestTruth]:
    found: dict[str, list[SupportTicket]] = defaultdict(list)
    for ticket in said:
        for wish in wishes_in(ticket):
            found[wish].append(ticket)
    people = {wish: len({one.requester for one in tickets}) for wish, tickets in found.items()}
    told = {wish: count for wish, count in people.items() if count >= LEAST_PEOPLE}
    for wish, count in sorted(told.items(), key=lambda one: (-one[1], one[0])):
        more = sum(other > count for other in told.values())
        wishers = {one.requester for one in said if one.request == wish}
        yield TopRequestTruth(
            key, wish, count, _stand_for(found[wish], opened, as_of), more + 1,
            sum(other == count for other in told.values()) > 1, len(wishers),
        )  # fmt: skip


def _stand_for(tickets: list[SupportTicket], opened: dict[str, SupportTicket], as_of: datetime) -> tuple[str, ...]:
    """Return the tickets that stand for these, in their order; a merge is told once the merged one is solved."""
    first: dict[str, datetime] = {}
    for ticket in tickets:
        is_merged = ticket.merged_into in opened and ticket.solved_at is not None and ticket.solved_at <= as_of
        key = ticket.merged_into if is_merged and ticket.merged_into else ticket.key
        first[key] = min(first.get(key, ticket.opened_at), ticket.opened_at)
    return tuple(sorted(first, key=lambda key: (first[key], key)))
