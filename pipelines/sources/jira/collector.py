"""Walks a Jira site: each project's changed tickets, then what belongs to the whole site."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from pipelines.clock import now, parse_time
from pipelines.sources.base import RawRecord, mapping_of
from pipelines.sources.http import Http
from pipelines.sources.jira.connection import Deployment, JiraConnection
from pipelines.sources.jira.limits import JiraLimits
from pipelines.sources.jira.pages import boards, changed_issues, issue_ids, updated_ms
from pipelines.sources.jira.sites import SITES, Page, Site
from pipelines.sources.jira.tickets import Tickets, project_of, updated
from pipelines.sources.jira.values import site_of
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
# Two updates of one moment have one version; so what was updated just before it was read is read once more.
_SETTLES_WITHIN_MS = 60_000


class JiraCollector:
    """Reads one site. Implements `Collector`."""

    def __init__(self, connection: JiraConnection, network: Network) -> None:
        self._connection = connection
        headers = {"Authorization": connection.authorization, "Accept": "application/json"}
        self._http = Http(connection.url, headers=headers, limits=JiraLimits(), network=network)
        self._deployment = connection.told_deployment

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
        instance = self._connection.instance
        yield from (Target(instance, project) for project in self._connection.projects)
        yield Target(instance, SITE)

    def walk(self, target: Target, memory: Memory, as_of: datetime) -> Iterator[Step]:
        """Walk one project's changed tickets; or the site's definitions and what was deleted."""
        if self._deployment is None:
            self._deployment = memory.cursor("deployment") or _deployment_of(self._server_info())
            yield Step((), {"deployment": self._deployment})
        site = SITES[self._deployment](self._http)
        if target.name != SITE:
            yield from self._project(site, target, memory)
            return
        yield from self._definitions(site, target, memory, as_of)
        yield from self._census(site, target, memory)

    def _project(self, site: Site, target: Target, memory: Memory) -> Iterator[Step]:
        name, tickets = f"{target.name} issues", Tickets(site, target.instance, memory)
        kept = {"high_ms": None, "place_ms": None, "settled_ms": None} | (memory.cursor(name) or {})
        overlap = self._connection.overlap_minutes * 60_000
        # A walk that was cut off overlaps too: what the search lagged behind with lies before its place.
        since = max((kept["place_ms"] or kept["high_ms"] or 0) - overlap, 0)
        high, settled, read = max(kept["high_ms"] or 0, since), None, 0
        for page in self._changed(site, target.name, since):
            settled = settled or round(page.answered_at.timestamp() * 1_000) - _SETTLES_WITHIN_MS
            high, read = max(high, *map(updated_ms, page.issues)), read + len(page.issues)
            records = list(tickets.records(page.issues, kept["settled_ms"] or 0))
            # The high water stands until the walk is whole; the place lets one that was cut off go on.
            yield Step(records, {name: {**kept, "place_ms": high}}, (read, 0))
        # Jira's search finds nothing in a project that is not there, and says no more.
        if not high:
            self._require(target.name)
        end = {"high_ms": high, "place_ms": None, "settled_ms": settled or kept["settled_ms"]}
        yield Step((), {name: end}, (read, read))

    def _changed(self, site: Site, project: str, since: int) -> Iterator[Page]:
        try:
            yield from changed_issues(site, project, since)
        except BadAnswerError:
            # Some sites find nothing in a project that is not there, others refuse the query.
            self._require(project)
            raise

    def _require(self, project: str) -> None:
        if project not in (shown := {one.name for one in self.offered()}):
            raise MissingError(_not_shown(project, shown))

    def _definitions(self, site: Site, target: Target, memory: Memory, as_of: datetime) -> Iterator[Step]:
        kept = memory.cursor("definitions")
        if kept is not None and as_of - parse_time(kept["read_at"]) < _DEFINITIONS_EVERY:
            return
        answer = self._http.get(f"{site.api}/status")
        # A definition tells no time of its own, so it is as new as the answer.
        records = [RawRecord(target.instance, "statuses", str(row["id"]), row, answer.date) for row in answer.json()]
        records += [
            RawRecord(target.instance, "board_configuration", key, told.json(), told.date)
            for project in self._connection.projects
            for key, told in boards(self._http, project)
        ]
        yield Step(records, {"definitions": {"read_at": as_of.isoformat()}})

    def _census(self, site: Site, target: Target, memory: Memory) -> Iterator[Step]:
        """Find what left: known tickets that no search finds; each is asked for, and is gone or has moved away."""
        known = set(memory.keys("issues", ""))
        missing = known - issue_ids(site, self._connection.projects)
        bodies = memory.bodies("issues", missing)
        gone = mapping_of((memory.cursor("census") or {}).get("gone"))
        new = sorted(
            key
            for key in missing
            if gone.get(key) != updated(bodies[key]) and project_of(bodies[key]) in self._connection.projects
        )
        if len(new) > max(1, len(known) // 2):
            raise RefusedError(
                f"jira no longer shows {len(new):,} of {len(known):,} known tickets; "
                "that is a lost right rather than a deletion: look at the token's permission to browse the projects"
            )
        if not new:
            return
        tickets = Tickets(site, target.instance, memory)
        found = {key: tickets.found(key) for key in new}
        deleted = [key for key in new if found[key] is None]
        moved = [found[key] for key in new if found[key] is not None]
        records = [*(tickets.deletion(bodies[key]) for key in deleted), *tickets.records(moved)]
        yield Step(records, {"census": {"gone": {**gone, **{key: updated(bodies[key]) for key in deleted}}}})

    def _server_info(self) -> dict[str, Any]:
        # Both kinds answer it below either version.
        told = self._http.get("/rest/api/2/serverInfo").json()
        if not isinstance(told, dict) or told.get("baseUrl") is None:
            raise BadAnswerError(f"{self._connection.url} does not answer as a Jira; check sources.jira.url")
        return told

    def examine(self) -> Iterator[Finding]:
        """Try address, kind, clock, token and each project."""
        told, instance = self._connection.told_deployment, self._connection.instance
        try:
            info = self._server_info()
            self._deployment = _deployment_of(info)
            me = self._http.get(f"{SITES[self._deployment].api}/myself")
        except VendorError as error:
            yield Finding("act", f"{error} (sources.jira.url, sources.jira.email, STORYLINE_JIRA_TOKEN)")
            return
        yield Finding("ok", f"jira answers at {self._connection.url} and knows the token.")
        if told not in (None, self._deployment):
            yield Finding("act", f'jira is no {told} there; set sources.jira.deployment to "{self._deployment}".')
        if (own := site_of(info["baseUrl"])) != instance:
            yield Finding("warn", f'jira calls itself {own}, and the log {instance}; set sources.jira.host to "{own}".')
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
        if self._deployment is None:
            self._deployment = _deployment_of(self._server_info())
        api = SITES[self._deployment].api
        found = self._http.get(f"{api}/project").json() if self._deployment == "data_center" else self._projects(api)
        return [Target(self._connection.instance, str(row["key"])) for row in found]

    def _projects(self, api: str) -> list[Any]:
        found: list[Any] = []
        while True:
            asked = {"startAt": len(found), "maxResults": 50}
            page = self._http.get(f"{api}/project/search", asked).json()
            found += page["values"]
            if page.get("isLast", True) or not page["values"]:
                return found


def _deployment_of(info: Mapping[str, Any]) -> Deployment:
    return "cloud" if info.get("deploymentType") == "Cloud" else "data_center"


def _not_shown(project: str, shown: set[str]) -> str:
    return f"jira shows no project {project} to this token; it shows {', '.join(sorted(shown)) or 'none'}"
