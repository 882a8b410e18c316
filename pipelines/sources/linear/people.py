"""Replaces people by their keys before a record is kept. Apps, and accounts that the settings call bots, keep names.

Linear knows a person by id, and in texts by display name. Who is who within a record is learnt from its user objects
first; then ids, mentions, names and e-mail addresses are replaced wherever they stand.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pipelines.sources.base import EMAIL, PERSON_KEY, Pseudonyms, RawRecord
from pipelines.sources.values import text

_SOURCE = "linear"
# Tools sign with these; they name nobody. `git@host` is where a repository lies.
_NOBODY = re.compile(r"(?:git|no-?reply|cursoragent)@.+", re.IGNORECASE)
_MENTION = re.compile(r"(?<![\w@/.])@([\w.-]{1,100})")
_PROFILE = re.compile(r"(/profiles/)([\w.%-]{1,100})")
_USERS = frozenset(
    {
        "actor", "actors", "asksExternalUserRequester", "asksRequester", "assignee", "creator", "delegate",
        "descriptionUpdatedBy", "externalUser", "externalUserCreator", "fromAssignee", "fromDelegate", "lead",
        "onBehalfOf", "owner", "resolvingUser", "snoozedBy", "subscribers", "toAssignee", "toDelegate",
        "triageResponsibilityNotifiedUsers", "updatedBy", "user",
    }
)  # fmt: skip
_IDS = frozenset(
    {
        "actorId", "assigneeId", "creatorId", "delegateId", "fromAssigneeId", "fromDelegateId", "ownerId",
        "resolvingUserId", "snoozedById", "subscriberIds", "toAssigneeId", "toDelegateId", "userId",
    }
)  # fmt: skip
# What an integration, a picture or an editor's own form of a text says again, with people's names in it.
_LEFT_OUT = frozenset({"metadata", "source", "bodyData", "reactionData", "reactions", "descriptionState", "syncedWith"})


def pseudonymise(record: RawRecord, people: Pseudonyms) -> RawRecord:
    """Return the record with every person replaced by a key; calling it again changes nothing."""
    known = _Known(people)
    for user in _users(record.body, is_user=False):
        known.learn(user)
    return replace(record, body=_Rewriting(known).value(record.body))


def _is_user(value: Mapping[str, Any]) -> bool:
    """Tell whether an object stands for an account; a team has a display name as well, and a key."""
    return isinstance(value.get("email"), str) or ("displayName" in value and "key" not in value)


def _users(value: Any, *, is_user: bool) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, dict):
        if (is_user and "nodes" not in value) or _is_user(value):
            yield value
        for name, part in value.items():
            yield from _users(part, is_user=name in _USERS or (is_user and name == "nodes"))
    elif isinstance(value, list):
        for part in value:
            yield from _users(part, is_user=is_user)


@dataclass(slots=True)
class _Known:
    """What the user objects of a record tell.

    Attributes:
        words: id, display name or e-mail address (in lower case) to what replaces it.
        names: full name of a person, of two words at least, to their key.
    """

    people: Pseudonyms
    words: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)

    def learn(self, user: Mapping[str, Any]) -> None:
        """Note who an account is."""
        key = self.replacement(user)
        for name in ("id", "email", "displayName"):
            if (word := text(user.get(name))) and not PERSON_KEY.fullmatch(word):
                self.words[word.casefold()] = key
        for name in ("name", "displayName"):
            full = text(user.get(name))
            # One word may be any word: a person called `Support` must not rename the status `Support`.
            if full and " " in full.strip() and not self.is_bot(user):
                self.names.setdefault(full.strip(), key)

    def is_bot(self, user: Mapping[str, Any]) -> bool:
        """Tell whether an account is an app, or is called a bot by the settings."""
        names = (text(user.get(name)) for name in ("displayName", "name"))
        return user.get("app") is True or any(self.people.is_bot(name) for name in names if name)

    def replacement(self, user: Mapping[str, Any]) -> str:
        """Return what stands for an account: a person's key, or a bot's own id."""
        found = (
            (kind, word)
            for kind, name in (("account_id", "id"), ("email", "email"), ("login", "displayName"), ("name", "name"))
            if (word := text(user.get(name)))
        )
        kind, identity = next(found, ("account_id", "unknown"))
        if identity == "unknown" or self.is_bot(user) or PERSON_KEY.fullmatch(identity):
            return identity
        return self.key(kind, identity)

    def key(self, kind: str, identity: str) -> str:
        """Return the key of somebody whom only a word tells."""
        if PERSON_KEY.fullmatch(identity):
            return identity
        return self.people.key(_SOURCE, kind, identity)


class _Rewriting:
    def __init__(self, known: _Known) -> None:
        self._known = known
        names = sorted(known.names, key=len, reverse=True)
        # Names of people in running text; none where the record knows nobody by full name.
        self._names = re.compile(r"(?<!\w)(?:" + "|".join(map(re.escape, names)) + r")(?!\w)") if names else None

    def value(self, value: Any, name: str = "", *, is_user: bool = False) -> Any:
        """Return a value with its people replaced."""
        if isinstance(value, dict):
            if (is_user and "nodes" not in value) or _is_user(value):
                return self._user(value)
            return {
                key: self.value(part, key, is_user=key in _USERS or (is_user and key == "nodes"))
                for key, part in value.items()
                if key not in _LEFT_OUT
            }
        if isinstance(value, list):
            return [self.value(part, name, is_user=is_user) for part in value]
        if not isinstance(value, str):
            return value
        if name in _IDS:
            return self._known.words.get(value.casefold()) or (self._known.key("account_id", value) if value else value)
        if name == "userDisplayName":
            return self._known.words.get(value.casefold()) or (self._known.key("name", value) if value else value)
        return self._text(value)

    def _user(self, user: Mapping[str, Any]) -> dict[str, Any]:
        if self._known.is_bot(user):
            # Told as an app from here on: the settings may call it a bot by a name that is left out.
            name = text(user.get("name")) or text(user.get("displayName"))
            return {"id": user.get("id"), "name": name, "app": True}
        return {"id": self._known.replacement(user)}

    def _text(self, value: str) -> str:
        if "@" in value:
            value = EMAIL.sub(lambda found: self._email(found[0]), value)
            value = _MENTION.sub(lambda found: f"@{self._known.words.get(found[1].casefold(), found[1])}", value)
        if "/profiles/" in value:
            value = _PROFILE.sub(lambda found: found[1] + self._profile(found[2]), value)
        return self._names.sub(lambda found: self._known.names[found[0]], value) if self._names else value

    def _email(self, address: str) -> str:
        if _NOBODY.fullmatch(address):
            return address
        return self._known.words.get(address.casefold()) or self._known.key("email", address)

    def _profile(self, name: str) -> str:
        return self._known.words.get(name.casefold()) or self._known.key("login", name)
