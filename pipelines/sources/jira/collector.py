"""Walks a Jira Cloud site: each project's changed tickets, then what belongs to the whole site."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from pipelines.clock import now, parse_time
from pipelines.sources.base import RawRecord, mapping_of
from pipelines.sources.http import Http
from pipelines.sources.jira.connection import JiraConnection
from pipelines.sources.jira.limits import JiraLimits
from pipelines.sources.jira.pages import changed_issues, comments, histories, issue_ids, updated_ms
from pipelines.sources.jira.recording import linked_at, list_record, united, version_of
from pipelines.sources.live import (
    BadAnswerError,
    Finding,
    Memory,
    MissingError,
    Network,
    RefusedError,
    Step,
    Target,
    VendorError,
)

SITE = "the site"
_DEFINITIONS_EVERY = timedelta(days=7)


class JiraCollector:
    """Reads one site. Implements `Collector`."""

    def __init__(self, connection: JiraConnection, network: Network) -> None:
        self._connection = connection
        headers = {"Authorization": connection.authorization, "Accept": "application/json"}
        self._http = Http(connection.url, headers=headers, limits=JiraLimits(), network=network)

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._http.requests

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def targets(self) -> Iterator[Target]:
        """Yield the projects that the settings name, in that order, then the site."""
        if not self._connection.projects:
            raise RefusedError("no project is named; put their keys into sources.jira.projects")
        instance = self._instance()
        yield from (Target(instance, project) for project in self._connection.projects)
        yield Target(instance, SITE)

    def walk(self, target: Target, memory: Memory, as_of: datetime) -> Iterator[Step]:
        """Walk one project's changed tickets; or the site's definitions and what was deleted."""
        if target.name != SITE:
            yield from self._project(target, memory)
            return
        yield from self._definitions(target, memory, as_of)
        yield from self._census(target, memory)

    def _project(self, target: Target, memory: Memory) -> Iterator[Step]:
        name = f"{target.name} issues"
        kept = memory.cursor(name) or {"high_ms": None, "place_ms": None}
        overlap = self._connection.overlap_minutes * 60_000
        since = kept["place_ms"] if kept["place_ms"] is not None else max((kept["high_ms"] or 0) - overlap, 0)
        high, read = max(kept["high_ms"] or 0, since), 0
        for page in changed_issues(self._http, target.name, since):
            high, read = max(high, *map(updated_ms, page)), read + len(page)
            records = list(self._records(target.instance, page, memory))
            # The high water stands until the walk is whole; the place lets one that was cut off go on.
            yield Step(records, {name: {"high_ms": kept["high_ms"], "place_ms": high}}, (read, 0))
        # Jira's search finds nothing in a project that is not there, and says no more.
        if not high and target.name not in (shown := {one.name for one in self.offered()}):
            raise MissingError(_not_shown(target.name, shown))
        yield Step((), {name: {"high_ms": high, "place_ms": None}}, (read, read))

    def _records(self, instance: str, page: list[Any], memory: Memory) -> Iterator[RawRecord]:
        known = memory.bodies("issues", [str(issue["id"]) for issue in page])
        # What lies in the overlap was read before; the same update is the same ticket.
        new = [issue for issue in page if _updated(known.get(str(issue["id"]))) != _updated(issue)]
        logs = histories(self._http, [str(issue["id"]) for issue in new])
        for issue in new:
            log = logs.get(str(issue["id"]))
            if log is None and _has_history(known.get(str(issue["id"]))):
                if self._is_gone(str(issue["id"])):
                    yield _deletion(instance, issue)
                    continue
                raise BadAnswerError(f"jira gives no history of {issue['key']}, which has one; try later")
            whole = united({**issue, "changelog": {"total": len(log or ())}}, log or [])
            yield RawRecord(instance, "issues", str(issue["id"]), whole, version_of(issue))
            yield from self._lists(instance, whole)

    def _lists(self, instance: str, issue: Any) -> Iterator[RawRecord]:
        """Give what a ticket has more of than its own record tells."""
        page = mapping_of(issue["fields"].get("comment"))
        if int(page.get("total") or 0) > len(page.get("comments") or ()):
            yield list_record(instance, "comments", issue, comments(self._http, issue["key"]))
        if linked_at(issue):
            links = self._http.get(f"/rest/api/3/issue/{issue['id']}/remotelink").json()
            yield list_record(instance, "remotelinks", issue, links)

    def _definitions(self, target: Target, memory: Memory, as_of: datetime) -> Iterator[Step]:
        kept = memory.cursor("definitions")
        if kept is not None and as_of - parse_time(kept["read_at"]) < _DEFINITIONS_EVERY:
            return
        answer = self._http.get("/rest/api/3/status")
        # A definition tells no time of its own, so it is as new as the answer.
        records = [RawRecord(target.instance, "statuses", str(row["id"]), row, answer.date) for row in answer.json()]
        for project in self._connection.projects:
            boards = self._http.get("/rest/agile/1.0/board", {"projectKeyOrId": project}).json().get("values") or ()
            for board in boards:
                told = self._http.get(f"/rest/agile/1.0/board/{board['id']}/configuration")
                key = str(board["id"])
                records.append(RawRecord(target.instance, "board_configuration", key, told.json(), told.date))
        yield Step(records, {"definitions": {"read_at": as_of.isoformat()}})

    def _census(self, target: Target, memory: Memory) -> Iterator[Step]:
        """Find what was deleted: known tickets that no search finds, each confirmed by asking for it."""
        known = set(memory.keys("issues", ""))
        missing = known - issue_ids(self._http, self._connection.projects)
        bodies = memory.bodies("issues", missing)
        gone = mapping_of((memory.cursor("census") or {}).get("gone"))
        new = sorted(key for key in missing if gone.get(key) != _updated(bodies[key]))
        if len(new) > max(1, len(known) // 2):
            raise RefusedError(
                f"jira no longer shows {len(new):,} of {len(known):,} known tickets; "
                "that is a lost right rather than a deletion: look at the token's permission to browse the projects"
            )
        deleted = [key for key in new if self._is_gone(key)]
        records = [_deletion(target.instance, bodies[key]) for key in deleted]
        if deleted:
            gone = {**gone, **{key: _updated(bodies[key]) for key in deleted}}
            yield Step(records, {"census": {"gone": gone}})

    def _is_gone(self, issue: str) -> bool:
        try:
            self._http.get(f"/rest/api/3/issue/{issue}", {"fields": "project"})
        except MissingError:
            return True
        return False

    def _instance(self) -> str:
        told = self._http.get("/rest/api/3/serverInfo").json()
        host = urlsplit(str(mapping_of(told).get("baseUrl"))).hostname
        if host is None:
            raise BadAnswerError(f"{self._connection.url} does not answer as a Jira; check sources.jira.url")
        return host

    def examine(self) -> Iterator[Finding]:
        """Try address, clock, token and each project."""
        try:
            self._instance()
            me = self._http.get("/rest/api/3/myself")
        except VendorError as error:
            yield Finding("act", f"{error} (sources.jira.url, sources.jira.email, STORYLINE_JIRA_TOKEN)")
            return
        yield Finding("ok", f"jira answers at {self._connection.url} and knows the token.")
        if me.is_by_another_clock:
            yield Finding(
                "warn", f"this machine's clock and jira's differ: ours {now():%H:%M}, jira's {me.date:%H:%M} UTC."
            )
        shown = {target.name for target in self.offered()}
        for project in self._connection.projects:
            if project in shown:
                yield Finding("ok", f"jira shows project {project}.")
            else:
                yield Finding("act", f"{_not_shown(project, shown)}.")

    def offered(self) -> list[Target]:
        """List the projects that the token may browse."""
        instance, found, start = self._instance(), list[Target](), 0
        while True:
            page = self._http.get("/rest/api/3/project/search", {"startAt": start, "maxResults": 50}).json()
            found += [Target(instance, str(row["key"])) for row in page["values"]]
            start += len(page["values"])
            if page.get("isLast", True) or not page["values"]:
                return found


def _not_shown(project: str, shown: set[str]) -> str:
    return f"jira shows no project {project} to this token; it shows {', '.join(sorted(shown))}"


def _updated(issue: Any) -> Any:
    return mapping_of(mapping_of(issue).get("fields")).get("updated")


def _has_history(issue: Any) -> bool:
    return bool(mapping_of(mapping_of(issue).get("changelog")).get("histories"))


def _deletion(instance: str, issue: Any) -> RawRecord:
    version = version_of(issue)
    body = {"key": issue["key"], "last_updated_at": version.isoformat() if version else None}
    return RawRecord(instance, "deletions", str(issue["key"]), body)
