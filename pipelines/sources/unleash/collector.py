"""Walks an Unleash server: each project's newest events tell which flags changed, and those are read anew, whole."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from pipelines.clock import now
from pipelines.sources.base import RawRecord, mapping_of
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
from pipelines.sources.unleash.connection import UnleashConnection
from pipelines.sources.unleash.history import MOST, of_features, pages
from pipelines.sources.unleash.limits import UnleashLimits
from pipelines.sources.unleash.recording import Surroundings, record_of
from pipelines.sources.unleash.timeline import OF_A_PROJECT
from pipelines.sources.unleash.values import whole
from pipelines.sources.values import rows, text

# Ids are drawn before a transaction ends, so a smaller one may appear after a larger: so far back is looked again.
_OVERLAP = 200
# A page of a night in which little happened: what is looked at again, and room for what is new.
_QUIET = _OVERLAP + 50
# Flags whose histories are asked for in one request.
_TOGETHER = 20


class UnleashCollector:
    """Reads one server. Implements `Collector`."""

    def __init__(self, connection: UnleashConnection, network: Network) -> None:
        self._connection = connection
        headers = {"Authorization": connection.token.get_secret_value(), "Accept": "application/json"}
        self._http = Http(connection.url, headers=headers, limits=UnleashLimits(), network=network)

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
            raise RefusedError("no project is named; put their ids into sources.unleash.projects")
        yield from (Target(self._connection.instance, project) for project in self._connection.projects)

    def walk(self, target: Target, memory: Memory, as_of: datetime) -> Iterator[Step]:  # noqa: ARG002 - the protocol's
        """Walk the flags of one project that have events which are not known yet."""
        name = f"{target.name} events"
        kept = {"high": 0, "seen": [], "pending": []} | (memory.cursor(name) or {})
        new = self._new(target.name, kept)
        if not new["high"]:
            self._require(target.name)
        pending = new["pending"]
        # The events are read to their end, and what they name waits in the cursor: a walk that is cut off goes on.
        yield Step((), {name: new}, (0, len(pending)))
        if not pending:
            return
        around = self._surroundings(target.name)
        for start in range(0, len(pending), _TOGETHER):
            together, left = pending[start : start + _TOGETHER], pending[start + _TOGETHER :]
            records = list(self._records(target, together, around))
            yield Step(records, {name: {**new, "pending": left}}, (len(pending) - len(left), len(pending)))

    def _new(self, project: str, kept: Mapping[str, Any]) -> dict[str, Any]:
        """Return where the events of a project now stand, and the flags that those not known yet are of."""
        high, seen = kept["high"], set(kept["seen"])
        numbers: set[int] = set()
        names: dict[str, None] = {}
        of_many = False
        for page in pages(self._http, {"project": f"IS:{project}"}, _QUIET if high else MOST):
            told = {number: row for row in page if (number := whole(row.get("id"))) is not None}
            if not numbers and max(told, default=0) < high:
                # The server was set up anew: its events are counted from one again.
                high, seen = 0, set()
            for number in sorted(told.keys() - numbers, reverse=True):
                if number > high - _OVERLAP:
                    numbers.add(number)
                if number > high - _OVERLAP and number not in seen:
                    of_many = of_many or text(told[number].get("type")) in OF_A_PROJECT
                    names |= {named: None for named in (text(told[number].get("featureName")),) if named is not None}
            if min(told, default=0) <= high - _OVERLAP:
                break
        if of_many:
            names |= dict.fromkeys(self._names(project))
        top = max(numbers, default=high)
        return {
            "high": top,
            "seen": sorted(number for number in numbers if number > top - _OVERLAP),
            # The oldest change first, and what an earlier walk left before all.
            "pending": list(dict.fromkeys([*kept["pending"], *reversed(names)])),
        }

    def _records(self, target: Target, names: list[str], around: Surroundings) -> Iterator[RawRecord]:
        for name, history in of_features(self._http, names).items():
            projects = [project for row in history if (project := text(row.get("project"))) is not None]
            definition = self._definition(projects[-1] if projects else target.name, name)
            if history or definition is not None:
                yield record_of(target.instance, name, definition, history, around)

    def _definition(self, project: str, name: str) -> Mapping[str, Any] | None:
        path = f"/api/admin/projects/{quote(project, safe='')}/features/{quote(name, safe='')}"
        try:
            told = self._http.get(path).json()
        except MissingError:
            # Archived, deleted, or moved to a project that this token may not see.
            return None
        if not isinstance(told, dict):
            raise BadAnswerError(f"unleash answers no flag to {path}; check sources.unleash.url")
        return told

    def _surroundings(self, project: str) -> Surroundings:
        environments = mapping_of(self._http.get("/api/admin/environments").json())
        segments = mapping_of(self._http.get("/api/admin/segments").json())
        filters = {"project": f"IS:{project}", "type": f"IS_ANY_OF:{','.join(sorted(OF_A_PROJECT))}"}
        events = [row for page in pages(self._http, filters) for row in page]
        return Surroundings.of(environments.get("environments"), segments.get("segments"), events)

    def _names(self, project: str) -> list[str]:
        told = mapping_of(self._http.get(f"/api/admin/projects/{quote(project, safe='')}/features").json())
        return [name for row in rows(told.get("features")) if (name := text(row.get("name"))) is not None]

    def _require(self, project: str) -> None:
        # The server finds no event of a project that is not there, and says no more.
        if project not in (shown := {one.name for one in self.offered()}):
            raise MissingError(_not_shown(project, shown))

    def examine(self) -> Iterator[Finding]:
        """Try address, token, clock, the right to read events, and each project."""
        try:
            shown = {target.name for target in self.offered()}
            answer = self._http.get("/api/admin/search/events", {"limit": 1})
        except VendorError as error:
            yield Finding("act", f"{error} (sources.unleash.url, STORYLINE_UNLEASH_TOKEN)")
            return
        yield Finding("ok", f"unleash answers at {self._connection.url} and knows the token.")
        if answer.is_by_another_clock:
            yield Finding(
                "warn", f"this machine's clock and unleash's differ: ours {now():%H:%M}, its {answer.date:%H:%M} UTC."
            )
        for project in self._connection.projects:
            if project in shown:
                yield Finding("ok", f"unleash shows project {project}.")
            else:
                yield Finding("act", f"{_not_shown(project, shown)}.")

    def offered(self) -> list[Target]:
        """List the projects that the token can see."""
        told = mapping_of(self._http.get("/api/admin/projects").json())
        if not isinstance(told.get("projects"), list):
            raise BadAnswerError(f"{self._connection.url} does not answer as an Unleash; check sources.unleash.url")
        found = (text(row.get("id")) for row in rows(told["projects"]))
        return [Target(self._connection.instance, project) for project in found if project is not None]


def _not_shown(project: str, shown: set[str]) -> str:
    return f"unleash shows no project {project} to this token; it shows {', '.join(sorted(shown)) or 'none'}"
