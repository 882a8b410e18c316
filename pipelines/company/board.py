"""What else happens on the boards: epics, sub-tasks, learnings, specifications, sprints, moves, renamings."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pipelines.company.calendar import working_after
from pipelines.company.dice import Dice
from pipelines.company.facts import Person, Status, Story, Team
from pipelines.company.ticket_facts import SpecDocument, Transfer

# Numbers of tickets that are no stories, far beyond those that are.
_FIRST_MOVED, _FIRST_EPIC, _FIRST_SUBTASK = 6_001, 7_001, 8_001
_EPIC_DAYS = 90
_PARTS = ("Write the tests", "Tell support", "Measure it", "Update the manual")


@dataclass(frozen=True, slots=True)
class Epic:
    """A larger aim of a team, and the stories that serve it."""

    key: str
    title: str
    team: str
    created_at: datetime
    reporter: str
    stories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Subtask:
    """A part of a story that has a ticket of its own."""

    key: str
    title: str
    team: str
    story: str
    created_at: datetime
    done_at: datetime
    assignee: str


@dataclass(frozen=True, slots=True)
class Renaming:
    """The boards called a status otherwise until a moment; histories keep the name of their own time."""

    status: Status
    before: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Migration:
    """An administrator moved all of a team's tickets from a status to a new one at a moment; no history tells of it."""

    team: str
    at: datetime
    status: Status
    name: str


def renamings(begins_at: datetime, ends_at: datetime) -> tuple[Renaming, ...]:
    """Return the statuses that were called otherwise once."""
    life = ends_at - begins_at
    return (
        Renaming(Status.READY, "Ready for dev", _whole(begins_at + life * 0.3)),
        Renaming(Status.IN_REVIEW, "Code review", _whole(begins_at + life * 0.55)),
    )


def migrations(teams: Sequence[Team], begins_at: datetime, ends_at: datetime) -> tuple[Migration, ...]:
    """Return the one migration: what the first team had finished is `Released` since."""
    return (Migration(teams[0].key, _whole(begins_at + (ends_at - begins_at) * 0.6), Status.DONE, "Released"),)


def arranged(dice: Dice, teams: Sequence[Team], stories: Sequence[Story]) -> Iterator[Story]:
    """Yield the stories as their boards have them: in sprints, specified, moved, learned from each other."""
    by_key = {team.key: team for team in teams}
    moved = dict.fromkeys((team.key for team in teams), _FIRST_MOVED)
    done: dict[str, list[tuple[datetime, str]]] = {team.key: [] for team in teams}
    for story in stories:
        part, team = dice.of(story.key), by_key[story.team]
        people = {person.key: person for person in team.members}
        earlier = [key for at, key in done[team.key] if at < story.created_at]
        done[team.key].append((story.moves[-1].at, story.key))
        learned = part.pick(earlier) if earlier and story.type == "Story" and part.chance(0.15) else None
        sprint = f"{team.name} {story.created_at:%G}-{int(f'{story.created_at:%V}') // 2 + 1}"
        transfer = None
        if len(teams) > 1 and part.chance(0.04):
            other = part.pick([one for one in teams if one is not team])
            at = working_after(people[story.reporter], story.created_at, part.spread(12))
            transfer = Transfer(at, story.reporter, f"{other.project}-{moved[other.key]}", other.key)
            moved[other.key] += 1
        yield replace(
            story,
            sprint=sprint if part.chance(0.75) else None,
            spec=_specified(part.of("spec"), story, people[story.reporter]),
            learned_from=learned,
            transfer=transfer,
        )


def _specified(dice: Dice, story: Story, reporter: Person) -> SpecDocument | None:
    """Return the document that some stories have instead of a status, or beside it."""
    has_status = any(move.status is Status.SPEC for move in story.moves)
    if not dice.chance(0.15 if has_status else 0.6):
        return None
    at = working_after(reporter, story.created_at, dice.spread(5))
    return SpecDocument(at, reporter.key, f"Specification: {story.title}", dice.pick(("link", "link", "comment")))


def epics(dice: Dice, teams: Sequence[Team], stories: Sequence[Story], begins_at: datetime) -> Iterator[Epic]:
    """Yield each team's epics, one a quarter, each with most of the stories of that time."""
    for team in teams:
        own = [story for story in stories if story.team == team.key and dice.of("epic", story.key).chance(0.7)]
        for number in range(max((_quarter(story, begins_at) for story in own), default=-1) + 1):
            served = [story for story in own if _quarter(story, begins_at) == number]
            if served:
                key, reporter = f"{team.project}-{_FIRST_EPIC + number}", team.members[0]
                at = working_after(reporter, begins_at + timedelta(days=_EPIC_DAYS * number), 1)
                created = min(at, *(story.created_at for story in served))
                title = f"{team.name}, aim {number + 1}"
                yield Epic(key, title, team.key, created, reporter.key, tuple(story.key for story in served))


def _quarter(story: Story, begins_at: datetime) -> int:
    return max((story.created_at - begins_at).days, 0) // _EPIC_DAYS


def subtasks(dice: Dice, teams: Sequence[Team], stories: Sequence[Story]) -> Iterator[Subtask]:
    """Yield the parts that a few stories are cut into."""
    count = dict.fromkeys((team.key for team in teams), _FIRST_SUBTASK)
    by_key = {team.key: team for team in teams}
    for story in stories:
        part, team = dice.of(story.key), by_key[story.team]
        for title in _PARTS[: part.whole(1, 3)] if part.chance(0.15) else ():
            who = part.pick(team.members)
            begun = next(move.at for move in story.moves if move.status is Status.IN_PROGRESS)
            created = working_after(who, begun, part.spread(1))
            done = working_after(who, created, part.spread(6))
            yield Subtask(
                f"{team.project}-{count[team.key]}", title, team.key, story.key, created, done, who.key
            )  # fmt: skip
            count[team.key] += 1


def _whole(at: datetime) -> datetime:
    return at.replace(microsecond=0)
