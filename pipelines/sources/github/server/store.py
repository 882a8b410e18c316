"""What a played GitHub holds: the rows of recordings, as REST has them, which may then change."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from pipelines.sources.base import mapping_of
from pipelines.sources.github.ids import new_id
from pipelines.sources.github.loading import lists_of, read_json, rows_of
from pipelines.sources.github.place import find_place
from pipelines.sources.github.rows import is_pull_request, number_of

Row = dict[str, Any]

_OF_TIMELINE = {"committed": "commits_of", "reviewed": "reviews_of", "commented": "comments_of"}


@dataclass(slots=True)
class Quirks:
    """How this GitHub misbehaves.

    Attributes:
        most_nodes: a query that asks for more ends in a 502, as one that takes too long does.
        most_runs: a search for runs gives no more than so many, whatever its total.
        repeats_page: every page of a list names itself as the next one.
        per_connection: nodes that a connection gives at most, however many are asked for.
    """

    most_nodes: int = 100
    most_runs: int = 1_000
    repeats_page: bool = False
    per_connection: int = 100


@dataclass(slots=True)
class Repository:
    """One repository; lists that belong to a number or an id lie under it."""

    name: str
    id: int
    described: Row
    pulls: dict[int, Row] = field(default_factory=dict)
    issues: dict[int, Row] = field(default_factory=dict)
    commits_of: dict[int, list[Row]] = field(default_factory=dict)
    reviews_of: dict[int, list[Row]] = field(default_factory=dict)
    line_comments_of: dict[int, list[Row]] = field(default_factory=dict)
    comments_of: dict[int, list[Row]] = field(default_factory=dict)
    events_of: dict[int, list[Row]] = field(default_factory=dict)
    commits: list[Row] = field(default_factory=list)
    deployments: dict[int, Row] = field(default_factory=dict)
    statuses_of: dict[int, list[Row]] = field(default_factory=dict)
    releases: list[Row] = field(default_factory=list)
    runs: dict[tuple[int, int], Row] = field(default_factory=dict)
    jobs: list[Row] = field(default_factory=list)

    def node_id(self, kind: str, row: Row, name: Any) -> str:
        """Return a row's own node id, else one made of its repository and itself."""
        return str(row.get("node_id") or new_id(kind, self.id, name))

    def listed(self) -> list[Row]:
        """Return the list of issues: pull requests are in it too, as GitHub has it."""
        return [*self.issues.values(), *(self._as_issue(row) for row in self.pulls.values())]

    def _as_issue(self, pull: Row) -> Row:
        number, web = pull["number"], f"{self.described['html_url']}"
        api = f"https://api.github.com/repos/{self.name}"
        address = f"{api}/issues/{number}"
        addresses = {f"{name}_url": f"{address}/{name}" for name in ("comments", "events")}
        copied = ("title", "user", "labels", "state", "created_at", "updated_at", "closed_at", "body")
        return {
            **{name: pull.get(name) for name in copied},
            **addresses,
            "labels": pull.get("labels") or [],
            "id": pull["id"] + 1,
            "node_id": self.node_id("PR", pull, pull["id"]),
            "number": number,
            "url": address,
            "repository_url": api,
            "labels_url": f"{address}/labels{{/name}}",
            "html_url": pull.get("html_url") or f"{web}/pull/{number}",
            "locked": False,
            "assignee": None,
            "milestone": None,
            "comments": len(self.comments_of.get(number, ())),
            "author_association": "NONE",
            "pull_request": {
                "url": f"{api}/pulls/{number}",
                "html_url": pull.get("html_url"),
                "diff_url": None,
                "patch_url": None,
                "merged_at": pull.get("merged_at"),
            },
        }

    def head(self) -> str | None:
        """Return the newest commit of the default branch."""
        return str(self.commits[0]["sha"]) if self.commits else None


@dataclass(slots=True)
class Store:
    """Every repository by name, and who may read them.

    Attributes:
        tokens: that are let in; those that an App asks for join them.
        app_public_key: of the App that may ask, in PEM.
        installations: of the App, by its id.
        tokens_live: how long an App's token does.
    """

    tokens: set[str] = field(default_factory=set)
    app_public_key: str = ""
    installations: dict[str, set[int]] = field(default_factory=dict)
    tokens_live: timedelta = timedelta(hours=1)
    repositories: dict[str, Repository] = field(default_factory=dict)
    quirks: Quirks = field(default_factory=Quirks)

    def record(self, folder: Path) -> Repository:
        """Add the repository of one folder of the layout that `storyline replay github` reads.

        Raises:
            RecordingError: a file is not what the layout calls for.
        """

        def rows(name: str, envelope: str | None = None) -> list[Any]:
            return rows_of(folder, name, envelope) or []

        def lists(name: str) -> dict[int, list[Any]]:
            return {int(key): value for key, value in (lists_of(folder, name) or {}).items()}

        pulls, issues = rows("pulls.json"), rows("issues.json")
        place = find_place(folder, [*pulls, *issues])
        file = folder / "repository.json"
        described = read_json(file) if file.exists() else {}
        web = {"html_url": f"https://{place.instance}/{place.repository}", "default_branch": "main", "id": 1}
        repository = Repository(place.repository, int(described.get("id") or 1), web | described)
        repository.pulls = {row["number"]: row for row in reversed(pulls)}
        repository.issues = {row["number"]: row for row in reversed(issues) if not is_pull_request(row)}
        repository.commits_of, repository.reviews_of = lists("pull_commits.json"), lists("pull_reviews.json")
        repository.comments_of = _by_number(rows("issue_comments.json"))
        repository.events_of = _by_number(rows("issue_events.json"))
        repository.line_comments_of = _by_number(rows("review_comments.json"))
        repository.commits, repository.releases = rows("commits.json"), rows("releases.json")
        repository.deployments = {row["id"]: row for row in rows("deployments.json")}
        repository.statuses_of = lists("deployment_statuses.json")
        for row in rows("actions_runs.json", "workflow_runs"):
            repository.runs.setdefault((row["id"], row.get("run_attempt") or 1), row)
        repository.jobs = [row for group in lists("actions_jobs.json").values() for row in group]
        for number, timeline in lists("pull_timeline.json").items():
            _merge_timeline(repository, number, timeline)
        self.repositories[place.repository] = repository
        return repository


def _by_number(rows: Iterable[Any]) -> dict[int, list[Row]]:
    found: dict[int, list[Row]] = {}
    for row in rows:
        number = number_of(mapping_of(row))
        if number is not None:
            found.setdefault(number, []).append(row)
    return found


def _merge_timeline(repository: Repository, number: int, timeline: Iterable[Row]) -> None:
    """Add what only the timeline of a recording tells."""
    for row in timeline:
        if row["event"] == "line-commented":
            _add(repository.line_comments_of, number, row.get("comments") or (), "id")
        elif row["event"] == "committed":
            commit = {name: row[name] for name in ("author", "committer", "message") if name in row}
            told = {"sha": row["sha"], "commit": commit, "author": None, "parents": row.get("parents") or []}
            _add(repository.commits_of, number, [told], "sha")
        else:
            kept: dict[int, list[Row]] = getattr(repository, _OF_TIMELINE.get(row["event"], "events_of"))
            _add(kept, number, [row] if "id" in row else [], "id")


def _add(lists: dict[int, list[Row]], number: int, rows: Iterable[Row], name: str) -> None:
    known = lists.setdefault(number, [])
    known += [row for row in rows if row[name] not in {one[name] for one in known}]
