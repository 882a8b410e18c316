"""Replaces people by their keys. Who is a person is told by the names of fields; e-mail addresses go from every text.

What is in our own form already (`p_…`, `bot:…`) stays, so an export that is imported elsewhere names the same people.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipelines.sources.base import EMAIL, PHONE, Pseudonyms, RawRecord

SOURCE_NAME = "cloudevents"
# Tools sign with these; they name nobody. `git@host` is where a repository lies.
_NOBODY = re.compile(r"(?:git|no-?reply|cursoragent)@.+", re.IGNORECASE)
_ALREADY = re.compile(r"p_[0-9a-f]{16}|bot:.+", re.DOTALL)
_PERSON_FIELDS = frozenset(
    {
        "actor", "approver", "approvers", "assignee", "assignees", "author", "authors", "committer", "createdby",
        "creator", "deployedby", "deployer", "interviewee", "interviewer", "interviewers", "mergedby",
        "labeller", "participant", "participants", "person", "reporter", "requester", "resolvedby", "responder",
        "reviewer", "reviewers",
        "triggeredby", "updatedby", "user", "username",
    }
)  # fmt: skip
# What users say: there they leave their telephone numbers, and no build or commit has its own.
_WORDS = frozenset({"text"})
_CHANGES_OF_PEOPLE = frozenset({"assignee", "reporter", "creator"})


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
        return self._object(value) if isinstance(value, dict) else value

    def _object(self, value: Mapping[str, Any]) -> dict[str, Any]:
        changes_person = value.get("field") in _CHANGES_OF_PEOPLE
        rewritten = {}
        for name, part in value.items():
            is_person = name.replace("_", "").casefold() in _PERSON_FIELDS
            if is_person or (changes_person and name in ("from_value", "to_value")):
                rewritten[name] = self._person(part)
            elif name in _WORDS and isinstance(part, str):
                rewritten[name] = PHONE.sub(self._phone, self._text(part))
            else:
                rewritten[self._text(name)] = self.value(part)
        return rewritten

    def _person(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._key(value)
        if isinstance(value, list):
            return [self._person(part) for part in value]
        if isinstance(value, dict):
            names = (value.get(name) for name in ("email", "login", "username", "id", "name"))
            return next((self._key(name) for name in names if isinstance(name, str) and name), None)
        return value

    def _key(self, identity: str) -> str:
        if not identity.strip() or _ALREADY.fullmatch(identity):
            return identity
        if self._people.is_bot(identity):
            return f"bot:{identity}"
        kind = "email" if EMAIL.fullmatch(identity) else "login"
        return self._people.key(SOURCE_NAME, kind, identity)

    def _text(self, value: str) -> str:
        # A package address may hold a version that looks like a host: pkg:npm/web@1.4.beta.
        return value if value.startswith("pkg:") else EMAIL.sub(self._email, value)

    def _phone(self, found: re.Match[str]) -> str:
        return self._people.key(SOURCE_NAME, "phone", re.sub(r"\D", "", found[0]))

    def _email(self, found: re.Match[str]) -> str:
        return found[0] if _NOBODY.fullmatch(found[0]) else self._key(found[0])
