"""Polls Split: each workspace's flags, and in each environment how they stand now. What changed becomes a record."""

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
from pipelines.sources.split.connection import INSTANCE, SplitConnection
from pipelines.sources.split.limits import SplitLimits
from pipelines.sources.split.pages import API, every
from pipelines.sources.split.recording import Place, definition_record, flag_record, newest
from pipelines.sources.values import rows, text


class SplitCollector:
    """Reads one account. Implements `Collector`."""

    def __init__(self, connection: SplitConnection, network: Network) -> None:
        self._connection = connection
        headers = {**connection.headers, "Accept": "application/json"}
        self._http = Http(connection.url, headers=headers, limits=SplitLimits(), network=network)
        self._ids: dict[str, str] = {}

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._http.requests

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def targets(self) -> Iterator[Target]:
        """Yield the workspaces that the settings name, in that order."""
        if not self._connection.workspaces:
            raise RefusedError("no workspace is named; put their names into sources.split.workspaces")
        yield from (Target(INSTANCE, workspace) for workspace in self._connection.workspaces)

    def walk(self, target: Target, memory: Memory, as_of: datetime) -> Iterator[Step]:
        """Poll one workspace: its flags, then its environments one by one."""
        workspace = self._id(target.name)
        listed = self._http.get(f"{API}/environments/ws/{quote(workspace, safe='')}").json()
        environments = [row for row in rows(listed) if text(row.get("id")) is not None]
        if not isinstance(listed, list):
            raise BadAnswerError("split answers no list of environments; check sources.split.url")
        flags = every(self._http, f"splits/ws/{quote(workspace, safe='')}")
        parts = 1 + len(environments)
        deletions = list(self._deletions(target.name, workspace, flags, memory, as_of))
        records = [flag_record(workspace, row) for row in flags.values()]
        yield Step([*records, *deletions], {}, (1, parts))
        for done, environment in enumerate(environments, start=2):
            changed = list(self._changed(Place(workspace, environment), flags, memory, as_of))
            yield Step(changed, {}, (done, parts))

    def _changed(self, place: Place, flags: Mapping[str, Any], memory: Memory, as_of: datetime) -> Iterator[RawRecord]:
        environment = quote(str(place.environment["id"]), safe="")
        told = every(self._http, f"splits/ws/{quote(place.workspace, safe='')}/environments/{environment}")
        keys = newest(list(memory.keys("definitions", place.key)))
        bodies = memory.bodies("definitions", list(keys.values()))
        before = {stem.removeprefix(place.key): bodies[key] for stem, key in keys.items() if key in bodies}
        # A flag that is gone altogether is told by its deletion.
        here = [name for name, body in before.items() if mapping_of(body).get("definition") and name in flags]
        left = [name for name in here if name not in told]
        _refuse_lost_right(f"environment {text(place.environment.get('name'))}", len(left), len(here))
        for name in (*told, *left):
            record = definition_record(place, name, told.get(name), before.get(name), as_of)
            if record is not None:
                yield record

    def _deletions(
        self, name: str, workspace: str, flags: Mapping[str, Any], memory: Memory, as_of: datetime
    ) -> Iterator[RawRecord]:
        """Yield what left since the last poll: known flags that no list shows."""
        told = memory.keys("deletions", f"{workspace}/")
        known = memory.keys("flags", f"{workspace}/")
        missing = [key for key in known if key.partition("/")[2] not in flags]
        bodies: Mapping[str, Any] = memory.bodies("flags", missing) if missing else {}
        gone = {}
        for key in sorted(missing):
            # A name may be used again; when its flag was made tells one from the other.
            created = text(mapping_of(mapping_of(bodies.get(key)).get("flag")).get("creationTime"))
            gone[f"{key}@{created}"] = {"workspace": workspace, "flag": key.partition("/")[2], "created": created}
        new = [key for key in gone if key not in told]
        _refuse_lost_right(f"workspace {name}", len(new), len(known) - len(gone) + len(new))
        yield from (RawRecord(INSTANCE, "deletions", key, gone[key], as_of) for key in new)

    def _id(self, name: str) -> str:
        """Return the id of a workspace that is named by it or by its name."""
        self._ids = self._ids or {str(row["id"]): text(row.get("name")) or "" for row in self._workspaces()}
        for workspace, called in self._ids.items():
            if name in (workspace, called):
                return workspace
        raise MissingError(_not_shown(name, set(self._ids.values())))

    def _workspaces(self) -> list[Mapping[str, Any]]:
        return list(every(self._http, "workspaces", "id").values())

    def examine(self) -> Iterator[Finding]:
        """Try address, token, clock and each workspace."""
        try:
            answer = self._http.get(f"{API}/workspaces", {"limit": 1})
            shown = {str(row["id"]): text(row.get("name")) for row in self._workspaces()}
        except VendorError as error:
            yield Finding("act", f"{error} (sources.split.url, STORYLINE_SPLIT_TOKEN)")
            return
        yield Finding("ok", f"split answers at {self._connection.url} and knows the token.")
        if answer.is_by_another_clock:
            yield Finding(
                "warn", f"this machine's clock and split's differ: ours {now():%H:%M}, split's {answer.date:%H:%M} UTC."
            )
        for workspace in self._connection.workspaces:
            if workspace in shown or workspace in shown.values():
                yield Finding("ok", f"split shows workspace {workspace}.")
            else:
                yield Finding("act", f"{_not_shown(workspace, {name for name in shown.values() if name})}.")

    def offered(self) -> list[Target]:
        """List the workspaces that the token can see."""
        return [Target(INSTANCE, text(row.get("name")) or str(row["id"])) for row in self._workspaces()]


def _refuse_lost_right(where: str, gone: int, known: int) -> None:
    if gone > max(1, known // 2):
        raise RefusedError(
            f"split no longer shows {gone:,} of {known:,} known flags in {where}; "
            "that is a lost right rather than a deletion: look at the token's rights"
        )


def _not_shown(workspace: str, shown: set[str]) -> str:
    return f"split shows no workspace {workspace} to this token; it shows {', '.join(sorted(shown)) or 'none'}"
