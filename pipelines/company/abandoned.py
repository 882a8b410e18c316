"""Tickets that nobody will do: never begun, given up after work, or the double of another. Some are taken up again."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pipelines.company.calendar import working_after
from pipelines.company.dice import Dice
from pipelines.company.facts import Move, Person, Status, Story, Team

# Far beyond the numbers of the stories, and of the others that are none.
_FIRST = 4_001
# About one of them comes with so many stories.
_EVERY = 7
_REASONS = {"wont_do": 0.5, "duplicate": 0.25, "cannot_reproduce": 0.25}
# Moves by which a ticket ends here. Nothing of it was ever done.
ENDS = frozenset({Status.DONE, Status.CANCELLED})


@dataclass(frozen=True, slots=True)
class Abandoned:
    """A ticket that was closed because nobody will do it.

    Attributes:
        moves: into each status, creation apart, oldest first. One to done or cancelled closes it for `reason`.
        reason: `wont_do`, `duplicate` or `cannot_reproduce`.
        double_of: the story that it repeats.
    """

    key: str
    title: str
    type: str
    team: str
    size: int
    created_at: datetime
    reporter: str
    assignee: str
    moves: tuple[Move, ...]
    reason: str
    double_of: str | None = None


@dataclass(frozen=True, slots=True)
class AbandonedTruth:
    """What is true of it at a moment; it has no pull request, no flag, and was never done."""

    story_key: str
    backlog_at: datetime
    spec_at: datetime | None
    started_at: datetime | None
    is_cancelled: bool
    cancelled_at: datetime | None
    is_open: bool
    first_done_at: datetime | None = None
    done_at: datetime | None = None
    production_at: datetime | None = None
    reopened_count: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON, times in ISO 8601."""
        return {
            name: value.isoformat() if isinstance(value, datetime) else value for name, value in asdict(self).items()
        }


def abandoned(dice: Dice, team: Team, stories: Sequence[Story]) -> Iterator[Abandoned]:
    """Yield what a team gives up, spread over the time of its stories."""
    for number, story in enumerate([story for story in stories if story.team == team.key][::_EVERY]):
        part = dice.of(number)
        reporter, assignee = part.pick(team.members), part.pick(team.members)
        created = working_after(reporter, story.created_at, part.spread(3))
        reason = part.weighed(_REASONS)
        kind = "Bug" if reason == "cannot_reproduce" else part.pick(("Story", "Story", "Bug", "Task"))
        is_double = reason == "duplicate"
        title = f"{story.title}, please" if is_double else f"Maybe: {story.title.lower()}"
        moves = tuple(_moves(part, (reporter, assignee), created, reason))
        yield Abandoned(
            f"{team.project}-{_FIRST + number}", title, kind, team.key, part.pick((1, 2, 3, 5)), created,
            reporter.key, assignee.key, moves, reason, story.key if is_double else None,
        )  # fmt: skip


def _moves(dice: Dice, who: tuple[Person, Person], created: datetime, reason: str) -> Iterator[Move]:
    (reporter, assignee), at = who, created
    # Boards have a column for what nobody will do; the rest is closed as if it were done, and the reason tells.
    end = Status.CANCELLED if reason == "wont_do" else Status.DONE
    if reason == "wont_do" and dice.chance(0.5):
        at = working_after(reporter, at, dice.spread(10))
        yield Move(at, Status.SPEC, reporter.key)
    if reason != "duplicate" and dice.chance(0.6):
        yield from (work := _worked_on(dice, assignee, at))
        at = work[-1].at
    at = working_after(reporter, at, dice.spread(12))
    yield Move(at, end, reporter.key)
    if dice.chance(0.2):
        at = working_after(assignee, at, dice.spread(15))
        yield Move(at, Status.BACKLOG, assignee.key)
        yield from (work := _worked_on(dice, assignee, at))
        if dice.chance(0.6):
            yield Move(working_after(reporter, work[-1].at, dice.spread(30)), end, reporter.key)


def _worked_on(dice: Dice, who: Person, at: datetime) -> list[Move]:
    begun = working_after(who, at, dice.spread(6))
    moves = [Move(begun, Status.IN_PROGRESS, who.key)]
    if dice.chance(0.4):
        moves.append(Move(working_after(who, begun, dice.spread(8)), Status.IN_REVIEW, who.key))
    return moves


def abandoned_truths(given_up: Sequence[Abandoned], as_of: datetime) -> list[AbandonedTruth]:
    """Return what is true at a moment of each that is a ticket by then."""
    return [_truth(one, as_of) for one in given_up if one.created_at <= as_of]


def _truth(one: Abandoned, as_of: datetime) -> AbandonedTruth:
    moves = [move for move in one.moves if move.at <= as_of]
    first = {move.status: move.at for move in reversed(moves)}
    ended_at = moves[-1].at if moves and moves[-1].status in ENDS else None
    return AbandonedTruth(
        one.key, one.created_at, first.get(Status.SPEC), first.get(Status.IN_PROGRESS),
        is_cancelled=ended_at is not None, cancelled_at=ended_at, is_open=ended_at is None,
    )  # fmt: skip
