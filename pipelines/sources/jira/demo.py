"""Shows the demo company's tickets as a Jira Cloud site has them at a moment."""

from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from pipelines.company import Company
from pipelines.company.facts import Mistake, Move, Person, Status, Story, Team
from pipelines.sources.jira.connection import JiraConnection
from pipelines.sources.jira.server import serve
from pipelines.sources.jira.server.store import Store, stamp
from pipelines.sources.played import Demo, Played

SITE = "acme-demo.atlassian.net"
_API = f"https://{SITE}/rest/api/3"
_STATUSES = {
    Status.BACKLOG: ("10000", "new"),
    Status.SPEC: ("10001", "new"),
    Status.READY: ("10002", "new"),
    Status.IN_PROGRESS: ("3", "indeterminate"),
    Status.IN_REVIEW: ("10003", "indeterminate"),
    Status.DONE: ("10004", "done"),
}
_CATEGORIES = {"new": (2, "To Do"), "indeterminate": (4, "In Progress"), "done": (3, "Done")}
_DONE = {"id": "10000", "name": "Done"}
_FIRST_ID, _FIRST_MISTAKE = 10_001, 90_001
_TOKEN = "demo-token"  # noqa: S105 - of a vendor that is played


def site(company: Company, as_of: datetime, *, tokens: set[str]) -> Store:
    """Return the site with every ticket that exists by then, as it stands then."""
    store = Store(SITE, tokens=tokens, names={"customfield_10016": "Story point estimate"})
    store.statuses = [_status(status) for status in Status]
    people = {person.key: person for team in company.teams for person in team.members}
    teams = {team.key: team for team in company.teams}
    for number, story in enumerate(company.stories, _FIRST_ID):
        if story.created_at <= as_of:
            moves = [move for move in story.moves if move.at <= as_of]
            issue = _issue(str(number), story, teams[story.team], people, moves)
            store.put(issue, [_history(number, place, story, people) for place in range(len(moves))])
    for number, wrong in enumerate(company.mistakes, _FIRST_MISTAKE):
        if wrong.created_at <= as_of < wrong.deleted_at:
            store.put(_mistake(str(number), wrong, teams[wrong.team], people), [])
    return store


def _mistake(issue_id: str, wrong: Mistake, team: Team, people: dict[str, Person]) -> dict[str, Any]:
    return _ticket(
        issue_id,
        wrong.key,
        team,
        {
            "summary": wrong.title,
            "issuetype": {"self": f"{_API}/issuetype/2", "id": "2", "name": "Task", "subtask": False},
            "status": _status(Status.BACKLOG),
            "created": stamp(wrong.created_at),
            "updated": stamp(wrong.created_at),
            "creator": _user(people[wrong.reporter]),
            "reporter": _user(people[wrong.reporter]),
        },
    )


def _ticket(issue_id: str, key: str, team: Team, fields: dict[str, Any]) -> dict[str, Any]:
    project_id = str(20_000 + sum(map(ord, team.project)))
    project = {"self": f"{_API}/project/{project_id}", "id": project_id, "key": team.project, "name": team.name}
    address = f"{_API}/issue/{issue_id}"
    return {"expand": "", "id": issue_id, "self": address, "key": key, "fields": fields | {"project": project}}


def _status(status: Status) -> dict[str, Any]:
    status_id, category = _STATUSES[status]
    number, name = _CATEGORIES[category]
    told = {"self": f"{_API}/statuscategory/{number}", "id": number, "key": category, "name": name}
    return {
        "self": f"{_API}/status/{status_id}",
        "id": status_id,
        "name": status.value,
        "statusCategory": told | {"colorName": "medium-gray"},
    }


def _user(person: Person) -> dict[str, Any]:
    account = f"712020:demo-{person.key}"
    return {
        "self": f"{_API}/user?accountId={account}",
        "accountId": account,
        "emailAddress": person.email,
        "displayName": person.name,
        "active": True,
        "timeZone": person.time_zone,
        "accountType": "atlassian",
    }


def _issue(issue_id: str, story: Story, team: Team, people: dict[str, Person], moves: list[Move]) -> dict[str, Any]:
    status = moves[-1].status if moves else Status.BACKLOG
    done_at = stamp(moves[-1].at) if status is Status.DONE else None
    fields = {
        "summary": story.title,
        "issuetype": {"self": f"{_API}/issuetype/1", "id": "1", "name": story.type, "subtask": False},
        "status": _status(status),
        "created": stamp(story.created_at),
        "updated": stamp(moves[-1].at if moves else story.created_at),
        "creator": _user(people[story.reporter]),
        "reporter": _user(people[story.reporter]),
        "assignee": _user(people[story.assignee]) if len(moves) > 1 else None,
        # The label comes with the code: before, nobody knows.
        "labels": ["ai-assisted"] if story.is_ai_assisted and _is_begun(moves) else [],
        "resolution": _DONE if done_at else None,
        "resolutiondate": done_at,
        "customfield_10016": float(story.size),
        "issuelinks": [],
    }
    return _ticket(issue_id, story.key, team, fields)


def _is_begun(moves: list[Move]) -> bool:
    return any(move.status is Status.IN_PROGRESS for move in moves)


def _history(number: int, place: int, story: Story, people: dict[str, Person]) -> dict[str, Any]:
    move, before = story.moves[place], story.moves[place - 1].status if place else Status.BACKLOG
    items = [_item("status", _pair(before), _pair(move.status))]
    if Status.DONE in (before, move.status):
        done, none = (_DONE["id"], _DONE["name"]), (None, "")
        items.append(_item("resolution", *((none, done) if move.status is Status.DONE else (done, none))))
    author = _user(people[move.by])
    return {"id": str(number * 100 + place), "author": author, "created": stamp(move.at), "items": items}


def _pair(status: Status) -> tuple[str, str]:
    return _STATUSES[status][0], status.value


def _item(field: str, before: tuple[str | None, str], after: tuple[str | None, str]) -> dict[str, Any]:
    told = {"field": field, "fieldtype": "jira", "fieldId": field, "from": before[0], "fromString": before[1]}
    return told | {"to": after[0], "toString": after[1]}


class _Demo:
    """The company's tracker. Implements `Demo`."""

    def show(self, company: Company, as_of: datetime, _folder: Path) -> Played:
        """Return the site."""
        table = {"host": SITE, "email": "demo@acme.example", "projects": [team.project for team in company.teams]}
        signed = JiraConnection(url=SITE, email="demo@acme.example", token=SecretStr(_TOKEN)).authorization
        return Played(serve(site(company, as_of, tokens={signed})), table, {"token": _TOKEN})


DEMO: Demo = _Demo()
