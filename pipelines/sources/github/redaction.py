"""Takes e-mail addresses and known logins out of text. Every pattern is linear in the text, however hostile."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from pipelines.sources.base import EMAIL, Pseudonyms
from pipelines.sources.github.coding_tools import is_tool_address

_TRAILER = re.compile(r"(?im)^([ \t>*]*(?:[a-z]+(?:-[a-z]+)*-by|author|committer|from|cc):)[^<\n]*<([^<>\n]+)>")
_ADDRESS = re.compile(r"(?:https?://|git://|ssh://|git@)[^\s<>\"'`]+")
# Fields that name things, not people: a login that is also a branch or a label must not change them.
_NAMES = frozenset(
    {
        "ref", "sha", "head_sha", "head_branch", "default_branch", "environment", "original_environment", "task",
        "event", "state", "status", "conclusion", "name", "full_name", "label", "path", "node_id", "type", "language",
        "tag_name", "target_commitish", "service", "state_reason", "filename",
    }
)  # fmt: skip


_OWNED = frozenset({"full_name", "label"})
_LONG = 8
_NEVER = r"(?!)"


class _Patterns(NamedTuple):
    """Where the logins of one set of people stand: anywhere; in addresses, in mentions, before a fork's branch or
    name, in the path of a branch; and as words, however the longer ones are written.
    """

    anywhere: re.Pattern[str]
    segment: re.Pattern[str]
    mention: re.Pattern[str]
    owner: re.Pattern[str]
    branch: re.Pattern[str]
    word: re.Pattern[str]


@lru_cache(maxsize=1024)
def _patterns(repository: str, logins: tuple[str, ...]) -> _Patterns:
    """Build the patterns; records of one repository mostly name the same few people."""
    anyone = _alternatives(logins)
    words = _alternatives(tuple(login for login in logins if _is_distinct(login)))
    long_words = _alternatives(tuple(login for login in logins if len(login) >= _LONG))
    owner, _, name = repository.partition("/")
    # The owner's login in the repository's own name stays.
    itself = rf"(?!(?<={re.escape(owner)})/{re.escape(name)}(?![\w-]))" if name else ""
    # `login-patch-1` is what the host calls a branch that was made on its page.
    end = r"(?:(?![\w-])|(?=-patch-\d))"
    return _Patterns(
        anywhere=re.compile(anyone, re.IGNORECASE),
        segment=re.compile(rf"(?<=[/:@=])({anyone}){end}{itself}", re.IGNORECASE),
        mention=re.compile(rf"(?<=@)({anyone})(?![\w-])", re.IGNORECASE),
        owner=re.compile(rf"^({anyone})(?=[/:]){itself}", re.IGNORECASE),
        branch=re.compile(rf"(?:^|(?<=[/:]))({words})(?=/|-patch-\d){itself}"),
        word=re.compile(rf"(?<![\w-])({words}|(?i:{long_words})){end}{itself}"),
    )


def _alternatives(logins: tuple[str, ...]) -> str:
    in_order = sorted(logins, key=lambda login: (-len(login), login))
    return "|".join(re.escape(login) for login in in_order) or _NEVER


def _is_distinct(login: str) -> bool:
    """Tell whether a login can be told from a word of the language: as a login, `fix` must not eat `fix: typo`."""
    return len(login) >= 6 or not (login.isalpha() and login.islower())


class Redaction:
    """What to take out of the strings of one record.

    Args:
        repository: `owner/name`; stays as it is wherever it stands.
        keys: key of each person whose login the record's user objects name.
        people: gives keys to e-mail addresses.
    """

    def __init__(self, repository: str, keys: Mapping[str, str], people: Pseudonyms) -> None:
        self._people = people
        self._keys = {login.lower(): key for login, key in keys.items()}
        self._patterns = _patterns(repository, tuple(sorted(keys))) if keys else None

    def text(self, text: str, field: str) -> str:
        """Return the text without addresses and logins; `field` is the name of the field that it stands in."""
        if "@" in text:
            text = self._without_addresses(text)
        patterns = self._patterns
        if patterns is None or patterns.anywhere.search(text) is None:
            return text
        if field in _NAMES:
            text = patterns.owner.sub(self._key, text) if field in _OWNED else text
            return patterns.branch.sub(self._key, text)
        text = _ADDRESS.sub(lambda found: patterns.segment.sub(self._key, found.group()), text)
        return patterns.word.sub(self._key, patterns.mention.sub(self._key, text))

    def _without_addresses(self, text: str) -> str:
        if "<" in text:
            text = _TRAILER.sub(self._trailer, text)
        return EMAIL.sub(self._email, text)

    def _trailer(self, found: re.Match[str]) -> str:
        start, address = found.groups()
        if is_tool_address(address) or "@" not in address:
            return found.group()
        return f"{start} <{self._people.key('github', 'email', address.strip().lower())}>"

    def _email(self, found: re.Match[str]) -> str:
        address = found.group()
        # git@host:path is where a repository lies.
        if address.startswith("git@") or is_tool_address(address):
            return address
        return self._people.key("github", "email", address.lower())

    def _key(self, found: re.Match[str]) -> str:
        return self._keys[found.group(1).lower()]
