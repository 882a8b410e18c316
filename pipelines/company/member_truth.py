"""Who truly works for which team, as far as the tracker and the forge can show it: from the first act to the last."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

from pipelines.company.company import Company
from pipelines.company.people import BOTS
from pipelines.company.releases import services_of

# What the settings call a visit, and a silence that ends a membership, by their defaults.
_FEWEST, _SILENCE = 3, timedelta(days=60)

# Somebody did something: in the tracker or at the forge, who, for which team, when.
Act = tuple[str, str, str, datetime]


def member_truths(company: Company, as_of: datetime) -> list[dict[str, Any]]:
    """Return every membership that is there by then as plain JSON; the person by their key, days half-open."""
    bots = {bot.key for bot in BOTS}
    days: dict[tuple[str, str, str], list[date]] = defaultdict(list)
    for place, person, team, at in (*_tracker(company, as_of), *_forge(company)):
        if at <= as_of and person not in bots:
            days[place, person, team].append(at.astimezone(UTC).date())
    return [
        {
            "place": place,
            "person": person,
            "team": team,
            "valid_from": row[0].isoformat(),
            "valid_to": None if row[-1] + _SILENCE >= as_of.date() else (row[-1] + timedelta(days=1)).isoformat(),
            "acts": len(row),
        }
        for (place, person, team), acted in sorted(days.items())
        for row in _unbroken(sorted(acted))
        if len(row) >= _FEWEST
    ]


def _unbroken(days: list[date]) -> list[list[date]]:
    rows = [[days[0]]]
    for before, day in pairwise(days):
        if day - before > _SILENCE:
            rows.append([])
        rows[-1].append(day)
    return rows


def _tracker(company: Company, as_of: datetime) -> Iterator[Act]:
    """Yield who wrote and who moved a ticket; a story counts for the team that has it now."""
    for story in company.stories:
        team = story.transfer.team if story.transfer and story.transfer.at <= as_of else story.team
        yield "tracker", story.reporter, team, story.created_at
        yield from (("tracker", move.by, team, move.at) for move in story.moves if story.created_at <= as_of)
    for given_up in company.abandoned:
        yield "tracker", given_up.reporter, given_up.team, given_up.created_at
        yield from (("tracker", move.by, given_up.team, move.at) for move in given_up.moves)
    for part in company.subtasks:
        yield "tracker", part.assignee, part.team, part.created_at
        yield "tracker", part.assignee, part.team, part.done_at
    yield from (("tracker", epic.reporter, epic.team, epic.created_at) for epic in company.epics)
    # What was deleted before anybody looked was never there.
    there = (one for one in company.mistakes if one.deleted_at > as_of)
    yield from (("tracker", one.reporter, one.team, one.created_at) for one in there)
    owners = {service: team for team in company.teams for service in services_of(team.repository)}
    for incident in company.incidents:
        owner = owners[incident.service]
        for at in (incident.opened_at, incident.resolved_at):
            if incident.told_in == "tracker" and at is not None:
                yield "tracker", owner.members[0].key, owner.key, at


def _forge(company: Company) -> Iterator[Act]:
    """Yield who opened, reviewed and merged."""
    for team in company.teams:
        for pull in company.pull_requests(team.repository):
            yield "forge", pull.author, team.key, pull.opened_at
            yield from (("forge", one.by, team.key, one.at) for one in pull.reviews)
            yield "forge", pull.merged_by, team.key, pull.merged_at
    teams = {team.repository: team.key for team in company.teams}
    for given_up in company.given_up:
        pull, key = given_up.pull, teams[given_up.pull.repository]
        yield "forge", pull.author, key, pull.opened_at
        yield from (("forge", one.by, key, one.at) for one in pull.reviews)
