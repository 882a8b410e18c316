"""Replaces people by their keys before a record is kept. Apps, and accounts that the settings call bots, keep names.

Cloud knows people by account id; Data Center by user key, and in mentions by user name. Who is who within a record is
learnt from its user objects first, so that a mention by name and an assignee by key are one person.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import unquote

from pipelines.sources.base import PERSON_KEY, Pseudonyms, RawRecord
from pipelines.sources.values import text

SOURCE_NAME = "jira"
# The look-behind lets a match start only where a run of such characters starts: without it a long run is quadratic.
_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]+(?:@|%40)[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}")
# Tools sign with these; they name nobody. `git@host` is where a repository lies.
_NOBODY = re.compile(r"(?:git|no-?reply|cursoragent)@.+", re.IGNORECASE)
_MENTION = re.compile(r"\[~(accountid:)?([^\]\n]{1,255})\]")
_USER_ADDRESS = re.compile(r"(/user\?(?:accountId|username|key)=)([^&#\s\"'<>|\]]+)")
_CLOUD_ACCOUNT = re.compile(r"(?:\w{1,16}:)+[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|[0-9a-f]{24}")
_PERSON_FIELDS = frozenset({"assignee", "reporter", "creator"})
_SIDES = (("from", "fromString", "tmpFromAccountId"), ("to", "toString", "tmpToAccountId"))
# What Jira renders from the fields for reading: the same again, with people's names in it.
_RENDERED = "renderedFields"


def pseudonymise(record: RawRecord, people: Pseudonyms) -> RawRecord:
    """Return the record with every person replaced by a key; calling it again changes nothing."""
    known = _Known.of(record.body, people)
    return replace(record, body=_Rewriting(people, known).value(record.body))


def _is_user(value: Mapping[str, Any]) -> bool:
    """Tell whether an object stands for an account: some are sent with hardly anything but a name."""
    named = isinstance(value.get("displayName"), str)
    addressed = isinstance(value.get("emailAddress"), str)
    # What acted from outside Jira (`historyMetadata`) may have no more than an id; a team looks alike but has a name.
    participates = {"avatarUrl", "id", "type"} <= value.keys() and not {"name", "title"} & value.keys()
    return isinstance(value.get("accountId"), str) or named or addressed or participates


def _users(value: Any, name: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Return every user object below a value, with the name of the field that holds it."""
    if isinstance(value, dict):
        if _is_user(value):
            yield name, value
        for inner, part in value.items():
            yield from _users(part, inner)
    elif isinstance(value, list):
        for part in value:
            yield from _users(part, name)


@dataclass(slots=True)
class _Known:
    """What the user objects of a record tell.

    Attributes:
        names: display name of a person to their key, where it can be told from other words.
        words: account id, user key, user name or e-mail address (in lower case) to what replaces it.
        fields: ids of the fields that hold users.
        kind: how this site names people.
    """

    people: Pseudonyms
    names: dict[str, str] = field(default_factory=dict)
    words: dict[str, str] = field(default_factory=dict)
    fields: set[str] = field(default_factory=set)
    kind: str = "login"

    @classmethod
    def of(cls, body: Any, people: Pseudonyms) -> "_Known":
        known = cls(people)
        users = list(_users(body))
        if any(isinstance(user.get("accountId"), str) for _, user in users):
            known.kind = "account_id"
        for holder, user in users:
            known.fields.add(holder)
            known._learn(user)
        return known

    def _learn(self, user: Mapping[str, Any]) -> None:
        replacement = self.replacement(user)
        words = (user.get(name) for name in ("accountId", "key", "name", "emailAddress"))
        self.words |= {word.casefold(): replacement for word in words if isinstance(word, str) and word}
        name = text(user.get("displayName"))
        if name and _is_distinct(name) and not is_bot(user, self.people):
            self.names.setdefault(name, replacement)

    def replacement(self, user: Mapping[str, Any]) -> str:
        """Return what stands for an account: a person's key, or a bot's own id."""
        identities = (
            ("account_id", "accountId"), ("login", "key"), ("login", "name"), ("email", "emailAddress"),
            ("login", "id"), ("name", "displayName"),
        )  # fmt: skip
        found = ((kind, name) for kind, field_name in identities if (name := text(user.get(field_name))))
        kind, identity = next(found, ("account_id", "unknown"))
        # "unknown" is what Jira sends for an account that it cannot tell any more: no person.
        if identity == "unknown" or is_bot(user, self.people) or PERSON_KEY.fullmatch(identity):
            return identity
        return self.people.key(SOURCE_NAME, kind, identity)

    def word(self, word: str) -> str:
        """Return what stands for an identity that is written somewhere."""
        if PERSON_KEY.fullmatch(word) or not word:
            return word
        kind = "account_id" if _CLOUD_ACCOUNT.fullmatch(word) else self.kind
        return self.words.get(word.casefold()) or self.people.key(SOURCE_NAME, kind, word)


