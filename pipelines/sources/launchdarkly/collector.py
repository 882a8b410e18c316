"""Walks a LaunchDarkly project: its environments, what its audit log tells anew, its flags, and running releases."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from pipelines.clock import now, parse_time
from pipelines.sources.base import RawRecord, mapping_of
from pipelines.sources.http import Http
from pipelines.sources.launchdarkly.actions import is_of_a_release, needs_detail, places_of
from pipelines.sources.launchdarkly.auditlog import AuditLog, Row, date_of
from pipelines.sources.launchdarkly.connection import LaunchDarklyConnection
from pipelines.sources.launchdarkly.limits import LaunchDarklyLimits
from pipelines.sources.launchdarkly.pages import Page, pages
from pipelines.sources.launchdarkly.recording import release_key, release_version
from pipelines.sources.launchdarkly.values import EVERY
from pipelines.sources.live import Finding, Memory, MissingError, Network, RefusedError, Step, Target, VendorError
from pipelines.sources.values import text

VERSION, BETA = "20240415", {"LD-API-Version": "beta"}
_DEFINITIONS_EVERY = timedelta(days=7)
_ENDED = ("completed", "reverted")


class LaunchDarklyCollector:
    """Reads one account. Implements `Collector`."""

    def __init__(self, connection: LaunchDarklyConnection, network: Network) -> None:
        self._connection = connection
        token = connection.token.get_secret_value()
        # Not a bearer's. Without a version the one of the token holds, whichever that is.
        headers = {"Authorization": token, "LD-API-Version": VERSION, "Accept": "application/json"}
        self._http = Http(connection.url, headers=headers, limits=LaunchDarklyLimits(), network=network)

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._http.requests

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def targets(self) -> Iterator[Target]:
        """Yield the projects that the settings name, in that order."""
        if not self._connection.projects:
            raise RefusedError("no project is named; put their keys into sources.launchdarkly.projects")
        yield from (Target(self._connection.instance, project) for project in self._connection.projects)

    def walk(self, target: Target, memory: Memory, as_of: datetime) -> Iterator[Step]:
        """Walk what is new of a project."""
        project = _Project(self._http, target, memory, self._connection.overlap_minutes * 60_000)
        yield from project.definitions(as_of)
        yield from project.audit_log()
        yield from project.flags()
        yield from project.releases()

    def examine(self) -> Iterator[Finding]:
        """Try address, token, clock and each project."""
        try:
            me = self._http.get("/api/v2/caller-identity")
            me.json()
            shown = {target.name for target in self.offered()}
        except VendorError as error:
            yield Finding("act", f"{error} (sources.launchdarkly.url, STORYLINE_LAUNCHDARKLY_TOKEN)")
            return
        yield Finding("ok", f"launchdarkly answers at {self._connection.url} and knows the token.")
        if me.is_by_another_clock:
            yield Finding(
                "warn",
                f"this machine's clock and launchdarkly's differ: ours {now():%H:%M}, its {me.date:%H:%M} UTC.",
            )
        for project in self._connection.projects:
            if project in shown:
                yield self._history(project)
            else:
                known = ", ".join(sorted(shown)) or "none"
                yield Finding("act", f"launchdarkly shows no project {project} to this token; it shows {known}.")

    def _history(self, project: str) -> Finding:
        """Tell whether the token sees what was done to a project's flags: a list that is hidden is just empty."""
        asked = {"spec": f"proj/{project}:env/*:flag/*", "limit": 1}
        try:
            told = mapping_of(self._http.get("/api/v2/auditlog", asked).json()).get("items")
        except VendorError as error:
            return Finding("act", f"{error} (project {project})")
        if not told:
            right = "if it has flags, the token's role lacks the right to see it"
            return Finding("warn", f"launchdarkly shows project {project} and no audit log of its flags; {right}.")
        return Finding("ok", f"launchdarkly shows project {project} and its audit log.")

    def offered(self) -> list[Target]:
        """List the projects that the token may see."""
        found = (row for page in pages(self._http, "/api/v2/projects", "key") for row in page.rows)
        return [Target(self._connection.instance, str(row["key"])) for row in found if text(row.get("key"))]


