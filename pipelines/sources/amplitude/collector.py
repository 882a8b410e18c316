"""Walks a project's exports by hour of upload, oldest first: what is new, and the newest hours once more."""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pipelines.clock import parse_time
from pipelines.events.usage import UsagePart
from pipelines.sources.amplitude.archive import ZIP, BrokenArchiveError, Member, hours, unpacked
from pipelines.sources.amplitude.connection import AmplitudeConnection
from pipelines.sources.amplitude.limits import AmplitudeLimits
from pipelines.sources.downloads import BrokenDownloadError, Download
from pipelines.sources.http import Http
from pipelines.sources.live import BadAnswerError, Finding, Memory, Network, RefusedError, Step, Target, VendorError

EXPORT = "/api/2/export"
WALK = "exports"
_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)
_FIRST_DAYS = timedelta(days=30)
_STAMP = "%Y%m%dT%H"
# Before there was any project: right keys are told that there is nothing, wrong ones that they are wrong.
_NOTHING = (datetime(2010, 1, 1, tzinfo=UTC), datetime(2010, 1, 1, 1, tzinfo=UTC))


class AmplitudeCollector:
    """Reads one project. Implements `Collector`."""

    def __init__(self, connection: AmplitudeConnection, network: Network) -> None:
        self._connection = connection
        headers = {"Authorization": connection.authorization, "Accept": "application/zip"}
        self._http = Http(connection.url, headers=headers, limits=AmplitudeLimits(), network=network)
        if network.scratch is not None:
            # What a killed run left there is events of people, in the clear.
            shutil.rmtree(network.scratch / "amplitude", ignore_errors=True)
            (network.scratch / "amplitude").mkdir(parents=True, mode=0o700)
        self._desk = Path(tempfile.mkdtemp(dir=network.scratch and network.scratch / "amplitude"))

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._http.requests

    def close(self) -> None:
        """Close every connection, and delete what was downloaded."""
        self._http.close()
        shutil.rmtree(self._desk, ignore_errors=True)

    def targets(self) -> Iterator[Target]:
        """Yield the project."""
        yield from self._project()

    def walk(self, target: Target, memory: Memory, as_of: datetime) -> Iterator[Step]:
        """Export what is new, the newest hours again, and then whatever lies before what is known."""
        kept = memory.cursor(WALK) or {}
        limit = _floor(as_of - timedelta(hours=self._connection.lag_hours))
        settled = limit - timedelta(hours=self._connection.tail_hours)
        begins = self._begins(kept, as_of)
        known_from = parse_time(kept["begins_at"]) if kept else begins
        until = parse_time(kept["exported_until"]) if kept else begins
        again = max(until - timedelta(hours=self._connection.tail_hours), known_from)
        parts = [*self._ranges(again, limit)]
        # Newest first, so that what is known never has a hole.
        parts += reversed([*self._ranges(begins, known_from)])
        for done, (first, end) in enumerate(parts):
            for part_first, part_end, members in self._exported(first, end):
                until = max(until, part_end) if part_first >= known_from else until
                known_from = part_first if part_end == known_from else known_from
                cursor = {"begins_at": known_from.isoformat(), "exported_until": until.isoformat()}
                usage = UsagePart(target.instance, tuple(hours(members)), settled_until=settled)
                yield Step((), {WALK: cursor}, (done + 1, len(parts)), usage)
        yield Step((), usage=UsagePart(target.instance, settled_until=settled), done=(len(parts), len(parts)))

    def backfill(self, target: Target, first: datetime, end: datetime, as_of: datetime) -> Iterator[Step]:
        """Export [first, end) whatever is known of it, and move no cursor."""
        settled = _floor(as_of - timedelta(hours=self._connection.lag_hours + self._connection.tail_hours))
        for _, _, members in self._exported(first, min(end, _floor(as_of))):
            yield Step((), usage=UsagePart(target.instance, tuple(hours(members)), settled_until=settled))

    def examine(self) -> Iterator[Finding]:
        """Try address and keys."""
        project = self._connection.project
        try:
            list(self._exported(*_NOTHING))
        except VendorError as error:
            yield Finding("act", f"amplitude: {error}")
        else:
            yield Finding("ok", f"amplitude takes the keys; exports of project {project} can be asked for")
        if self._connection.begins_on is None:
            yield Finding(
                "warn",
                "sources.amplitude.begins_on is not set, so the first run exports thirty days; name the first day",
            )

    def offered(self) -> list[Target]:
        """Return the project, once its keys were taken."""
        list(self._exported(*_NOTHING))
        return list(self._project())

    def _project(self) -> Iterator[Target]:
        yield Target(self._connection.project, self._connection.project)

    def _begins(self, kept: dict[str, Any], as_of: datetime) -> datetime:
        told = self._connection.begins_on
        if told is not None:
            return datetime(told.year, told.month, told.day, tzinfo=UTC)
        return parse_time(kept["begins_at"]) if kept else _floor(as_of - _FIRST_DAYS).replace(hour=0)

    def _ranges(self, first: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Cut [first, end) at midnights, so that each day comes whole."""
        while first < end:
            midnight = first.replace(hour=0) + self._connection.days_per_request * _DAY
            yield first, min(midnight, end)
            first = midnight

    def _exported(self, first: datetime, end: datetime) -> Iterator[tuple[datetime, datetime, list[Member]]]:
        """Yield what was uploaded in [first, end), in halves where it is too much for one answer."""
        try:
            yield first, end, self._export(first, end)
        except _TooLarge:
            if end - first <= _HOUR:
                raise BadAnswerError(
                    f"amplitude exports no more than 4 GB at once, and the hour {first:{_STAMP}} of project "
                    f"{self._connection.project} is more; take it from the export to S3 with `storyline replay`"
                ) from None
        else:
            return
        # By whole days where there are several, else by hours.
        unit = _DAY if end - first > _DAY else _HOUR
        middle = first + unit * max((end - first) // unit // 2, 1)
        yield from self._exported(first, middle)
        yield from self._exported(middle, end)

    def _export(self, first: datetime, end: datetime) -> list[Member]:
        found: list[Member] = []

        def unpack(archive: Path) -> None:
            shutil.rmtree(self._desk / "members", ignore_errors=True)
            try:
                found[:] = unpacked(archive, self._desk / "members")
            except BrokenArchiveError as error:
                raise BrokenDownloadError(str(error)) from None

        into = self._desk / "export.zip"
        wanted = Download(into, self._connection.max_export_bytes, "a zip file", ZIP, unpack, taken=(400, 404))
        params = {"start": f"{first:{_STAMP}}", "end": f"{end - _HOUR:{_STAMP}}"}
        try:
            answer = self._http.download(EXPORT, params, wanted)
        finally:
            into.unlink(missing_ok=True)
        if answer.status == 400:
            raise _TooLarge
        # 404: nothing was uploaded then.
        self._require_own(found)
        return found if answer.status == 200 else []

    def _require_own(self, found: list[Member]) -> None:
        others = sorted({member.project for member in found} - {self._connection.project})
        if others:
            raise RefusedError(
                f"the keys are of amplitude's project {others[0]}, and sources.amplitude.projects names "
                f"{self._connection.project}; put the id that belongs to the keys there"
            )


class _TooLarge(Exception):
    """The answer would be more than the API allows."""


def _floor(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
