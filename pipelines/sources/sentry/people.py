"""Replaces people by keys: who is assigned, who saw it, who did what, and addresses in any text."""

from dataclasses import replace
from typing import Any

from pipelines.sources.base import EMAIL, PERSON_KEY, Pseudonyms, RawRecord

_IDENTITIES = ("id", "email", "username", "name")


def pseudonymise(record: RawRecord, people: Pseudonyms) -> RawRecord:
    """Return the record with each person replaced by a key; the same record where that is done."""

    def hidden(value: Any) -> Any:
        if isinstance(value, str):
            return EMAIL.sub(lambda found: people.key("sentry", "email", found[0].lower()), value)
        if isinstance(value, list):
            return [hidden(part) for part in value]
        if not isinstance(value, dict):
            return value
        if _is_person(value):
            return {"type": "user", "id": _key(value, people)}
        return {name: hidden(part) for name, part in value.items()}

    return replace(record, record_key=hidden(record.record_key), body=hidden(record.body))


def _is_person(value: dict[str, Any]) -> bool:
    # A team or a project has neither.
    return value.get("type") == "user" or "email" in value or "username" in value


def _key(user: dict[str, Any], people: Pseudonyms) -> str | None:
    kind = next((name for name in _IDENTITIES if isinstance(user.get(name), str) and user[name]), None)
    if kind is None:
        return None
    identity: str = user[kind]
    return identity if PERSON_KEY.fullmatch(identity) else people.key("sentry", kind, identity)
