"""Replaces people by their keys before a record is kept: ids, and addresses and telephone numbers in every text.

Of a ticket's way in (`via`) only the channel stays: it names senders in a dozen forms.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipelines.sources.base import EMAIL, PERSON_KEY, PHONE, Pseudonyms, RawRecord, mapping_of
from pipelines.sources.values import text

SOURCE_NAME = "zendesk"
_ONE = frozenset({"requester_id", "submitter_id", "assignee_id", "author_id"})
_SEVERAL = frozenset({"collaborator_ids", "follower_ids", "email_cc_ids"})
# Whole people, where somebody's export has them in place of ids. What else they tell is nobody's business.
_PERSONS = frozenset({"requester", "submitter", "assignee", "author", "collaborators", "followers", "email_ccs"})
_KEPT_OF_A_PERSON = ("role", "organization_id")
_KEPT_OF_AN_END = ("ticket_id", "ticket_ids", "id", "channel")


def pseudonymise(record: RawRecord, people: Pseudonyms) -> RawRecord:
    """Return the record with every person replaced by a key; calling it again changes nothing."""
    return replace(record, body=_Rewriting(people).value(record.body))


class _Rewriting:
    """One record being rewritten."""

    def __init__(self, people: Pseudonyms) -> None:
        self._people = people

    def value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [self.value(part) for part in value]
        if isinstance(value, dict):
            return {name: self._field(name, part) for name, part in value.items()}
        return value

    def _field(self, name: str, value: Any) -> Any:
        if name in _ONE:
            return self._id(value)
        if name in _SEVERAL:
            return [self._id(one) for one in value] if isinstance(value, list) else None
        if name in _PERSONS:
            return [self._person(one) for one in value] if isinstance(value, list) else self._person(value)
        if name == "via":
            return self._via(value)
        return self.value(value)

    def _id(self, value: Any) -> str | None:
        told = text(value)
        return told if told is None or PERSON_KEY.fullmatch(told) else self._key("user_id", told)

    def _person(self, value: Any) -> Any:
        told = mapping_of(value)
        if not told:
            return None
        kept = {name: told[name] for name in _KEPT_OF_A_PERSON if text(told.get(name)) is not None}
        return {"id": self._id(told.get("id")), **kept}

    def _via(self, value: Any) -> Any:
        told = mapping_of(value)
        if not told:
            return None if isinstance(value, dict | list) else value
        source = mapping_of(told.get("source"))
        ends = {end: _end(source.get(end)) for end in ("from", "to")}
        return {"channel": told.get("channel"), "source": {**ends, "rel": text(source.get("rel"))}}

    def _text(self, value: str) -> str:
        value = EMAIL.sub(lambda found: self._key("email", found[0]), value)
        return PHONE.sub(lambda found: self._key("phone", re.sub(r"\D", "", found[0])), value)

    def _key(self, kind: str, identity: str) -> str:
        return self._people.key(SOURCE_NAME, kind, identity)


def _end(value: Any) -> Mapping[str, Any]:
    return {name: part for name, part in mapping_of(value).items() if name in _KEPT_OF_AN_END}
