"""Maps LaunchDarkly's records to events. Pure: no I/O, no clock. Vendor words stop here."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from pipelines.events.envelope import Event, MappingError, Origin
from pipelines.sources.launchdarkly.flags import flag_events, subject_of
from pipelines.sources.launchdarkly.mapping_audit import entry_events
from pipelines.sources.launchdarkly.values import iso, moment_or_none, newest_moment, release_moments, whole
from pipelines.sources.values import required, rows, text

NAME = "launchdarkly"
# A definition has no time of its own: it holds for all of the history.
_EVER = datetime(1970, 1, 1, tzinfo=UTC)
_KINDS = ("progressive", "guarded")
_STATUSES = ("pending", "in_progress", "waiting", "completed", "reverted")
# A step's allocation is written in thousandths of a percent.
_PER_PERCENT = 1_000


def to_events(instance: str, stream: str, record_key: str, body: Any) -> Iterable[Event]:
    """Map one raw record.

    Raises:
        MappingError: the record lacks what its events need, or the stream is unknown.
    """
    if stream not in _STREAMS:
        raise MappingError(f"{NAME} has no stream {stream!r}")
    if not isinstance(body, dict):
        raise MappingError(f"{stream} {record_key} is no object")
    return list(_STREAMS[stream](Origin(NAME, instance), body, record_key))


def _entry(origin: Origin, entry: Mapping[str, Any], _key: str) -> Iterator[Event]:
    return entry_events(origin, entry)


def _flag(origin: Origin, flag: Mapping[str, Any], _key: str) -> Iterator[Event]:
    return flag_events(origin, flag)


def _environment(origin: Origin, environment: Mapping[str, Any], key: str) -> Iterator[Event]:
    """Map an environment; the project that it is of stands in its record's key, `shop/production`."""
    environment_key = required(environment.get("key"), "the key of an environment")
    project = required(key.rpartition("/")[0], f"the project of environment {environment_key}")
    critical = environment.get("critical")
    yield origin.event(
        "flag.environment_defined",
        subject=f"flag_environment:{origin.instance}/{project}/{environment_key}",
        occurrence="defined",
        occurred_at=_EVER,
        record_id=f"{project}/{environment_key}",
        payload={
            "project": project,
            "environment": environment_key,
            "name": text(environment.get("name")),
            # One that is not critical may be production all the same: then its key, or the settings, tell.
            "is_production": True if critical is True else None,
        },
    )


def _release(origin: Origin, release: Mapping[str, Any], _key: str) -> Iterator[Event]:
    release_id = required(release.get("id"), "the id of a release")
    kind = required(release.get("kind"), f"the kind of release {release_id}")
    if kind not in _KINDS:
        raise MappingError(f"release {release_id} is of the kind {kind[:40]!r}, which is not known")
    project, flag, environment = (
        required(release.get(name), f"{name} of release {release_id}")
        for name in ("projectKey", "flagKey", "environmentKey")
    )
    status = text(release.get("status"))
    yield origin.event(
        "flag.release_updated",
        subject=subject_of(origin.instance, project, flag),
        occurrence=release_id,
        occurred_at=newest_moment(release_moments(release)),
        record_id=release_id,
        payload={
            "project": project,
            "flag_key": flag,
            "environment": environment,
            "release_id": release_id,
            "kind": kind,
            "status": status if status in _STATUSES else "unknown",
            "steps": list(_steps(release)),
            "started_at": iso(moment_or_none(release.get("startedAt"))),
            "ended_at": iso(moment_or_none(release.get("endedAt"))),
        },
    )


def _steps(release: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for phase in rows(release.get("phases")):
        for step in rows(phase.get("steps")):
            allocation = whole(step.get("allocation"))
            if allocation is not None:
                yield {
                    "percentage": allocation / _PER_PERCENT,
                    "started_at": iso(moment_or_none(step.get("startedAt"))),
                    "ended_at": iso(moment_or_none(step.get("endedAt"))),
                }


_STREAMS: dict[str, Callable[[Origin, Mapping[str, Any], str], Iterator[Event]]] = {
    "auditlog": _entry,
    "flags": _flag,
    "environments": _environment,
    "releases": _release,
}
