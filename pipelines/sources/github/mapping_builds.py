"""Actions runs by attempt, and their jobs."""

from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.events.envelope import Event, MappingError, Origin
from pipelines.sources.base import list_of, mapping_of
from pipelines.sources.github.fields import (
    actor,
    iso,
    optional_time,
    repository_of,
    required,
    text,
    time_of,
)

_QUEUED = frozenset({"queued", "waiting", "pending", "requested"})
_CONCLUSIONS = frozenset(
    {
        "success", "failure", "cancelled", "timed_out", "startup_failure", "neutral", "skipped", "stale",
        "action_required",
    }
)  # fmt: skip


def run(origin: Origin, record_key: str, body: Any) -> Iterator[Event]:
    """Map one attempt of a run: asked for, begun, ended."""
    row, what = mapping_of(body), f"run {record_key}"
    attempt = _attempt(row, what)
    created_at = time_of(row, "created_at", what)
    started_at = optional_time(row, "run_started_at", what) or created_at
    status, conclusion = _outcome(row, what)
    payload = {
        "repository": repository_of(record_key),
        "run_id": required(row, "id", what),
        "run_attempt": attempt,
        "workflow": text(row, "name"),
        "sha": text(row, "head_sha"),
        "branch": text(row, "head_branch"),
        "event": text(row, "event"),
        "url": text(row, "html_url"),
        "status": status,
        "change_numbers": _change_numbers(row, repository_of(record_key)),
        "created_at": iso(created_at),
    }
    subject, who = f"build:{record_key}", actor(row.get("triggering_actor") or row.get("actor"))
    # created_at is the first attempt's, also on the later ones.
    queued_at = created_at if attempt == 1 else started_at
    yield origin.event(
        "build.queued", subject=subject, occurrence="queued", occurred_at=queued_at, payload=payload, actor=who
    )
    if status != "queued":
        yield origin.event(
            "build.started", subject=subject, occurrence="started", occurred_at=started_at, payload=payload, actor=who
        )
    if status == "completed":
        yield origin.event(
            "build.finished",
            subject=subject,
            occurrence="finished",
            occurred_at=time_of(row, "updated_at", what),
            payload={**payload, "conclusion": conclusion},
            actor=who,
        )


def job(origin: Origin, record_key: str, body: Any) -> Iterator[Event]:
    """Map one job: begun, ended. A job that still waits tells no fact."""
    row, what = mapping_of(body), f"job {record_key}"
    job_id, run_id, attempt = required(row, "id", what), required(row, "run_id", what), _attempt(row, what)
    started_at, finished_at = optional_time(row, "started_at", what), optional_time(row, "completed_at", what)
    status, conclusion = _outcome(row, what)
    repository = repository_of(record_key)
    payload = {
        "repository": repository,
        "run_id": run_id,
        "run_attempt": attempt,
        "job_id": job_id,
        "name": text(row, "name"),
        "status": status,
        "conclusion": conclusion,
        "started_at": iso(started_at),
        "finished_at": iso(finished_at) if status == "completed" else None,
    }
    subject = f"build:{repository}/{run_id}.{attempt}"
    if started_at and status != "queued":
        yield origin.event(
            "build.job_started", subject=subject, occurrence=job_id, occurred_at=started_at, payload=payload
        )
    if finished_at and status == "completed":
        yield origin.event(
            "build.job_finished", subject=subject, occurrence=job_id, occurred_at=finished_at, payload=payload
        )


def _attempt(row: Mapping[str, Any], what: str) -> int:
    attempt = row.get("run_attempt") or 1
    if isinstance(attempt, bool) or not isinstance(attempt, int):
        raise MappingError(f"{what} has run_attempt {attempt!r}, which is no number")
    return attempt


def _outcome(row: Mapping[str, Any], what: str) -> tuple[str, str | None]:
    """Return status and conclusion in our words; some answers put the conclusion into the status, or shout."""
    status = required(row, "status", what).lower()
    conclusion = (text(row, "conclusion") or "").lower() or None
    if status in _QUEUED:
        return "queued", None
    if status == "in_progress":
        return "in_progress", None
    if status == "completed":
        return "completed", conclusion
    if status in _CONCLUSIONS:
        return "completed", conclusion or status
    raise MappingError(f"{what} has the unknown status {status!r}")


def _change_numbers(row: Mapping[str, Any], repository: str) -> list[int]:
    """Return the pull requests that the run was for; those of other repositories with this head are left out."""
    numbers = []
    for pull in map(mapping_of, list_of(row.get("pull_requests"))):
        number = pull.get("number")
        address = text(mapping_of(mapping_of(pull.get("base")).get("repo")), "url") or text(pull, "url") or ""
        is_here = not address or f"/repos/{repository}/".lower() in f"{address}/".lower()
        if isinstance(number, int) and not isinstance(number, bool) and is_here:
            numbers.append(number)
    return sorted(set(numbers))
