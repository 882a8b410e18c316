"""The seam that every source implements: what a vendor said, and how it maps to events."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Protocol, runtime_checkable

from pipelines.events.envelope import Event
from pipelines.events.records import UNKNOWN_INSTANCE, BadRecord, Person, RawRecord
from pipelines.events.usage import UsagePart, UsageReader

__all__ = [
    "EMAIL",
    "PERSON_KEY",
    "PHONE",
    "UNKNOWN_INSTANCE",
    "BadRecord",
    "DescribedSource",
    "Person",
    "Pseudonyms",
    "RawRecord",
    "RecordingError",
    "Source",
    "Stream",
    "UsageSource",
    "list_of",
    "mapping_of",
]

# A person whose identity was keyed already.
PERSON_KEY = re.compile(r"p_[0-9a-f]{16}")
# An e-mail address. The look-behind lets a match start only where a run of such characters starts: without it a long
# run is quadratic.
EMAIL = re.compile(r"(?<![\w.%+-])[\w.%+-]+@[\w-]+(?:\.[\w-]+)*\.[^\W\d_]{2,}")
# A telephone number as people write one: with a plus or 00, or in the groups of North America. A plain run of digits is
# none: it may be an order's, a ticket's, a time.
PHONE = re.compile(
    r"(?<![\w/=+#.&-])(?:(?:\+|00)\d(?:[ \u00a0().-]{0,2}\d){7,13}|\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4})(?![.-]?\w)"
)

StreamKind = Literal["entity", "observation"]


class RecordingError(ValueError):
    """A folder of recorded responses cannot be read. The message says which file, what, and what to do."""


@runtime_checkable
class DescribedSource(Protocol):
    """A source whose tickets tell in words what is wanted."""

    def description(self, body: Any) -> str:
        """Return what the record of a ticket says of it, as plain text with a line for each paragraph and item."""


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


class Pseudonyms(Protocol):
    """Turns identities of people into keys, and remembers them for the private table."""

    def key(self, source: str, kind: str, identity: str) -> str:
        """Return the person's key (`p_…`), the same for the same identity."""

    def is_bot(self, login: str) -> bool:
        """Tell whether the settings call this account a bot."""


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


@runtime_checkable
class UsageSource(Source, Protocol):
    """A source of product events: they go to segments, and of each hour of upload the log keeps one record."""

    def usage_reader(self, table: Mapping[str, Any]) -> UsageReader:
        """Return how its lines become rows.

        Args:
            table: what `[sources.<name>]` says, empty where it says nothing.

        Raises:
            ValueError: a key of it has a wrong value.
        """

    def read_usage(self, folder: Path, desk: Path) -> Iterator[UsagePart]:
        """Walk a folder of recorded exports, unpacked into `desk`, a part at a time.

        Raises:
            RecordingError: there is nothing to read, or a file is broken.
        """


def mapping_of(value: Any) -> Mapping[str, Any]:
    """Return `value` as a mapping, empty where the vendor sent null or something else."""
    return value if isinstance(value, Mapping) else {}


def list_of(value: Any) -> list[Any]:
    """Return `value` as a list, empty where the vendor sent null or something else."""
    return value if isinstance(value, list) else []
