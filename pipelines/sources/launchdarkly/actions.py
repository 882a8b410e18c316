"""What the actions of an audit log entry mean: which of them change whom a flag reaches, and what each is about.

Actions that are not listed as quiet are taken to change a configuration, so that one that is new is not missed.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from pipelines.sources.launchdarkly.values import Place, place_of
from pipelines.sources.values import rows, text

CREATED = frozenset({"createFlag", "cloneFlag"})
DELETED = "deleteFlag"
ARCHIVED = "updateGlobalArchived"
# They describe a flag, follow it, or plan what another entry tells when it happens.
QUIET = frozenset(
    {
        "createApprovalRequest", "createExperiment", "createFlagLink", "createTriggers", "deleteApprovalRequest",
        "deleteExperiment", "deleteFlagLink", "deleteTriggers", "manageFlagFollowers", "reviewApprovalRequest",
        "updateApprovalRequest", "updateApprovalRequestDescription", "updateApprovalRequestReviewers",
        "updateAttachedGoals", "updateClientSideFlagAvailability", "updateDeprecated", "updateDescription",
        "updateFeatureWorkflows", "updateFlagCodeReferences", "updateFlagConfigMigrationSettings",
        "updateFlagCustomProperties", "updateFlagLink", "updateIncludeInSnippet", "updateMaintainer", "updateName",
        "updateScheduledChanges", "updateTags", "updateTemporary", "updateTrackEvents", "updateTriggers",
    }
)  # fmt: skip
_ROLLOUT = ("fallthrough", "rollout", "release", "offvariation")
_TARGETING = ("rules", "target")
_RELEASE = ("measuredrollout", "progressiverollout", "guardedrollout", "release")


def actions_of(entry: Mapping[str, Any]) -> set[str]:
    """Return the names of an entry's actions."""
    return {name for access in rows(entry.get("accesses")) if (name := text(access.get("action")))}


def places_of(entry: Mapping[str, Any], *, loud: bool = False) -> list[Place]:
    """Return the flags and environments that an entry is about, each once.

    Args:
        loud: only those of actions that are not quiet.
    """
    accesses = [one for one in rows(entry.get("accesses")) if not (loud and text(one.get("action")) in QUIET)]
    found = [place_of(one.get("resource")) for one in accesses]
    return list(dict.fromkeys(place for place in found if place is not None))


def needs_detail(entry: Mapping[str, Any]) -> bool:
    """Tell whether only the whole entry says what came of it: a change of a configuration, and nothing else."""
    return entry.get("kind") == "flag" and bool(actions_of(entry) - QUIET - {DELETED})


def is_of_a_release(entry: Mapping[str, Any]) -> bool:
    """Tell whether an entry belongs to a release that the vendor carries out step by step."""
    return any(word in action.lower() for action in actions_of(entry) for word in _RELEASE)


def changes_of(actions: Iterable[str], before: Mapping[str, Any], after: Mapping[str, Any]) -> list[str]:
    """Return what a change was about, by its actions and by the configurations before and after it."""
    found = set()
    if before and before.get("on") != after.get("on") and isinstance(after.get("on"), bool):
        found.add("turned_on" if after["on"] else "turned_off")
    for action in actions:
        name = action.lower()
        if action == "updateOn":
            found.add("turned_on" if after.get("on") is True else "turned_off")
        elif "prerequisite" in name:
            found.add("prerequisites")
        elif any(word in name for word in _ROLLOUT):
            found.add("rollout")
        elif any(word in name for word in _TARGETING):
            found.add("targeting")
        elif action not in QUIET:
            found.add("other")
    return sorted(found)
