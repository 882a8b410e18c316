"""Maps a GitHub record to events: which stream goes where. Vendor words stop here."""

from collections.abc import Callable, Iterable
from typing import Any

from pipelines.events.envelope import Event, MappingError, Origin
from pipelines.sources.github import (
    mapping_builds,
    mapping_changes,
    mapping_code,
    mapping_deployments,
    mapping_issues,
    mapping_timeline,
)

_Mapper = Callable[[Origin, str, Any], Iterable[Event]]

MAPPERS: dict[str, _Mapper] = {
    "repository": mapping_code.repository,
    "pull_requests": mapping_changes.pull_request,
    "pull_timeline": mapping_timeline.timeline,
    "pull_commits": mapping_changes.commits,
    "pull_reviews": mapping_changes.reviews,
    "issues": mapping_issues.issue,
    "issue_comments": mapping_changes.comments,
    "issue_events": mapping_timeline.issue_events,
    "review_comments": mapping_changes.review_comments,
    "deployments": mapping_deployments.deployment,
    "deployment_statuses": mapping_deployments.statuses,
    "releases": mapping_code.release,
    "commits": mapping_code.commit,
    "actions_runs": mapping_builds.run,
    "actions_jobs": mapping_builds.job,
}


def to_events(instance: str, stream: str, record_key: str, body: Any) -> list[Event]:
    """Map one raw record; a fact that the vendor lists twice is one event, as it was told first. So is it in the log.

    Raises:
        MappingError: the record lacks what its events need.
    """
    if stream not in MAPPERS:
        raise MappingError(f"github has no stream {stream!r}")
    once: dict[str, Event] = {}
    for event in MAPPERS[stream](Origin("github", instance), record_key, body):
        once.setdefault(event.event_id, event)
    return list(once.values())