def _is_distinct(name: str) -> bool:
    """Tell whether a display name is no other word: a person called `Support` must not rename the status `Support`."""
    return " " in name.strip() or not name.isascii()


def is_bot(user: Mapping[str, Any], people: Pseudonyms) -> bool:
    """Tell whether an account is an app, or is called a bot by the settings."""
    names = (text(user.get(name)) for name in ("displayName", "name"))
    return user.get("accountType") == "app" or any(people.is_bot(name) for name in names if name)


class _Rewriting:
    """One record being rewritten."""

    def __init__(self, people: Pseudonyms, known: _Known) -> None:
        self._people = people
        self._known = known

    def value(self, value: Any) -> Any:
        if isinstance(value, str):
            return self._text(value)
        if isinstance(value, list):
            return [self.value(part) for part in value]
        if not isinstance(value, dict):
            return value
        if _is_user(value):
            return self._user(value)
        if value.get("type") == "mention" and isinstance(value.get("attrs"), dict):
            return {**self._object(value), "attrs": self._mention(value["attrs"])}
        if "field" in value and {"fromString", "toString"} & value.keys() and self._tells_people(value):
            return self._object(value) | self._item(value)
        return self._object(value)

    def _object(self, value: Mapping[str, Any]) -> dict[str, Any]:
        return {self._text(name): self.value(part) for name, part in value.items() if name != _RENDERED}

    def _user(self, user: Mapping[str, Any]) -> dict[str, Any]:
        kept = {name: user[name] for name in ("accountType", "active") if name in user}
        replacement = self._known.replacement(user)
        if is_bot(user, self._people):
            name = text(user.get("displayName")) or text(user.get("name")) or replacement
            return {**kept, "accountId": replacement, "accountType": "app", "displayName": self._text(name)}
        return {**kept, "accountId": replacement}

    def _mention(self, attrs: Mapping[str, Any]) -> dict[str, Any]:
        kept = self._object({name: part for name, part in attrs.items() if name not in ("id", "text")})
        return {**kept, "id": self._known.word(str(attrs.get("id") or ""))}

    def _tells_people(self, item: Mapping[str, Any]) -> bool:
        """Tell whether a change is one of people: assignee, reporter, or a field that holds users."""
        holder = str(item.get("fieldId") or item.get("field"))
        return (
            holder in _PERSON_FIELDS
            or holder in self._known.fields
            or any(
                tmp in item
                or str(item.get(shown)) in self._known.names
                or any(_CLOUD_ACCOUNT.fullmatch(word) for word in _several(item.get(identity)))
                for identity, shown, tmp in _SIDES
            )
        )

    def _item(self, item: Mapping[str, Any]) -> dict[str, Any]:
        changed: dict[str, Any] = {}
        # A user name of Data Center may hold spaces; only fields of several people list their ids.
        is_one = str(item.get("fieldId") or item.get("field")) in _PERSON_FIELDS
        for identity, shown, tmp in _SIDES:
            word, name = text(item.get(identity)), text(item.get(shown))
            words = _several(word) if not is_one else [word] if word else []
            if tmp in item:
                changed[tmp] = self._known.word(text(item[tmp]) or "") or None
            if name is not None and self._people.is_bot(name):
                continue
            keys = [self._known.word(word) for word in words]
            if keys and not any(PERSON_KEY.fullmatch(key) for key in keys):
                continue
            changed[identity] = ", ".join(keys) or item.get(identity)
            if name is not None:
                changed[shown] = ", ".join(keys) or self._name(name)
        return changed

    def _name(self, name: str) -> str:
        return name if PERSON_KEY.fullmatch(name) else self._known.names.get(name) or self._key("name", name)

    def _text(self, value: str) -> str:
        if value in self._known.names:
            return self._known.names[value]
        value = _MENTION.sub(lambda found: f"[~{found[1] or ''}{self._known.word(found[2])}]", value)
        value = _USER_ADDRESS.sub(lambda found: found[1] + self._known.word(unquote(found[2])), value)
        return _EMAIL.sub(lambda found: self._email(found[0].replace("%40", "@")), value)

    def _email(self, address: str) -> str:
        if _NOBODY.fullmatch(address):
            return address
        return self._known.words.get(address.casefold()) or self._key("email", address)

    def _key(self, kind: str, identity: str) -> str:
        return self._people.key(SOURCE_NAME, kind, identity)


def _several(value: Any) -> list[str]:
    """Return the ids that a change holds: one, or several as `[a, b]`."""
    return re.findall(r"[^\[\],\s]+", value) if isinstance(value, str) else []
