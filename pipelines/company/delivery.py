"""Joins what is written to what becomes of it: shared work, releases, what follows, and all around the code."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import pairwise

from pipelines.company.board import arranged, epics, migrations, renamings, subtasks
from pipelines.company.branches import merge_sha
from pipelines.company.calendar import working_after
from pipelines.company.ci import builds_of
from pipelines.company.company import Company
from pipelines.company.dice import Dice
from pipelines.company.facts import Commit, PullRequest, Review, Story, Team
from pipelines.company.later_work import backport
from pipelines.company.mentions import by_parts, given_up, in_a_hurry
from pipelines.company.releases import Released, release
from pipelines.company.trouble import flag_incidents, other_incidents

_SHARED = 0.06
_BACKPORTED = 0.05


def shared(dice: Dice, teams: Sequence[Team], stories: Sequence[Story]) -> list[Story]:
    """Return the stories, some of which share a pull request with the next one of their team."""
    found = {story.key: story for story in stories}
    for team in teams:
        own = [story.key for story in stories if story.team == team.key]
        for one, other in pairwise(own):
            part = dice.of(one)
            if part.chance(_SHARED):
                pull = _shared_pull(part, team, found[one], found[other])
                for key in (one, other):
                    found[key] = _with(found[key], [pull])
    return list(found.values())


def _shared_pull(dice: Dice, team: Team, one: Story, other: Story) -> PullRequest:
    author = next(person for person in team.members if person.key == other.assignee)
    reviewer = dice.pick([person for person in team.members if person != author])
    begun = max(one.pull_requests[0].opened_at, other.pull_requests[0].opened_at)
    written = working_after(author, begun, dice.spread(1))
    opened = working_after(author, written, 0.2)
    approved = working_after(reviewer, opened, dice.spread(2))
    title = f"{one.key} {other.key}: What both need"
    commit = Commit(dice.digest(), (), written, written, author.key, title)
    return PullRequest(
        team.repository, f"{author.login}/both-{dice.digest()[:5]}", title, author.key, opened, None, (commit,),
        (Review(approved, reviewer.key, "approved"),), working_after(reviewer, approved, 0.2), reviewer.key, "squash",
    )  # fmt: skip


def _with(story: Story, pulls: Sequence[PullRequest]) -> Story:
    everything = sorted([*story.pull_requests, *pulls], key=lambda pull: (pull.opened_at, merge_sha(pull)))
    return replace(story, pull_requests=tuple(everything))


def released(
    dice: Dice, teams: Sequence[Team], stories: Sequence[Story], strays: Sequence[PullRequest], begins_at: datetime
) -> list[Released]:
    """Return what came of each team's repository."""
    found = []
    for team in teams:
        merged = {merge_sha(pull): pull for pull in strays if pull.repository == team.repository}
        named: dict[str, tuple[str, ...]] = {}
        for story in stories:
            for pull in story.pull_requests:
                if pull.repository == team.repository:
                    merged[merge_sha(pull)] = pull
                    named[merge_sha(pull)] = (*named.get(merge_sha(pull), ()), story.key)
        found.append(release(dice.of("deploy", team.repository), team, merged.values(), named, begins_at))
    return found


def _backports(dice: Dice, company: Company) -> Iterator[tuple[PullRequest, tuple[str, ...]]]:
    """Yield what is picked onto the release branch, now and then before the story is in production."""
    teams = {team.key: team for team in company.teams}
    for story in company.stories:
        part, pull = dice.of(story.key), story.pull_requests[0]
        # One that two stories share would be picked for both.
        if part.chance(_BACKPORTED) and " " not in pull.title.partition(":")[0]:
            yield backport(part, teams[story.team], pull, story.key)


def surrounded(dice: Dice, company: Company, done: Sequence[Released]) -> Company:
    """Return the company with what came after its deployments, and with all that happens around its code."""
    later = [(pull, one.stories[merge_sha(pull)]) for one in done for pull in one.later]
    later += _backports(dice.of("backport"), company)
    stories = [_with(story, [pull for pull, keys in later if story.key in keys]) for story in company.stories]
    stories = list(arranged(dice.of("board"), company.teams, stories))
    parts, aims = (
        tuple(subtasks(dice.of("subtask"), company.teams, stories)),
        tuple(epics(dice, company.teams, stories, company.begins_at)),
    )
    stories = list(by_parts(stories, parts))
    named = in_a_hurry(company.teams, company.strays, aims, company.mistakes)
    strays = (*named, *(pull for pull, keys in later if not keys))
    incidents = [incident for one in done for incident in one.incidents]
    incidents += flag_incidents(dice.of("flag incident"), company.teams, stories, company.deployments)
    life = (company.begins_at, company.ends_at)
    for team in company.teams:
        incidents += other_incidents(dice.of("trouble", team.key), team, company.deployments, life)
    paged = company.teams[0].repository.partition("/")[2]
    incidents = [
        replace(one, told_in="on_call") if one.told_in == "pager" and one.service == paged else one for one in incidents
    ]
    whole = replace(
        company,
        stories=tuple(stories),
        strays=strays,
        incidents=tuple(sorted(incidents, key=lambda one: (one.opened_at, one.key))),
        epics=aims,
        subtasks=parts,
        given_up=tuple(given_up(dice.of("given up"), company.teams, stories)),
        renamings=renamings(*life),
        migrations=migrations(company.teams, *life),
        touches={sha: services for one in done for sha, services in one.touches.items()},
    )
    builds = [
        build
        for team in company.teams
        for build in builds_of(dice.of("ci"), team.repository, whole.pull_requests(team.repository), company.begins_at)
    ]
    return replace(whole, builds=tuple(sorted(builds, key=lambda one: (one.created_at, one.key, one.attempt))))
