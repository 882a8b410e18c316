"""Deployments and their statuses."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.events.envelope import Event, MappingError, Origin
from pipelines.sources.base import mapping_of
from pipelines.sources.github.fields import actor, flag, iso, repository_of, required, rows, text, time_of

_STATES = {
    "queued": "queued",
    # Waits for an approval or a timer.
    "waiting": "pending",
    "pending": "pending",
    "in_progress": "in_progress",
    "success": "success",
    "failure": "failure",
    "error": "error",
    "inactive": "inactive",
}


def deployment(origin: Origin, record_key: str, body: Any) -> Iterator[Event]:
    """Map a deployment as it was asked for."""
    row, what = mapping_of(body), f"deployment {record_key}"
    created_at = time_of(row, "created_at", what)
    deployment_id = required(row, "id", what)
    yield origin.event(
        "deployment.created",
        subject=f"deployment:{record_key}",
        occurrence=deployment_id,
        occurred_at=created_at,
        payload={
            "repository": repository_of(record_key),
            "deployment_id": deployment_id,
            "environment": text(row, "environment"),
            "is_production": flag(row, "production_environment"),
            "is_transient": flag(row, "transient_environment"),
            "service": _service(row),
            "sha": text(row, "sha"),
            "ref": text(row, "ref"),
            "task": text(row, "task"),
            "description": text(row, "description"),
            "url": text(row, "url"),
            "created_at": iso(created_at),
        },
        actor=actor(row.get("creator")),
    )


def _service(row: Mapping[str, Any]) -> str | None:
    """Return the service that the caller named in the payload, which is an object or text that holds one."""
    payload = row.get("payload")
    if isinstance(payload, str) and payload.startswith("{"):
        try:
            payload = json.loads(payload)
        except ValueError:
            # Free text is allowed here, and it names no service.
            return None
    return text(mapping_of(payload), "service")


def statuses(origin: Origin, record_key: str, body: Any) -> Iterator[Event]:
    """Map every status that a deployment went through."""
    repository, _, deployment_id = record_key.rpartition("/")
    for row in rows(body, f"statuses of deployment {record_key}"):
        status_id = required(row, "id", f"a status of deployment {record_key}")
        what = f"status {status_id} of deployment {record_key}"
        state = required(row, "state", what).lower()
        if state not in _STATES:
            raise MappingError(f"{what} has the unknown state {state!r}")
        yield origin.event(
            "deployment.status_changed",
            subject=f"deployment:{record_key}",
            occurrence=status_id,
            occurred_at=time_of(row, "created_at", what),
            payload={
                "repository": repository,
                "deployment_id": deployment_id,
                "status_id": status_id,
                "state": _STATES[state],
                "environment": text(row, "environment"),
                "url": text(row, "log_url") or text(row, "target_url") or text(row, "environment_url"),
            },
            actor=actor(row.get("creator")),
        )
