"""Walks Actions runs. They can be asked for by when they were made alone, so re-runs are found by looking again.

A search tells of a thousand runs at most: a longer time is cut in two until it holds fewer.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from pipelines.sources.answers import Answer
from pipelines.sources.base import RawRecord, mapping_of
from pipelines.sources.github.rows import moment, newest
from pipelines.sources.github.walks import Walk, answered_at, stamp, told_at
from pipelines.sources.live import BadAnswerError, MissingError, Step

NAME = "runs"
_PAGE = 100
_AT_ONCE = 25
_MOST_RESULTS = 1_000
_SECOND = timedelta(seconds=1)
# A run that goes on longer is found by the second look at older ones.
_RUNS_END_WITHIN = timedelta(days=3)
_SECOND_LOOKS = 2
_READ_AGAIN = 3


class Builds:
    """The runs of one repository, from its first day on."""

    def __init__(self, walk: Walk, first_day: datetime) -> None:
        self._walk, self._kept = walk, walk.cursor(NAME)
        high = moment(self._kept.get("high"))
        self._since = high - timedelta(minutes=walk.connection.overlap_minutes) if high else first_day
        self._now = first_day
        self._seen = newest([high])
        self._unfinished: list[datetime] = []

    def steps(self) -> Iterator[Step]:
        """Yield what is new, window by window and the oldest first; then a second look at what is a few weeks old."""
        asked = {"created": f">={stamp(self._since)}", "per_page": _PAGE}
        tag = self._kept.get("etag") if self._kept.get("asked") == asked["created"] else None
        first = self._walk.client.get(self._walk.address("actions/runs"), asked, etag=tag)
        self._now = answered_at(first)
        if not first.is_unchanged:
            yield from self._window(self._since, None, first)
            high = min([*self._unfinished, *([self._seen] if self._seen else [])], default=None)
            end = {**self._kept, "high": stamp(high) if high else None, "etag": None, "asked": None}
            if not self._unfinished and end["high"] == self._kept.get("high"):
                end |= {"etag": first.etag, "asked": asked["created"]}
            self._kept = end
            yield Step((), {self._walk.named(NAME): end})
        yield from self._second_look()

    def _window(self, begin: datetime, end: datetime | None, first: Answer | None = None) -> Iterator[Step]:
        created = f"{stamp(begin)}..{stamp(end)}" if end else f">={stamp(begin)}"
        asked = {"created": created, "per_page": _PAGE}
        answer = first or self._walk.client.get(self._walk.address("actions/runs"), asked)
        if int(answer.json().get("total_count") or 0) >= _MOST_RESULTS:
            half = begin + (((end or self._now) - begin) / 2)
            if (end or self._now) - begin < 2 * _SECOND:
                raise BadAnswerError(f"github tells of more than a thousand runs in the second {stamp(begin)}")
            yield from self._window(begin, half)
            yield from self._window(half.replace(microsecond=0) + _SECOND, end)
            return
        rows = self._rows(asked, answer)
        yield from self._taken(rows)
        if end is not None:
            self._kept = {**self._kept, "high": stamp(end)}
            yield Step((), {self._walk.named(NAME): self._kept})

    def _rows(self, asked: Mapping[str, Any], first: Answer) -> list[Any]:
        """Return a window's runs, the oldest first. One that is deleted meanwhile moves the others to earlier pages."""
        known: Answer | None = first
        for _ in range(_READ_AGAIN):
            found, totals = dict[Any, Any](), set[int]()
            for answer in self._walk.client.pages(self._walk.address("actions/runs"), asked, known):
                told = answer.json()
                found |= {row["id"]: row for row in told["workflow_runs"]}
                totals.add(int(told.get("total_count") or 0))
            if len(totals) == 1:
                break
            known = None
        return sorted(found.values(), key=lambda row: (str(row["created_at"]), row["id"]))

    def _taken(self, rows: Sequence[Any]) -> Iterator[Step]:
        for row in rows:
            created_at = told_at(row, "created_at")
            self._seen = newest([self._seen, created_at])
            if _is_open(row) and created_at > self._now - _RUNS_END_WITHIN:
                self._unfinished.append(created_at)
        new = self._changed(rows)
        for start in range(0, len(new), _AT_ONCE):
            part = new[start : start + _AT_ONCE]
            yield Step([record for row in part for record in self._records(row)], {}, (start + len(part), len(new)))

    def _changed(self, rows: Sequence[Any]) -> list[Any]:
        known = self._walk.memory.bodies("actions_runs", {self._key(row) for row in rows})
        return [row for row in rows if _state(known.get(self._key(row))) != _state(row)]

    def _key(self, row: Mapping[str, Any], attempt: int | None = None) -> str:
        return f"{self._walk.target.name}/{row['id']}.{attempt or row.get('run_attempt') or 1}"

    def _records(self, row: Mapping[str, Any]) -> Iterator[RawRecord]:
        """Yield a run with the attempts before this one that are not known, and its jobs."""
        earlier = {self._key(row, attempt): attempt for attempt in range(1, int(row.get("run_attempt") or 1))}
        known = self._walk.memory.bodies("actions_runs", earlier.keys()) if earlier else {}
        for key, attempt in earlier.items():
            if key not in known:
                path = self._walk.address(f"actions/runs/{row['id']}/attempts/{attempt}")
                # An attempt may be deleted on its own.
                with suppress(MissingError):
                    yield self._run(self._walk.client.get(path).json())
        yield self._run(row)
        if told_at(row, "created_at") < self._now - timedelta(days=self._walk.connection.job_days):
            return
        path = self._walk.address(f"actions/runs/{row['id']}/jobs")
        for answer in self._walk.client.pages(path, {"filter": "all", "per_page": _PAGE}):
            for job in answer.json()["jobs"]:
                version = newest(moment(job.get(name)) for name in ("completed_at", "started_at", "created_at"))
                yield self._walk.record("actions_jobs", f"/{job['id']}", job, version)

    def _run(self, row: Any) -> RawRecord:
        key = f"/{row['id']}.{row.get('run_attempt') or 1}"
        return self._walk.record("actions_runs", key, row, told_at(row, "updated_at"))

    def _second_look(self) -> Iterator[Step]:
        """Yield what changed among older runs, a page or two each time and in turn, for re-runs come late."""
        horizon = self._now - timedelta(days=self._walk.connection.rescan_days)
        until = moment(self._kept.get("again")) or self._since
        for _ in range(_SECOND_LOOKS):
            if until <= horizon:
                until = self._since
                if until <= horizon:
                    return
            asked = {"created": f"{stamp(horizon)}..{stamp(until)}", "per_page": _PAGE}
            rows = self._walk.client.get(self._walk.address("actions/runs"), asked).json()["workflow_runs"]
            yield from self._taken(rows)
            is_end = len(rows) < _PAGE
            oldest = min((told_at(row, "created_at") for row in rows), default=horizon)
            until = self._since if is_end else min(oldest, until - _SECOND)
            self._kept = {**self._kept, "again": None if is_end else stamp(until)}
            yield Step((), {self._walk.named(NAME): self._kept})
            if is_end:
                return


def _state(row: Any) -> Any:
    told = mapping_of(row)
    return tuple(told.get(name) for name in ("updated_at", "status", "conclusion"))


def _is_open(row: Mapping[str, Any]) -> bool:
    return str(row.get("status") or "").lower() in ("queued", "in_progress", "waiting", "pending", "requested")
