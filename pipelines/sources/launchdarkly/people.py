"""Replaces members by their keys, and takes out the users whom a flag targets, before a record is kept.

Members work here, so they get a key. Whom a flag targets are users of the product: they are counted and forgotten.
The sentences that the vendor writes about an entry name both, and its fields say the same, so those sentences go.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pipelines.sources.base import EMAIL, PERSON_KEY, Pseudonyms, RawRecord, mapping_of
from pipelines.sources.launchdarkly.shares import COUNT, is_person_clause
from pipelines.sources.values import text

SOURCE_NAME = "launchdarkly"
# Sentences that name people, and keys of an environment that are secrets.
_GOES = frozenset(
    {
        "title", "shortDescription", "subject", "triggerBody", "maintainerName", "ending", "apiKey", "mobileKey",
        "contextKey", "userKey", "targetKey", "avatarUrl", "user", "context",
    }
)  # fmt: skip
_TARGETS = frozenset({"targets", "contextTargets"})
_MEMBER_IDS = frozenset({"maintainerId", "memberId"})
# An instruction of a semantic patch of these kinds names users in its values.
_NAMES_USERS = ("target", "user", "context", "clausevalues")


def pseudonymise(record: RawRecord, people: Pseudonyms) -> RawRecord:
    """Return the record without people; calling it again changes nothing."""
    body = record.body
    if record.stream == "auditlog" and isinstance(body, dict):
        body = {name: part for name, part in body.items() if name != "description"}
        if isinstance(body.get("subentries"), list):
            body["subentries"] = [
                {name: part for name, part in one.items() if name != "description"} if isinstance(one, dict) else one
                for one in body["subentries"]
            ]
    return replace(record, body=_Rewriting(people, record.body).value(body))


def _members(value: Any) -> Iterator[Mapping[str, Any]]:
    """Yield every object below a value that stands for a member."""
    if isinstance(value, dict):
        if _is_member(value):
            yield value
        for part in value.values():
            yield from _members(part)
    elif isinstance(value, list):
        for part in value:
            yield from _members(part)


def _is_member(value: Mapping[str, Any]) -> bool:
    return isinstance(value.get("_id"), str) and any(name in value for name in ("email", "firstName", "lastName"))


class _Rewriting:
    """One record being rewritten."""

    def __init__(self, people: Pseudonyms, body: Any) -> None:
        self._people = people
        self._words: dict[str, str] = {}
        for member in _members(body):
            key = self._key_of(member)
            names = [text(member.get(name)) for name in ("firstName", "lastName")]
            self._words[str(member["_id"])] = key
            # A single word may be any other: only a whole name is told from it.
            if all(names):
                self._words[" ".join(str(name) for name in names)] = key

    def value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [self.value(part) for part in value]
        if not isinstance(value, dict):
            return value
        if _is_member(value):
            return {"_id": self._key_of(value)}
        return {self._text(name): self._part(name, part) for name, part in self._kept(value).items()}

    def _kept(self, value: Mapping[str, Any]) -> dict[str, Any]:
        """Leave out what names users, and tell how many they were."""
        kept = {name: part for name, part in value.items() if name not in _GOES}
        if _is_instruction_about_users(value) or ("op" in value and "attribute" in value and is_person_clause(value)):
            kept = _counted(kept)
        if isinstance(path := value.get("path"), str) and "op" in value and ("arget" in path or "/values" in path):
            kept.pop("value", None)
        # A token of one's own is named by its owner; one of a service is named after what it does.
        if "serviceToken" in value and value.get("serviceToken") is not True:
            kept.pop("name", None)
        return kept

    def _part(self, name: str, part: Any) -> Any:
        if name in _TARGETS and isinstance(part, list):
            return [self.value(_counted(one)) if isinstance(one, dict) else None for one in part]
        if name in _TARGETS and isinstance(part, dict):
            return {key: self.value(_counted(one)) for key, one in part.items() if isinstance(one, dict)}
        if name == "member":
            return self._member(part)
        if name in _MEMBER_IDS and isinstance(part, str) and part:
            return self._words.get(part) or self._key("account_id", part)
        return self.value(part)

    def _member(self, member: Any) -> Any:
        if not text(mapping_of(member).get("_id")):
            return self.value(member)
        return {"_id": self._key_of(member)}

    def _key_of(self, member: Mapping[str, Any]) -> str:
        email, identity = text(member.get("email")), str(member["_id"])
        if email and EMAIL.fullmatch(email):
            return self._key("email", email)
        return self._key("account_id", identity)

    def _key(self, kind: str, identity: str) -> str:
        return identity if PERSON_KEY.fullmatch(identity) else self._people.key(SOURCE_NAME, kind, identity)

    def _text(self, value: str) -> str:
        for word, key in self._words.items():
            if word in value:
                value = value.replace(word, key)
        return EMAIL.sub(lambda found: self._key("email", found[0]), value)


def _is_instruction_about_users(value: Mapping[str, Any]) -> bool:
    kind = value.get("kind")
    return isinstance(kind, str) and any(word in kind.lower() for word in _NAMES_USERS)


def _counted(value: Mapping[str, Any]) -> dict[str, Any]:
    """Replace a list of people by how many they are."""
    listed = value.get("values")
    kept = {name: part for name, part in value.items() if name != "values"}
    return kept | {COUNT: len(listed)} if isinstance(listed, list) else kept
