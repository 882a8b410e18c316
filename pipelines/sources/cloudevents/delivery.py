"""CDEvents of delivery: services deployed, changes, pipeline runs.

`customData` says what the standard has no field for: repository, number, sha, run_attempt, url and the like, in snake
or camel case.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from pipelines.events.envelope import Event
from pipelines.sources.cloudevents.cdevents import Told
from pipelines.sources.cloudevents.facts import fact, keyed
from pipelines.sources.cloudevents.packages import made_of

_TASKS = {"deployed": "deploy", "upgraded": "upgrade", "rolledback": "rollback"}
_CONCLUSIONS = {"success": "success", "failure": "failure", "cancel": "cancelled", "error": "failure"}
_REVIEWS = frozenset({"approved", "changes_requested", "commented", "dismissed"})
_STATUSES = {"queued": "queued", "started": "in_progress", "finished": "completed"}
_REPOSITORY = re.compile(r"[\w.-]+(?:/[\w.-]+)+")


def _deployment(told: Told) -> Iterator[Event]:
    made = made_of(told.text("artifactId"))
    # A deployment always has a repository in the log: a service that names none stands for itself.
    repository = _repository(told) or made.repository or told.subject_id
    deployment_id = told.custom_text("deployment_id", "id") or told.line.id
    subject, url = f"deployment:{repository}/{deployment_id}", told.custom_text("url")
    which = {
        "repository": repository,
        "deployment_id": deployment_id,
        "environment": told.reference("environment"),
        "url": url,
    }
    created = {
        "is_production": _flag(told, "is_production"),
        "is_transient": _flag(told, "is_transient"),
        "service": told.subject_id,
        "sha": told.custom_text("sha") or made.sha,
        "ref": told.custom_text("ref"),
        "task": _TASKS[told.name.partition(".")[2]],
        "description": told.custom_text("description"),
        "created_at": told.at.isoformat(),
    }
    yield fact(told, "deployment.created", subject, which | created)
    # The standard tells what has happened: a service that is deployed is deployed with success.
    yield fact(told, "deployment.status_changed", subject, which | {"status_id": told.line.id, "state": "success"})


def _change(told: Told) -> Iterator[Event]:
    repository = _repository(told) or told.reference("repository")
    number = re.search(r"(\d+)$", told.custom_text("number") or told.subject_id)
    if repository is None or number is None:
        return
    change: dict[str, Any] = {"repository": repository, "number": int(number[1])}
    subject, sha = f"change:{repository}#{number[1]}", told.custom_text("merge_sha", "sha")
    match told.name:
        case "change.created":
            branches = {name: told.custom_text(name) for name in ("base_branch", "head_branch")}
            yield fact(told, "change.opened", subject, change | branches | {"title": _title(told)})
        case "change.reviewed":
            state = told.custom_text("state") or "commented"
            review = {"review_id": told.custom_text("review_id") or told.line.id, "sha": told.custom_text("sha")}
            review |= {"state": state if state in _REVIEWS else "commented", "url": told.custom_text("url")}
            yield fact(told, "change.reviewed", subject, change | review)
            return
        case "change.merged":
            yield fact(told, "change.merged", subject, change | {"merge_sha": sha})
        case "change.abandoned":
            yield fact(told, "change.closed", subject, change | {"event_id": told.line.id})
    yield fact(told, "change.updated", subject, change | _state(told, sha))


def _state(told: Told, sha: str | None) -> dict[str, Any]:
    at, is_merged, is_closed = told.at.isoformat(), told.name == "change.merged", told.name == "change.abandoned"
    return {
        "title": _title(told),
        "body": told.text("description"),
        "state": "merged" if is_merged else "closed" if is_closed else "open",
        "is_draft": _flag(told, "is_draft"),
        "head_branch": told.custom_text("head_branch"),
        "head_sha": told.custom_text("head_sha"),
        "base_branch": told.custom_text("base_branch"),
        "merge_sha": sha if is_merged else None,
        "author": keyed(told.custom.get("author")),
        "created_at": at if told.name == "change.created" else None,
        "updated_at": at,
        "merged_at": at if is_merged else None,
        "closed_at": at if is_merged or is_closed else None,
        "url": told.custom_text("url"),
    }


def _pipeline_run(told: Told) -> Iterator[Event]:
    predicate = told.name.partition(".")[2]
    payload = _run(told, told.subject_id) | {
        "workflow": told.text("pipelineName"),
        "sha": told.custom_text("sha"),
        "branch": told.custom_text("branch"),
        "event": told.custom_text("event"),
        "url": told.text("uri"),
        "status": _STATUSES[predicate],
        "created_at": told.at.isoformat() if predicate == "queued" else None,
    }
    if predicate == "finished":
        payload |= {"conclusion": _conclusion(told), "is_end_exact": True}
    subject = f"build:{payload['repository']}/{payload['run_id']}.{payload['run_attempt']}"
    yield fact(told, f"build.{predicate}", subject, payload)


def _task_run(told: Told) -> Iterator[Event]:
    predicate, at = told.name.partition(".")[2], told.at.isoformat()
    is_finished = predicate == "finished"
    payload = _run(told, told.reference("pipelineRun") or told.subject_id) | {
        "job_id": told.subject_id,
        "name": told.text("taskName"),
        "status": _STATUSES[predicate],
        "conclusion": _conclusion(told) if is_finished else None,
        "started_at": None if is_finished else at,
        "finished_at": at if is_finished else None,
    }
    subject = f"build:{payload['repository']}/{payload['run_id']}.{payload['run_attempt']}"
    yield fact(told, f"build.job_{predicate}", subject, payload)


def _run(told: Told, run_id: str) -> dict[str, Any]:
    attempt = told.custom_text("run_attempt") or "1"
    return {
        # A run always has a repository in the log: where none is named, who tells of it stands for it.
        "repository": _repository(told) or _repository_of_address(told.text("uri")) or told.line.source,
        "run_id": run_id,
        "run_attempt": int(attempt) if attempt.isdecimal() else 1,
    }


def _conclusion(told: Told) -> str | None:
    outcome = (told.text("outcome") or "").casefold()
    return _CONCLUSIONS.get(outcome, outcome) or None


def _repository(told: Told) -> str | None:
    return told.custom_text("repository")


def _repository_of_address(address: str | None) -> str | None:
    """Return owner/name out of an address such as https://forge.example/acme/shop/runs/7."""
    path = urlsplit(address or "").path.strip("/")
    head, found, _ = path.partition("/actions/")
    return head if found and _REPOSITORY.fullmatch(head) else None


def _title(told: Told) -> str | None:
    text = told.custom_text("title") or (told.text("description") or "").partition("\n")[0]
    return text or None


def _flag(told: Told, name: str) -> bool | None:
    value = told.custom.get(name)
    return value if isinstance(value, bool) else None


TRANSLATIONS: Mapping[str, Callable[[Told], Iterator[Event]]] = {
    "service.deployed": _deployment,
    "service.upgraded": _deployment,
    "service.rolledback": _deployment,
    "change.created": _change,
    "change.updated": _change,
    "change.reviewed": _change,
    "change.merged": _change,
    "change.abandoned": _change,
    "pipelinerun.queued": _pipeline_run,
    "pipelinerun.started": _pipeline_run,
    "pipelinerun.finished": _pipeline_run,
    "taskrun.started": _task_run,
    "taskrun.finished": _task_run,
}
