"""Pseudonyms: people are keyed-hashed on the way in; who they are lies in a file apart, erased by deleting it."""

import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import polars as pl

from pipelines.events.records import Person
from pipelines.settings import Settings
from warehouse.connection import transaction, writer

_TABLE = """
create table if not exists people (
    person_key varchar not null,
    source varchar not null,
    kind varchar not null,
    identity varchar not null
)
"""


_KEY = re.compile("p_[0-9a-f]{16}")
_ACCOUNT_NAMES = ("login", "account_id", "email", "name")
# Keys of users are kept to be found again, so many of each kind: about 30 MB.
_KEPT_KEYS = 100_000


class KeyedPseudonyms:
    """Turns identities into keys with HMAC-SHA-256 and remembers which it saw. Implements `Pseudonyms`."""

    def __init__(self, secret: str, bots: Iterable[str] = ()) -> None:
        self._secret = secret.encode()
        self._bots = frozenset(bot.casefold() for bot in bots)
        self._seen: dict[tuple[str, str, str], Person] = {}
        self._users: dict[tuple[str, str], dict[str, str]] = {}

    def key(self, source: str, kind: str, identity: str) -> str:
        """Return `p_` and 16 hex characters: the same for the same identity, whatever its letter case."""
        known = self._seen.get((source, kind, identity))
        if known is None:
            text = f"{source}\0{kind}\0{identity.casefold()}".encode("utf-8", "surrogatepass")
            digest = hmac.new(self._secret, text, hashlib.sha256).hexdigest()[:16]
            known = Person(person_key=f"p_{digest}", source=source, kind=kind, identity=identity)
            self._seen[(source, kind, identity)] = known
        return known.person_key

    def user_keys(self, source: str, kind: str, identities: Sequence[str]) -> list[str]:
        """Return the keys of a product's users, in the order of their identities; letter case counts in those.

        None of them is remembered: who asks to be erased tells the identity, and from that the key is computed; there
        is no way back.
        """
        known = self._users.setdefault((source, kind), {})
        if len(known) > _KEPT_KEYS:
            known.clear()
        before, keys = f"{source}\0{kind}\0".encode(), []
        for identity in identities:
            key = known.get(identity)
            if key is None:
                text = before + identity.encode("utf-8", "surrogatepass")
                key = known[identity] = "p_" + hmac.digest(self._secret, text, "sha256").hex()[:16]
            keys.append(key)
        return keys

    def is_bot(self, login: str) -> bool:
        """Tell whether the settings call this account a bot, whatever its letter case."""
        return login.casefold() in self._bots

    @property
    def seen(self) -> tuple[Person, ...]:
        """Everyone who got a key so far."""
        return tuple(self._seen.values())


def pseudonyms(settings: Settings) -> KeyedPseudonyms:
    """Return the pseudonyms that these settings ask for."""
    return KeyedPseudonyms(settings.person_key.get_secret_value(), settings.people.bots)


def bot_keys(settings: Settings, sources: Iterable[str]) -> list[str]:
    """Return the keys under which an account of these sources that is called a bot only now was hashed earlier."""
    keyed = pseudonyms(settings)
    return sorted(keyed.key(source, "login", bot) for source in sources for bot in settings.people.bots)


def keys_of(settings: Settings, sources: Iterable[str], account: str) -> list[str]:
    """Return every key that an account may have, by whichever of its names a source tells it; a key is its own."""
    if _KEY.fullmatch(account):
        return [account]
    keyed = pseudonyms(settings)
    return sorted(keyed.key(source, kind, account) for source in sources for kind in _ACCOUNT_NAMES)


def remember(path: Path, people: Iterable[Person]) -> int:
    """Add people to the private table, each once. Returns how many were new."""
    rows = [(person.person_key, person.source, person.kind, person.identity) for person in people]
    if not rows:
        return 0
    incoming = pl.DataFrame(rows, schema=["person_key", "source", "kind", "identity"], orient="row")
    with writer(path) as connection, transaction(connection):
        path.chmod(0o600)
        connection.execute(_TABLE)
        connection.register("incoming", incoming)
        added = connection.execute(
            """
            insert into people
            select person_key, source, kind, identity from incoming
            anti join people using (person_key, source, kind)
            """
        ).fetchone()
        connection.unregister("incoming")
    return int(added[0]) if added else 0
