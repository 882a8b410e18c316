"""Replaces people before a record is kept: whom a flag names becomes a number, an owner or an address a key.

Counting needs no keys, so it is done as early as the collector: what was kept last night can then be compared with
what is read tonight.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipelines.sources.base import EMAIL, Pseudonyms, RawRecord
from pipelines.sources.values import rows, text

SOURCE_NAME = "split"
# What decides whom a flag serves. The rest changes by itself, as when it was last asked for, or is nobody's business.
_ESSENCE = (
    "name", "killed", "treatments", "defaultTreatment", "baselineTreatment", "trafficAllocation", "rules",
    "defaultRule", "creationTime", "lastUpdateTime",
)  # fmt: skip
_TREATMENT = ("name", "keys", "segments", "largeSegments")
# Matchers whose text names no people but a group or another flag.
_GROUPS = frozenset({"IN_SEGMENT", "IN_LARGE_SEGMENT", "IN_RULE_BASED_SEGMENT", "IN_SPLIT"})
_COMPARED = ("string", "strings")


def essence(definition: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a definition says of whom it serves, the people in it counted; calling it again changes nothing."""
    found: dict[str, Any] = _anonymous({name: definition[name] for name in _ESSENCE if name in definition})
    if isinstance(found.get("treatments"), list):
        found["treatments"] = [
            {name: counted(row[name]) if name == "keys" else row[name] for name in _TREATMENT if name in row}
            for row in rows(found["treatments"])
        ]
    return found


def counted(listed: Any) -> Any:
    """Return how many a list names, as `{"count": 2}`; null stays null."""
    if listed is None or (isinstance(listed, dict) and listed.keys() == {"count"}):
        return listed
    return {"count": len(listed) if isinstance(listed, list | dict) else 1}


def pseudonymise(record: RawRecord, people: Pseudonyms) -> RawRecord:
    """Return the record with every person replaced; calling it again changes nothing."""
    body = record.body
    if record.stream == "definitions" and isinstance(body, dict):
        parts = {name: essence(body[name]) for name in ("definition", "previous") if isinstance(body.get(name), dict)}
        body = {**body, **parts}
    return replace(record, body=_value(body, people))


def _value(value: Any, people: Pseudonyms) -> Any:
    if isinstance(value, str):
        return EMAIL.sub(lambda found: people.key(SOURCE_NAME, "email", found[0].lower()), value)
    if isinstance(value, list):
        return [_value(part, people) for part in value]
    if isinstance(value, dict):
        return {
            _value(name, people): _owners(part, people) if name == "owners" else _value(part, people)
            for name, part in value.items()
        }
    return value


def _owners(owners: Any, people: Pseudonyms) -> list[dict[str, Any]]:
    """Return who owns a flag; a group is none of them a person."""
    return [
        {**row, "id": _person(text(row.get("id")), people)} if row.get("type") == "user" else dict(row)
        for row in rows(owners)
    ]


def _person(identity: str | None, people: Pseudonyms) -> str | None:
    if identity is None or identity.startswith("p_"):
        return identity
    return people.key(SOURCE_NAME, "account_id", identity)


def _anonymous(value: Any) -> Any:
    """Return a value without addresses, and without what a rule compares a person with."""
    if isinstance(value, str):
        return EMAIL.sub("somebody", value)
    if isinstance(value, list):
        return [_anonymous(part) for part in value]
    if not isinstance(value, dict):
        return value
    is_matcher = "type" in value and text(value["type"]) not in _GROUPS
    return {
        name: counted(part) if is_matcher and name in _COMPARED else _anonymous(part) for name, part in value.items()
    }