class _Project:
    """One project being walked.

    Args:
        overlap: milliseconds of the audit log that are read again.
    """

    def __init__(self, http: Http, target: Target, memory: Memory, overlap: int) -> None:
        self._http, self._instance, self._name = http, target.instance, target.name
        self._memory, self._overlap = memory, overlap
        self._environments: list[str] = []

    def definitions(self, as_of: datetime) -> Iterator[Step]:
        """Read which environments there are, weekly; flags are due then too, should an entry ever have been missed."""
        kept = self._cursor("definitions")
        self._environments = list(kept.get("environments") or ())
        if kept and as_of - parse_time(kept["read_at"]) < _DEFINITIONS_EVERY:
            return
        path = f"/api/v2/projects/{_part(self._name)}/environments"
        found = [(row, page.answered_at) for page in pages(self._http, path, "key") for row in page.rows]
        self._environments = [str(row["key"]) for row, _ in found if text(row.get("key"))]
        records = [
            RawRecord(self._instance, "environments", f"{self._name}/{row.get('key')}", row, at) for row, at in found
        ]
        read = {"read_at": as_of.isoformat(), "environments": self._environments}
        yield Step(records, {self._walk("definitions"): read, self._walk("flags"): {"is_due": True}})

    def audit_log(self) -> Iterator[Step]:
        """Read the audit log down to where the last walk began. Where it stands moves only once all of it is read."""
        high = self._cursor("auditlog").get("high_ms")
        log = AuditLog(self._http, self._name, self._environments, self._flag_keys)
        known = set(self._memory.keys("auditlog", ""))
        newest, running, read, is_due = high or 0, set[str](), 0, False
        for page in log.pages(None if high is None else high - self._overlap - 1):
            records = [self._entry(row) for row in page if str(row["_id"]) not in known]
            # What a walk that was cut off kept is known, and what follows from it was not done.
            new = [row for row in page if str(row["_id"]) not in known or date_of(row) > (high or 0)]
            newest = max([newest, *map(date_of, page)])
            running |= {key for row in new if is_of_a_release(row) for key in _release_places(row)}
            read, is_due = read + len(page), is_due or bool(new)
            if records:
                yield Step(records, done=(read, 0))
        cursors: dict[str, Any] = {self._walk("auditlog"): {"high_ms": newest}}
        if is_due:
            cursors[self._walk("flags")] = {"is_due": True}
        if running:
            cursors[self._walk("releases")] = {"running": sorted(running | set(self._running()))}
        yield Step((), cursors, (read, read))

    def _entry(self, row: Row) -> RawRecord:
        """Return an entry as it is kept: whole where it changes a configuration, else as it is listed."""
        body: Any = row
        if needs_detail(row):
            try:
                body = self._http.get(f"/api/v2/auditlog/{_part(row['_id'])}").json()
            except MissingError:
                # It is kept as listed; the mapping says that it tells no state.
                body = row
        return RawRecord(self._instance, "auditlog", str(row["_id"]), body)

    def flags(self) -> Iterator[Step]:
        """Read all flags, archived ones too, after anything was done to one."""
        if not self._cursor("flags").get("is_due"):
            return
        read = 0
        for page in self._flag_pages():
            read += len(page.rows)
            records = [
                RawRecord(self._instance, "flags", f"{self._name}/{row.get('key')}", row, page.answered_at)
                for row in page.rows
            ]
            yield Step(records, done=(read, 0))
        yield Step((), {self._walk("flags"): {"is_due": False}}, (read, read))

    def _flag_pages(self) -> Iterator[Page]:
        # In the order of their creation: a flag that is made while they are read comes last.
        path, order = f"/api/v2/flags/{_part(self._name)}", {"sort": "creationDate"}
        for state in ({}, {"filter": "state:archived"}):
            yield from pages(self._http, path, "key", order | state)

    def _flag_keys(self) -> set[str]:
        """Return the flags that there are, and those that the log knows: some may be gone."""
        known = {key.partition("/")[2] for key in self._memory.keys("flags", f"{self._name}/")}
        return known | {str(row.get("key")) for page in self._flag_pages() for row in page.rows}

    def releases(self) -> Iterator[Step]:
        """Read the releases of each flag that has one under way, until it ended."""
        running = self._running()
        for place in list(running):
            flag, _, environment = place.partition("/")
            names = [_part(name) for name in (self._name, flag, environment)]
            path = "/api/v2/projects/{}/flags/{}/environments/{}/releases".format(*names)
            try:
                found = [row for page in pages(self._http, path, "id", headers=BETA) for row in page.rows]
            except MissingError:
                # A flag that is gone, or an account that has no such releases: the audit log has told its steps.
                found = []
            if all(row.get("status") in _ENDED for row in found):
                running = [one for one in running if one != place]
            records = [
                RawRecord(self._instance, "releases", key, row, release_version(row))
                for row in found
                if (key := release_key(row))
            ]
            yield Step(records, {self._walk("releases"): {"running": running}})

    def _running(self) -> list[str]:
        return list(self._cursor("releases").get("running") or ())

    def _walk(self, what: str) -> str:
        return f"{self._name} {what}"

    def _cursor(self, what: str) -> Mapping[str, Any]:
        return mapping_of(self._memory.cursor(self._walk(what)))


def _release_places(row: Row) -> list[str]:
    """Return the flag and environment of each place that an entry is about, as `csv-export/production`."""
    return [f"{place.flag}/{place.environment}" for place in places_of(row) if place.environment != EVERY]


def _part(name: Any) -> str:
    """Return a name as a part of a path."""
    return quote(str(name), safe="")
