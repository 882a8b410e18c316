"""The demo company's Jira site at a moment: its statuses and what they were called, its people, projects and ids."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.company import Company
from pipelines.company.facts import Person, Status, Team
from pipelines.sources.jira.server.store import stamp

SITE = "acme-demo.atlassian.net"
API = f"https://{SITE}/rest/api/3"
_STATUSES = {
    Status.BACKLOG: ("10000", "new"),
    Status.SPEC: ("10001", "new"),
    Status.READY: ("10002", "new"),
    Status.IN_PROGRESS: ("3", "indeterminate"),
    Status.IN_REVIEW: ("10003", "indeterminate"),
    Status.DONE: ("10004", "done"),
    Status.CANCELLED: ("10005", "done"),
}
_FIRST_MIGRATED = 10_010
_CATEGORIES = {"new": (2, "To Do"), "indeterminate": (4, "In Progress"), "done": (3, "Done")}
_TYPES = {
    "Epic": ("10000", 1),
    "Story": ("10001", 0),
    "Task": ("10002", 0),
    "Sub-task": ("10003", -1),
    "Bug": ("10004", 0),
    "Incident": ("10005", 0),
}
# A status as a history tells it: id and name.
Pair = tuple[str, str]
NO_RESOLUTION: tuple[None, str] = (None, "")
DONE_RESOLUTION = ("10000", "Done")


@dataclass(frozen=True, slots=True)
class Happening:
    """A row of a ticket's history, before it has a number."""

    at: datetime
    by: str
    items: tuple[dict[str, Any], ...]


class Board:
    """The site's words at a moment."""

    def __init__(self, company: Company, as_of: datetime) -> None:
        self.company, self.as_of = company, as_of
        self.teams = {team.key: team for team in company.teams}
        self._people = {person.key: person for team in company.teams for person in team.members}

    def known(self, at: datetime | None) -> bool:
        """Tell whether something has happened by now."""
        return at is not None and at <= self.as_of

    def called(self, status: Status, at: datetime) -> str:
        """Return what a status was called at a moment."""
        names = (one.before for one in self.company.renamings if one.status is status and at < one.until)
        return next(names, status.value)

    def pair(self, team: str, status: Status, at: datetime) -> Pair:
        """Return the status in which a ticket of a team stands at a moment: another one since a migration."""
        for number, one in enumerate(self.company.migrations):
            if (one.team, one.status) == (team, status) and one.at <= at:
                return str(_FIRST_MIGRATED + number), one.name
        return _STATUSES[status][0], self.called(status, at)

    def migrated_at(self, team: str, status: Status) -> list[datetime]:
        """Return when a team's tickets were moved out of a status in bulk: an update that no history tells."""
        told = (one for one in self.company.migrations if (one.team, one.status) == (team, status))
        return [one.at for one in told if self.known(one.at)]

    def statuses(self) -> list[dict[str, Any]]:
        """Return every status of the site, as each is called now."""
        found = [self._status(_STATUSES[status][0], self.called(status, self.as_of), status) for status in Status]
        found += [
            self._status(str(_FIRST_MIGRATED + number), one.name, one.status)
            for number, one in enumerate(self.company.migrations)
            if self.known(one.at)
        ]
        return found

    def status(self, team: str, status: Status) -> dict[str, Any]:
        """Return the status in which a ticket of a team stands now."""
        return self._status(*self.pair(team, status, self.as_of), status)

    def _status(self, status_id: str, name: str, status: Status) -> dict[str, Any]:
        category = _STATUSES[status][1]
        number, words = _CATEGORIES[category]
        told = {"self": f"{API}/statuscategory/{number}", "id": number, "key": category, "name": words}
        return {
            "self": f"{API}/status/{status_id}",
            "id": status_id,
            "name": name,
            "statusCategory": told | {"colorName": "medium-gray"},
        }

    def user(self, key: str) -> dict[str, Any]:
        """Return an account."""
        person: Person = self._people[key]
        account = f"712020:demo-{person.key}"
        return {
            "self": f"{API}/user?accountId={account}",
            "accountId": account,
            "emailAddress": person.email,
            "displayName": person.name,
            "active": True,
            "timeZone": person.time_zone,
            "accountType": "atlassian",
        }

    def histories(self, number: int, happened: Sequence[Happening]) -> list[dict[str, Any]]:
        """Return what of a ticket's history is there; a row's id is the same whenever one looks."""
        ordered = sorted(happened, key=lambda one: one.at)
        return [
            {
                "id": str(number * 100 + place),
                "author": self.user(one.by),
                "created": stamp(one.at),
                "items": [*one.items],
            }
            for place, one in enumerate(ordered)
            if self.known(one.at)
        ]

    def ticket(self, issue_id: int, key: str, team: str, fields: dict[str, Any]) -> dict[str, Any]:
        """Return a ticket of a team's project."""
        return {
            "expand": "",
            "id": str(issue_id),
            "self": f"{API}/issue/{issue_id}",
            "key": key,
            "fields": fields | {"project": project(self.teams[team])},
        }


def project(team: Team) -> dict[str, Any]:
    """Return a team's project."""
    project_id = str(20_000 + sum(map(ord, team.project)))
    return {"self": f"{API}/project/{project_id}", "id": project_id, "key": team.project, "name": team.name}


def kind(name: str) -> dict[str, Any]:
    """Return a type of tickets."""
    type_id, level = _TYPES[name]
    told = {"self": f"{API}/issuetype/{type_id}", "id": type_id, "name": name, "subtask": level < 0}
    return told | {"hierarchyLevel": level}


def item(field: str, before: tuple[str | None, str | None], after: tuple[str | None, str | None]) -> dict[str, Any]:
    """Return one field's change within a row of a history."""
    told = {"field": field, "fieldtype": "jira", "fieldId": field, "from": before[0], "fromString": before[1]}
    return told | {"to": after[0], "toString": after[1]}
