"""Replaces people before a record is kept: who changed a flag becomes a key, and whom a flag names, a number.

The people that a strategy lists are customers. How many they are is all that is ever asked, so neither they nor keys
of them are kept. What a constraint compares with may be a person's address too, so only values of contexts that hold
no people stay.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipelines.sources.base import EMAIL, Pseudonyms, RawRecord
from pipelines.sources.values import number, text

SOURCE_NAME = "unleash"
_KEPT = re.compile(r"p_[0-9a-f]{16}|bot:.*", re.DOTALL)
_NOBODY = frozenset({"unleash_system_user", "migration", "system", "init-api-tokens", "unknown"})
# Texts that name the one who acted, and pictures of people.
_DROPPED = frozenset({"createdByUserId", "summary", "label", "ip", "imageUrl", "collaborators"})
# Of a request for a change only that it was made is asked; who reviewed it, and what they wrote, is theirs.
_ASKED = ("change-", "approval-")
_NO_PEOPLE = frozenset({"environment", "appName", "currentTime"})
_NO_LISTS = frozenset({"rollout", "stickiness", "groupId", "percentage"})


def pseudonymise(record: RawRecord, people: Pseudonyms) -> RawRecord:
    """Return the record with every person replaced; calling it again changes nothing."""
    return replace(record, body=_value(record.body, people))


def _value(value: Any, people: Pseudonyms) -> Any:
    if isinstance(value, str):
        return EMAIL.sub(lambda found: people.key(SOURCE_NAME, "email", found[0].lower()), value)
    if isinstance(value, list):
        return [_value(part, people) for part in value]
    return _object(value, people) if isinstance(value, dict) else value


def _object(value: Mapping[str, Any], people: Pseudonyms) -> dict[str, Any]:
    found: dict[str, Any] = {}
    is_asked = "featureName" in value and str(value.get("type")).startswith(_ASKED)
    for name, part in value.items():
        if is_asked and name in ("data", "preData"):
            found[name] = None
            continue
        if name in _DROPPED:
            continue
        if name == "createdBy":
            found[name] = _actor(part, value.get("createdByUserId"), people)
        elif name == "parameters" and isinstance(part, dict):
            found[name] = {key: _value(one, people) if key in _NO_LISTS else _counted(one) for key, one in part.items()}
        elif name in ("values", "value") and "contextName" in value and text(value["contextName"]) not in _NO_PEOPLE:
            found[name] = _counted(part)
        else:
            found[_value(name, people)] = _value(part, people)
    return found


def _actor(told: Any, user_id: Any, people: Pseudonyms) -> str | None:
    account = told if isinstance(told, dict) else {}
    name = text(account.get("name")) or text(account.get("id")) or text(told)
    if name is None or _KEPT.fullmatch(name):
        return name
    identity = number(user_id if user_id is not None else account.get("id"))
    # The server itself and tokens without an owner have ids below zero.
    if name in _NOBODY or people.is_bot(name) or (identity is not None and identity < 0):
        return f"bot:{EMAIL.sub('', name)}"
    return people.key(SOURCE_NAME, "login", name)


def _counted(listed: Any) -> Any:
    if listed is None or (isinstance(listed, dict) and listed.keys() == {"count"}):
        return listed
    several = listed if isinstance(listed, list) else [listed] if isinstance(listed, dict) else str(listed).split(",")
    return {"count": len([one for one in several if str(one).strip()])}
