"""What pull requests name beside their own stories: a part of one, an epic, a ticket that is gone, a flag."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from pipelines.company.board import Epic, Subtask
from pipelines.company.branches import merge_sha
from pipelines.company.calendar import working_after
from pipelines.company.company import Company
from pipelines.company.dice import Dice
from pipelines.company.facts import Commit, GivenUp, Mistake, PullRequest, Story, Team
from pipelines.company.people import BOTS

# A board that nobody collects.
ELSEWHERE = "OPS"
NEVER = datetime.max.replace(tzinfo=UTC)
_NAMES_FLAG = 0.35
_FIRST_TRY, _LEFT = 0.12, 0.1
# What people who were in a hurry name instead of a ticket, in turn.
_TURNS = 5


def by_parts(stories: Iterable[Story], subtasks: Iterable[Subtask]) -> Iterator[Story]:
    """Yield the stories; where one is cut into parts, its second pull request names a part and not the story."""
    parts: dict[str, Subtask] = {}
    for part in subtasks:
        parts.setdefault(part.story, part)
    for story in stories:
        part_of = parts.get(story.key)
        second = story.pull_requests[1] if len(story.pull_requests) > 1 else None
        if part_of is None or second is None or second.repair or second.base != "main" or _is_shared(second):
            yield story
            continue
        title = second.title.replace(story.key, part_of.key)
        branch = second.branch.replace(story.key.lower(), part_of.key.lower()).replace(story.key, part_of.key)
        commits = tuple(
            replace(commit, message=commit.message.replace(story.key, part_of.key)) for commit in second.commits
        )
        before = tuple(
            replace(commit, message=commit.message.replace(story.key, part_of.key)) for commit in second.commits_before
        )
        told = replace(second, title=title, branch=branch, commits=commits, commits_before=before)
        yield replace(story, pull_requests=(story.pull_requests[0], told, *story.pull_requests[2:]))


def _is_shared(pull: PullRequest) -> bool:
    return " " in pull.title.partition(":")[0]


def in_a_hurry(
    teams: Sequence[Team], strays: Sequence[PullRequest], epics: Sequence[Epic], mistakes: Sequence[Mistake]
) -> Iterator[PullRequest]:
    """Yield the pull requests of no story; some of people's name an epic, a ticket that is gone, or another board's."""
    bots, turn = {bot.key for bot in BOTS}, 0
    for pull in strays:
        if pull.author in bots or pull.repair:
            yield pull
            continue
        team = next(one for one in teams if one.repository == pull.repository)
        there = [epic.key for epic in epics if epic.team == team.key and epic.created_at < pull.opened_at]
        gone = [one.key for one in mistakes if one.team == team.key and one.deleted_at < pull.opened_at]
        key = [None, there and there[-1], None, gone and gone[-1], f"{ELSEWHERE}-{40 + turn}"][turn % _TURNS]
        turn += 1
        yield replace(pull, title=f"{key}: {pull.title}") if key else pull


def named_flags(company: Company) -> dict[str, str]:
    """Return the flag that a pull request names in a line of its own, by its merge."""
    dice = Dice(company.seed, "names its flag")
    return {
        merge_sha(story.pull_requests[0]): story.flag.key
        for story in company.stories
        if story.flag and dice.of(story.key).chance(_NAMES_FLAG)
    }


def given_up(dice: Dice, teams: Sequence[Team], stories: Iterable[Story]) -> Iterator[GivenUp]:
    """Yield what was closed without a merge: a first try, for a better one, and what nobody wanted any more."""
    by_key = {team.key: team for team in teams}
    for story in stories:
        part, first, team = dice.of(story.key), story.pull_requests[0], by_key[story.team]
        if part.of("first try").chance(_FIRST_TRY) and not _is_shared(first):
            opened = first.opened_at - timedelta(minutes=part.whole(20, 200))
            pull = _try(part.of("try"), team, f"{story.key}: {story.title}, first try", (story.assignee, opened))
            yield GivenUp(replace(pull, ready_at=NEVER), first.opened_at, merge_sha(first))
        if part.of("left").chance(_LEFT) and story.flag is None:
            # After the story was done: it belongs to nothing that is waited for.
            author = next(person for person in team.members if person.key == story.assignee)
            opened = working_after(author, story.moves[-1].at, part.spread(20))
            pull = _try(part.of("left"), team, f"{story.key}: {story.title}, once more", (story.assignee, opened))
            yield GivenUp(pull, working_after(author, opened, part.spread(60)), None)


def _try(dice: Dice, team: Team, title: str, what: tuple[str, datetime]) -> PullRequest:
    author, opened = what
    commit = Commit(dice.digest(), (), opened, opened, author, title.partition(": ")[2])
    branch = f"try/{dice.digest()[:6]}"
    return PullRequest(team.repository, branch, title, author, opened, None, (commit,), (), NEVER, author, "squash")
