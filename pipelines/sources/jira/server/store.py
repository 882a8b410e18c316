"""What a played Jira holds: the rows of a recording, which may then change as tickets do."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pipelines.clock import parse_time
from pipelines.sources.base import mapping_of
from pipelines.sources.jira.connection import Deployment
from pipelines.sources.jira.files import Files, instance_of

Issue = dict[str, Any]
_LINK_TYPES = (
    {"id": "10003", "name": "Relates", "inward": "relates to", "outward": "relates to"},
    {"id": "10004", "name": "Learning", "inward": "is learned from", "outward": "led to"},
)
# Far beyond what a recording holds.
_FIRST_WRITTEN = 7_000_000


@dataclass(slots=True)
class Quirks:
    """How this Jira misbehaves.

    Attributes:
        repeats_token: every page but the last names the token that it was asked with.
        empty_page_after: after so many pages one comes that is empty but names a next one; 0: none does.
        most_per_page: however many are asked for.
        cuts_histories_at: a search shows so many histories of a ticket and no more; 0: all.
        refuses_unknown_projects: a query that names one is an error, where it would find nothing.
        links_no_new_ticket: its screen for new tickets has no links.
        requires: fields, by name and what is said where one is missing, that a new ticket has to bring.
    """

    repeats_token: bool = False
    empty_page_after: int = 0
    most_per_page: int = 100
    cuts_histories_at: int = 0
    refuses_unknown_projects: bool = False
    links_no_new_ticket: bool = False
    requires: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class Store:
    """A site's tickets with their whole history, by id, and what belongs to them.

    Attributes:
        deployment: which kind of Jira it is.
        names: of its fields, by id.
        unindexed: ids of tickets that the search does not find yet, as it lags behind.
        hidden_boards: ids of boards that are listed and cannot be viewed, as their filter is gone.
        properties: by `issue <key>` or `comment <id>`.
        former: keys under which tickets were before they moved to another project, with the ids of those tickets.
        link_types: by name.
        lacking: keys of the permissions that the token lacks, by project.
    """

    site: str
    deployment: Deployment = "cloud"
    issues: dict[str, Issue] = field(default_factory=dict)
    histories: dict[str, list[Any]] = field(default_factory=dict)
    comments: dict[str, list[Any]] = field(default_factory=dict)
    remotelinks: dict[str, list[Any]] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    statuses: list[Any] = field(default_factory=list)
    boards: list[Any] = field(default_factory=list)
    tokens: set[str] = field(default_factory=set)
    quirks: Quirks = field(default_factory=Quirks)
    unindexed: set[str] = field(default_factory=set)
    hidden_boards: set[int] = field(default_factory=set)
    properties: dict[str, dict[str, Any]] = field(default_factory=dict)
    former: dict[str, str] = field(default_factory=dict)
    lacking: dict[str, set[str]] = field(default_factory=dict)
    written: int = 0
    link_types: dict[str, Any] = field(default_factory=lambda: {row["name"]: row for row in _LINK_TYPES})

    @classmethod
    def from_recording(cls, folder: Path, *, tokens: Iterable[str] = (), deployment: Deployment = "cloud") -> "Store":
        """Fill a site from one folder of the layout that `storyline replay jira` reads.

        Raises:
            RecordingError: a file is not what the layout calls for.
        """
        files = Files.opened(folder)
        store = cls(instance_of(files) or "jira.example", deployment, tokens=set(tokens))
        for row in files.issues:
            changelog = mapping_of(row.get("changelog"))
            more = files.changelogs.get(str(row["id"]), [])
            known = {str(one["id"]): one for one in [*more, *changelog.get("histories", [])]}
            store.put({name: row[name] for name in row if name not in ("changelog", "names")}, list(known.values()))
            store.names |= mapping_of(row.get("names"))
        for key in files.deleted:
            store.delete(str(key))
        store.comments, store.remotelinks = dict(files.comments), dict(files.remotelinks)
        store.statuses, store.boards = list(files.statuses), list(files.boards)
        return store

    @property
    def projects(self) -> dict[str, Any]:
        """The projects that hold a ticket, by key."""
        return {issue["fields"]["project"]["key"]: issue["fields"]["project"] for issue in self.issues.values()}

    def put(self, issue: Issue, histories: Iterable[Any]) -> None:
        """Add a ticket or replace it; its history is oldest first."""
        self.issues[str(issue["id"])] = issue
        self.histories[str(issue["id"])] = sorted(histories, key=lambda one: (len(str(one["id"])), str(one["id"])))

    def delete(self, key: str) -> None:
        """Take a ticket away for good."""
        issue = self.find(key)
        if issue is not None:
            del self.issues[str(issue["id"])], self.histories[str(issue["id"])]

    def next_id(self) -> str:
        """Return an id that nothing of this site has yet."""
        self.written += 1
        return str(_FIRST_WRITTEN + self.written)

    def next_number(self, project: str) -> int:
        """Return the number of the next ticket of a project."""
        keys = (str(issue["key"]).rpartition("-") for issue in self.issues.values())
        return max((int(number) for head, _, number in keys if head == project), default=0) + 1

    def find(self, name: str) -> Issue | None:
        """Return a ticket by id, key or former key, None where there is none."""
        by_key = (issue for issue in self.issues.values() if issue.get("key") == name)
        return self.issues.get(self.former.get(name, name)) or next(by_key, None)

    def rename(self, key: str, new: str) -> None:
        """Move a ticket to another project: it has another key, and is found by the former one too."""
        issue = self.find(key)
        assert issue is not None, f"there is no {key}"
        self.issues[str(issue["id"])] = {**issue, "key": new}
        self.former[key] = str(issue["id"])
        for rows in (self.comments, self.remotelinks):
            if key in rows:
                rows[new] = rows.pop(key)
        if f"issue {key}" in self.properties:
            self.properties[f"issue {new}"] = self.properties.pop(f"issue {key}")

    def move(self, key: str, status: Issue, at: datetime) -> None:
        """Move a ticket to a status at a moment, as a person on the board does."""
        issue = self.find(key)
        assert issue is not None, f"there is no {key}"
        fields = dict(issue["fields"])
        moved = {
            "id": str(900_000 + sum(map(len, self.histories.values()))),
            "created": stamp(at),
            "items": [
                {
                    "field": "status",
                    "fieldtype": "jira",
                    "fieldId": "status",
                    "from": fields["status"]["id"],
                    "fromString": fields["status"]["name"],
                    "to": status["id"],
                    "toString": status["name"],
                }
            ],
        }
        fields |= {"status": status, "updated": stamp(at)}
        self.put({**issue, "fields": fields}, [*self.histories[str(issue["id"])], moved])


def updated_ms(issue: Issue) -> int:
    """Return when a ticket was last updated, in milliseconds."""
    return round(parse_time(issue["fields"]["updated"]).timestamp() * 1_000)


def stamp(at: datetime) -> str:
    """Write a moment as Jira does."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1_000:03}{at.strftime('%z')}"
