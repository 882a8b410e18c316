"""Replaces people by keys: who is assigned, who acknowledged, who changed it last, and addresses in any text."""

from dataclasses import replace
from typing import Any

from pipelines.sources.base import EMAIL, PERSON_KEY, Pseudonyms, RawRecord

_USERS = ("user", "user_reference")
# What else of a user's object names the person, and the addresses that hold the id.
_NAMES, _ADDRESSES = ("summary", "name", "email"), ("self", "html_url", "avatar_url")


def pseudonymise(record: RawRecord, people: Pseudonyms) -> RawRecord:
    """Return the record with each person replaced by a key; the same record where that is done."""

    def hidden(value: Any) -> Any:
        if isinstance(value, str):
            return EMAIL.sub(lambda found: people.key("pagerduty", "email", found[0].lower()), value)
        if isinstance(value, list):
            return [hidden(part) for part in value]
        if not isinstance(value, dict):
            return value
        if value.get("type") in _USERS:
            return _person(value, people)
        return {name: hidden(part) for name, part in value.items()}

    return replace(record, body=hidden(record.body))


def _person(user: dict[str, Any], people: Pseudonyms) -> dict[str, Any]:
    identity = next((str(user[name]) for name in ("id", "email", "summary") if user.get(name)), "")
    kind = "id" if user.get("id") else "name"
    key = identity if PERSON_KEY.fullmatch(identity) else people.key("pagerduty", kind, identity) if identity else None
    # Only what is known to name nobody stays beside the key.
    return {"type": user["type"], "id": key, **{name: key for name in _NAMES if name in user}} | {
        name: None for name in _ADDRESSES if name in user
    }
