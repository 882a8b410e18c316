"""Every measured ticket's life as the facts tell it: where it stood since when, told alike for all that is a ticket."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from pipelines.company.abandoned import ENDS
from pipelines.company.company import Company
from pipelines.company.facts import Status

WORK = frozenset({Status.IN_PROGRESS, Status.IN_REVIEW})


@dataclass(frozen=True, slots=True)
class Life:
    """A ticket up to a moment.

    Attributes:
        team: that it belongs to at that moment.
        stands: since when it stood where, its creation first.
        is_given_up: nobody will do it: where it ended, it was cancelled.
    """

    key: str
    team: str
    type: str
    stands: tuple[tuple[datetime, Status], ...]
    is_given_up: bool = False

    def kind(self, place: int) -> str:
        """Return what it counts as at a place of its life: waiting, work, done or cancelled."""
        status = self.stands[place][1]
        if status in ENDS:
            return "cancelled" if self.is_given_up else "done"
        return "work" if status in WORK else "waiting"

    def entered(self, kind: str) -> list[datetime]:
        """Return when it came to something from something else."""
        places = range(len(self.stands))
        return [
            self.stands[at][0] for at in places if self.kind(at) == kind and (at == 0 or self.kind(at - 1) != kind)
        ]  # fmt: skip

    def left_done(self) -> list[datetime]:
        """Return when it was taken up again after it was done."""
        places = range(1, len(self.stands))
        return [self.stands[at][0] for at in places if self.kind(at - 1) == "done" and self.kind(at) != "done"]

    def before(self, at: datetime) -> str | None:
        """Return what it counted as just before a moment, None where it was not there yet."""
        places = [place for place, (since, _) in enumerate(self.stands) if since < at]
        return self.kind(places[-1]) if places else None


def lives(company: Company, as_of: datetime) -> list[Life]:
    """Return every ticket that is measured and there at a moment: stories, what is given up, and mistakes."""
    whole = [*_stories(company, as_of), *_others(company, as_of)]
    told = (replace(life, stands=tuple(one for one in life.stands if one[0] <= as_of)) for life in whole)
    return [life for life in told if life.stands]


def _stories(company: Company, as_of: datetime) -> Iterator[Life]:
    for story in company.stories:
        moved = story.transfer if story.transfer and story.transfer.at <= as_of else None
        stands = ((story.created_at, Status.BACKLOG), *((move.at, move.status) for move in story.moves))
        yield Life(story.key_at(as_of), moved.team if moved else story.team, story.type, stands)


def _others(company: Company, as_of: datetime) -> Iterator[Life]:
    for one in company.abandoned:
        stands = ((one.created_at, Status.BACKLOG), *((move.at, move.status) for move in one.moves))
        yield Life(one.key, one.team, one.type, stands, is_given_up=True)
    for wrong in company.mistakes:
        if as_of < wrong.deleted_at:
            yield Life(wrong.key, wrong.team, "Task", ((wrong.created_at, Status.BACKLOG),))
