"""Replaces people by their keys before a record is kept. Bots, organisations and tools keep their names.

Whose login is a person's is known from the user objects of the record itself; their logins then go from addresses,
mentions, branch labels and free text as well. The repository's own name stays, though its owner may be a person:
it is the name of the repository. E-mail addresses go from every string.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from pipelines.sources.base import PERSON_KEY, Pseudonyms, RawRecord
from pipelines.sources.github.coding_tools import is_tool_account, is_tool_address
from pipelines.sources.github.redaction import Redaction

SOURCE_NAME = "github"


def pseudonymise(record: RawRecord, people: Pseudonyms) -> RawRecord:
    """Return the record with every person replaced by a key; calling it again changes nothing."""
    logins = {login for user in _users(record.body) if (login := _person_login(user, people)) is not None}
    keys = {login: people.key(SOURCE_NAME, "login", login) for login in logins}
    repository = re.split(r"[#@]", record.record_key)[0]
    redaction = Redaction("/".join(repository.split("/")[:2]), keys, people)
    return replace(record, body=_Rewriting(people, redaction).value(record.body, ""))


def _users(value: Any) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("login"), str):
            yield value
        for part in value.values():
            yield from _users(part)
    elif isinstance(value, list):
        for part in value:
            yield from _users(part)


def _person_login(user: Mapping[str, Any], people: Pseudonyms) -> str | None:
    """Return the login of a user object if it is a person's that has no key yet."""
    login: str = user["login"]
    is_account = user.get("type") in ("Bot", "Organization") or is_tool_account(login)
    return None if not login or is_account or people.is_bot(login) or PERSON_KEY.fullmatch(login) else login


class _Rewriting:
    """One record being rewritten."""

    def __init__(self, people: Pseudonyms, redaction: Redaction) -> None:
        self._people = people
        self._redaction = redaction

    def value(self, value: Any, field: str) -> Any:
        if isinstance(value, str):
            return self._redaction.text(value, field)
        if isinstance(value, list):
            return [self.value(part, field) for part in value]
        if not isinstance(value, dict):
            return value
        if isinstance(value.get("login"), str):
            return self._user(value)
        if isinstance(value.get("email"), str):
            return self._git_person(value)
        if field == "verification":
            # The signed text repeats the author's name and address, and the signature can be looked up.
            value = {name: part for name, part in value.items() if name not in ("payload", "signature")}
        return {name: self.value(part, name) for name, part in value.items()}

    def _user(self, user: Mapping[str, Any]) -> dict[str, Any]:
        login = _person_login(user, self._people)
        key = user["login"] if login is None else self._people.key(SOURCE_NAME, "login", login)
        return {"login": key, "type": user.get("type")}

    def _git_person(self, person: Mapping[str, Any]) -> dict[str, Any]:
        email, name = person["email"], person.get("name")
        dated = {"date": person["date"]} if "date" in person else {}
        if is_tool_address(email):
            # The host's own address stands beside people's names too.
            tool = {} if email.lower() == "noreply@github.com" and name != "GitHub" else {"name": name}
            return {**tool, "email": email, **dated}
        if email and not PERSON_KEY.fullmatch(email):
            email = self._people.key(SOURCE_NAME, "email", email.lower())
        elif not email and isinstance(name, str) and name:
            email = self._people.key(SOURCE_NAME, "name", name)
        return {"email": email, **dated}
