"""The seam that every source implements: what a vendor said, and how it maps to events."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Literal, Protocol

from pipelines.events.envelope import Event

StreamKind = Literal["entity", "observation"]


class RecordingError(ValueError):
    """A folder of recorded responses cannot be read. The message says which file, what, and what to do."""


@dataclass(frozen=True, slots=True)
class Stream:
    """A kind of record that a source gives.

    Attributes:
        name: as `issues`.
        kind: `entity`: a record tells its whole history anew, so its newest version supersedes all that older
            ones projected. `observation`: a record stays for ever and is never superseded.
    """

    name: str
    kind: StreamKind


@dataclass(frozen=True, slots=True)
class RawRecord:
    """What a vendor said about one thing, once.

    Attributes:
        stream: name of a declared `Stream`.
        record_key: identity of the thing within (source, instance, stream), as `acme/shop#12`.
        body: the vendor's JSON, word for word but for pseudonymised person fields.
        vendor_version_at: the vendor's own time of this version (aware UTC), None where it tells none.
    """

    instance: str
    stream: str
    record_key: str
    body: Any
    vendor_version_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BadRecord:
    """Something in a recording or a response that is not even a record: kept in quarantine as it is."""

    instance: str
    stream: str
    record_key: str
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class Person:
    """A row of the private key-to-person table; never leaves it.

    Attributes:
        person_key: `p_` and 16 hex characters.
        kind: what `identity` is: `login`, `account_id`, `email`, `name`.
    """

    person_key: str
    source: str
    kind: str
    identity: str


class Pseudonyms(Protocol):
    """Turns identities of people into keys, and remembers them for the private table."""

    def key(self, source: str, kind: str, identity: str) -> str:
        """Return the person's key (`p_…`), the same for the same identity."""

    def is_bot(self, login: str) -> bool:
        """Tell whether the settings call this account a bot."""


Progress = Callable[[str], None]


class Source(Protocol):
    """A vendor. `SOURCE` in a source folder's `__init__.py` is one of these."""

    name: str
    mapper_version: int
    streams: tuple[Stream, ...]
    emits: frozenset[str]

    def read_recording(self, folder: Path) -> Iterator[RawRecord | BadRecord]:
        """Walk a folder of recorded vendor responses (the layout of one repository or project).

        Raises:
            RecordingError: a file is not the JSON that the layout calls for.
        """

    def pseudonymise(self, record: RawRecord, people: Pseudonyms) -> RawRecord:
        """Return the record with each person field replaced by its key; bots keep their login."""

    def to_events(self, instance: str, stream: str, record_key: str, body: Any) -> Iterable[Event]:
        """Map one raw record. Pure: no I/O, no clock, no settings.

        Raises:
            MappingError: the record cannot be mapped; it goes to quarantine with the message.
        """


def mapping_of(value: Any) -> Mapping[str, Any]:
    """Return `value` as a mapping, empty where the vendor sent null or something else."""
    return value if isinstance(value, Mapping) else {}
