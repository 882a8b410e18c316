"""How the vendor writes a flag, its configuration, and an entry of the audit log."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any
from uuid import UUID

from pipelines.sources.launchdarkly.values import milliseconds

Json = dict[str, Any]
ON, OFF = 0, 1
ACCOUNT = "57be1db38b75bf0772d11383"
_TYPE = "application/json"


@dataclass(frozen=True, slots=True)
class Done:
    """Something that is done to a flag: by whom (a `member` as the vendor writes one), when, in the vendor's words."""

    at: datetime
    member: Mapping[str, Any]
    actions: tuple[str, ...]
    verb: str
    comment: str | None = None


def new_id(*names: object) -> str:
    """Return the 24 hexadecimal digits that name a thing, the same for the same names."""
    return blake2b("\x1f".join(map(str, names)).encode(), digest_size=12).hexdigest()


def flag(project: str, key: str, name: str, at: datetime, environments: Iterable[str], **changed: Any) -> Json:
    """Return a boolean flag that is off everywhere."""
    address = f"/api/v2/flags/{project}/{key}"
    told: Json = {
        "_links": {
            "self": {"href": address, "type": _TYPE},
            "parent": {"href": f"/api/v2/flags/{project}", "type": _TYPE},
        },
        "_version": 1,
        "name": name,
        "kind": "boolean",
        "description": "",
        "key": key,
        "creationDate": milliseconds(at),
        "includeInSnippet": False,
        "clientSideAvailability": {"usingMobileKey": False, "usingEnvironmentId": True},
        "variations": [
            {"_id": new_id(project, key, "on"), "value": True, "name": "Available"},
            {"_id": new_id(project, key, "off"), "value": False, "name": "Unavailable"},
        ],
        "defaults": {"onVariation": ON, "offVariation": OFF},
        "temporary": True,
        "tags": [],
        "experiments": {"baselineIdx": 0, "items": []},
        "customProperties": {},
        "archived": False,
        "deprecated": False,
        "environments": {one: _configuration(project, key, one, at) for one in environments},
    }
    return told | changed


def _configuration(project: str, key: str, environment: str, at: datetime) -> Json:
    return {
        "on": False,
        "archived": False,
        "salt": new_id(project, key, environment, "salt"),
        "sel": new_id(project, key, environment, "sel"),
        "lastModified": milliseconds(at),
        "version": 1,
        "targets": [],
        "contextTargets": [],
        "rules": [],
        "fallthrough": {"variation": ON},
        "offVariation": OFF,
        "prerequisites": [],
        "_site": {"href": f"/{project}/{environment}/features/{key}", "type": "text/html"},
        "_environmentName": environment.title(),
        "trackEvents": False,
        "trackEventsFallthrough": False,
    }


def rollout(percentage: float, **changed: Any) -> Json:
    """Return what serves the feature to a share of all who are asked for."""
    if percentage in (0, 100) and not changed:
        return {"variation": ON if percentage else OFF}
    weight = round(percentage * 1_000)
    weights = [{"variation": ON, "weight": weight}, {"variation": OFF, "weight": 100_000 - weight}]
    return {"rollout": {"variations": weights, "contextKind": "user", "bucketBy": "key"} | changed}


def segment_rule(project: str, key: str, segment: str) -> Json:
    """Return a rule that gives the feature to a segment."""
    clause = {
        "_id": new_id(project, key, segment, "clause"),
        "attribute": "segmentMatch",
        "op": "segmentMatch",
        "values": [segment],
        "contextKind": "",
        "negate": False,
    }
    return {"_id": new_id(project, key, segment), "variation": ON, "clauses": [clause], "trackEvents": False}


def environment(project: str, key: str, *, is_critical: bool) -> Json:
    """Return an environment, with the keys of its SDKs as every reader gets them."""
    address = f"/api/v2/projects/{project}/environments/{key}"
    return {
        "_links": {"self": {"href": address, "type": _TYPE}},
        "_id": new_id(project, key),
        "key": key,
        "name": key.title(),
        "apiKey": f"sdk-{new_id(project, key, 'sdk')}",
        "mobileKey": f"mob-{new_id(project, key, 'mobile')}",
        "color": "417505",
        "defaultTtl": 0,
        "secureMode": False,
        "defaultTrackEvents": False,
        "requireComments": False,
        "confirmChanges": False,
        "tags": [],
        "critical": is_critical,
    }


def entry(done: Done, project: str, key: str, name: str, environments: Iterable[str], more: Json) -> Json:
    """Return an entry of the audit log as its own address gives it."""
    touched = list(environments)
    entry_id = new_id(project, key, done.at.isoformat(), *done.actions, *touched)
    who = f"{done.member['firstName']} {done.member['lastName']}"
    resources = [f"proj/{project}:env/{one}:flag/{key};released" for one in touched]
    where = f" in {touched[0]}" if len(touched) == 1 else ""
    told: Json = {
        "_links": {"self": {"href": f"/api/v2/auditlog/{entry_id}", "type": _TYPE}},
        "_id": entry_id,
        "_accountId": ACCOUNT,
        "date": milliseconds(done.at),
        "accesses": [{"action": action, "resource": one} for action in done.actions for one in resources],
        "kind": "flag",
        "name": name,
        "description": f"{who} {done.verb} {name}{where}",
        "shortDescription": "",
        "member": dict(done.member),
        "titleVerb": done.verb,
        "title": f"{who} {done.verb} [{name}](https://app.launchdarkly.com/{project}/features/{key}){where}",
        "target": {"_links": {}, "name": name, "resources": resources},
    }
    return told | ({"comment": done.comment} if done.comment else {}) | more


def release(place: str, status: str, steps: Sequence[tuple[float, datetime]], ends: Sequence[datetime]) -> Json:
    """Return a guarded release of a flag in an environment, as `shop/csv-export/production`.

    Args:
        steps: share and beginning of each that began.
        ends: of as many of them as have ended.
    """
    project, key, environment_key = place.split("/")
    ended = [milliseconds(at) for at in ends] + [None] * (len(steps) - len(ends))
    told = [
        {"stepIndex": index, "allocation": round(share * 1_000), "durationMillis": 3_600_000}
        | {"startedAt": milliseconds(at)}
        | ({"endedAt": end} if end else {})
        for index, ((share, at), end) in enumerate(zip(steps, ended, strict=True))
    ]
    is_over = status in ("completed", "reverted")
    began = {"startedAt": milliseconds(steps[0][1])} | ({"endedAt": ended[-1]} if is_over else {})
    phase = {"id": _uuid(place, "phase"), "phaseIndex": 0, "ruleId": None, "status": status, "steps": told}
    return {
        "id": _uuid(place),
        "status": status,
        "projectKey": project,
        "environmentKey": environment_key,
        "flagKey": key,
        "originalVariationId": _uuid(place, "off"),
        "originalVariationValue": False,
        "targetVariationId": _uuid(place, "on"),
        "targetVariationValue": True,
        "randomizationUnit": "user",
        "cleanupBehavior": "leave_rules_in_place",
        "kind": "guarded",
        "metrics": [{"metricKey": "errors", "autoRollback": True}],
        "phases": [phase | {"currentStepIndex": len(steps) - 1, "metricStatuses": {}} | began],
        "currentPhaseIndex": None if is_over else 0,
        "advancementMode": "manual",
        "createdAt": milliseconds(steps[0][1]),
    } | began


def _uuid(*names: object) -> str:
    digits = blake2b("\x1f".join(map(str, names)).encode(), digest_size=16).hexdigest()
    return str(UUID(hex=digits, version=4))
