"""Walks an organization: the sessions of each project, days at a time, then the issues that are incidents."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from pipelines.clock import parse_time
from pipelines.sources.base import mapping_of
from pipelines.sources.http import Http
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
from pipelines.sources.sentry import issues, sessions
from pipelines.sources.sentry.connection import SentryConnection
from pipelines.sources.sentry.limits import SentryLimits
from pipelines.sources.sentry.sessions import FIELDS, Project

INCIDENTS = "the incidents"
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_SPAN = 7 * _DAY
# An answer holds so many points at most; what is beyond is left out without a word.
_MOST_POINTS = 10_000
_MOST_PAGES = 1_000
_LINK = re.compile(r"<([^>]*)>([^<]*)")


class SentryCollector:
    """Reads one organization. Implements `Collector`."""

    def __init__(self, connection: SentryConnection, network: Network) -> None:
        self._connection = connection
        headers = {"Authorization": connection.authorization, "Accept": "application/json"}
        self._http = Http(connection.url, headers=headers, limits=SentryLimits(), network=network)
        self._api = f"/api/0/organizations/{connection.organization}"
        self._projects: dict[str, Project] = {}

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._http.requests

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def targets(self) -> Iterator[Target]:
        """Yield the projects that the settings name, in that order, then the incidents of all of them."""
        if not self._connection.projects:
            raise RefusedError("no project is named; put their slugs into sources.sentry.projects")
        yield from (Target(self._connection.instance, slug) for slug in self._connection.projects)
        if self._connection.incident_query:
            yield Target(self._connection.instance, INCIDENTS)

    def walk(self, target: Target, memory: Memory, as_of: datetime) -> Iterator[Step]:
        """Read a project's days of sessions since those that may still change; or what became of the incidents."""
        if target.name == INCIDENTS:
            yield from self._incidents(target, memory, as_of)
        else:
            yield from self._sessions(target, memory, as_of)

    def _sessions(self, target: Target, memory: Memory, as_of: datetime) -> Iterator[Step]:
        project, walk = self._project(target.name), f"{target.name} sessions"
        until = as_of.replace(minute=0, second=0, microsecond=0)
        since = as_of - self._connection.history_days * _DAY
        kept = mapping_of(memory.cursor(walk))
        if kept:
            since = max(parse_time(kept["until"]) - self._connection.reread_hours * _HOUR, since)
        # A record is of a whole day.
        begin = since.replace(hour=0, minute=0, second=0, microsecond=0)
        spans = max(-(-(until - begin) // _SPAN), 0)
        for number in range(spans):
            start = begin + number * _SPAN
            end = min(start + _SPAN, until)
            try:
                groups = sessions.groups_of(self._answers(project, start, end), self._projects, project)
            except (ValueError, AttributeError, TypeError, KeyError) as error:
                raise BadAnswerError(f"sentry's answer on sessions of {target.name} makes no sense: {error}") from None
            records = list(sessions.records_of(target.instance, groups))
            yield Step(records, {walk: {"until": end.isoformat()}}, (number + 1, spans))

    def _answers(self, project: Project, start: datetime, end: datetime) -> Iterator[Any]:
        """Yield the answers to a span: several where one would leave releases out."""
        asked = {
            "project": project.id,
            "field": list(FIELDS),
            "groupBy": ["release", "environment"],
            "interval": "1h",
            "start": start.isoformat(),
            "end": end.isoformat(),
        }
        answer = self._http.get(f"{self._api}/sessions/", asked).json()
        shown = len(_list(mapping_of(answer).get("groups")))
        hours = (end - start) // _HOUR
        if hours > 1 and shown >= _MOST_POINTS // (hours + 1):
            half = start + hours // 2 * _HOUR
            yield from self._answers(project, start, half)
            yield from self._answers(project, half, end)
            return
        yield answer

    def _incidents(self, target: Target, memory: Memory, as_of: datetime) -> Iterator[Step]:
        kept = mapping_of(memory.cursor(INCIDENTS))
        still_open = set(map(str, _list(kept.get("open"))))
        numbers = [self._project(slug).id for slug in self._connection.projects]
        seen = set[str]()
        for rows in self._pages(numbers, as_of):
            names = [str(mapping_of(row).get("id")) for row in rows]
            seen.update(names)
            known = memory.bodies(issues.STREAM, set(names))
            changed = [name for name, row in zip(names, rows, strict=True) if not issues.is_known(row, known.get(name))]
            yield self._told(target, changed, still_open)
        # One that nobody met since is not listed, whatever became of it.
        yield self._told(target, sorted(still_open - seen), still_open)

    def _told(self, target: Target, names: list[str], still_open: set[str]) -> Step:
        told = [issue for name in names if (issue := self._issue(name)) is not None]
        for issue in map(mapping_of, told):
            (still_open.discard if issue.get("status") == "resolved" else still_open.add)(str(issue.get("id")))
        # What is not asked for again would never be seen to end, so a walk that is cut off has noted all that is open.
        return Step(list(issues.records_of(target.instance, told)), {INCIDENTS: {"open": sorted(still_open)}})

    def _issue(self, name: str) -> Any:
        try:
            return self._http.get(f"{self._api}/issues/{name}/").json()
        except MissingError:
            # It was deleted, or merged into another; what is known of it stays.
            return None

    def _pages(self, numbers: list[str], as_of: datetime) -> Iterator[list[Any]]:
        asked = {
            "project": numbers,
            "query": self._connection.incident_query,
            "sort": "new",
            "limit": 100,
            "start": (as_of - self._connection.history_days * _DAY).isoformat(),
            "end": as_of.isoformat(),
        }
        yield from self._listed(f"{self._api}/issues/", asked)

    def _listed(self, path: str, asked: dict[str, Any]) -> Iterator[list[Any]]:
        """Yield the pages of a list: the Link header names a next one always, and says whether it holds anything."""
        for _ in range(_MOST_PAGES):
            answer = self._http.get(path, asked)
            yield _list(answer.json())
            cursor = next_cursor(answer.headers.get("link", ""))
            if cursor is None:
                return
            asked = {**asked, "cursor": cursor}
        raise BadAnswerError(f"sentry's list {path} does not end; try later")

    def _project(self, slug: str) -> Project:
        if not self._projects:
            rows = [mapping_of(row) for page in self._listed(f"{self._api}/projects/", {}) for row in page]
            self._projects = {str(row["id"]): Project(str(row["id"]), str(row["slug"])) for row in rows if "id" in row}
        found = next((one for one in self._projects.values() if one.slug == slug), None)
        if found is None:
            raise MissingError(_not_shown(slug, [str(one.slug) for one in self._projects.values()]))
        return found

    def examine(self) -> Iterator[Finding]:
        """Try the address, the token and each project."""
        try:
            shown = [target.name for target in self.offered()]
        except VendorError as error:
            yield Finding("act", f"{error} (sources.sentry.url, sources.sentry.organization, STORYLINE_SENTRY_TOKEN)")
            return
        yield Finding("ok", f"sentry answers at {self._connection.url} and shows {len(shown)} projects.")
        for slug in self._connection.projects:
            if slug not in shown:
                yield Finding("act", f"{_not_shown(slug, shown)}.")

    def offered(self) -> list[Target]:
        """List the projects that the token sees."""
        pages = self._listed(f"{self._api}/projects/", {})
        return [Target(self._connection.instance, str(row["slug"])) for page in pages for row in page]


def next_cursor(link: str) -> str | None:
    """Return the cursor of the next page by a Link header, None where it says that there are no results on it."""
    for _, attributes in _LINK.findall(link):
        told = dict(re.findall(r'(\w+)="([^"]*)"', attributes))
        if told.get("rel") == "next":
            return told.get("cursor") if told.get("results") == "true" else None
    return None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _not_shown(slug: str, shown: list[str]) -> str:
    return f"sentry shows no project {slug!r} to this token; it shows {', '.join(sorted(shown)[:20]) or 'none'}"
