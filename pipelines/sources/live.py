"""The seam of live collection: a vendor is walked target by target, and each step says where the walk then stands.

A source that can collect declares what its settings are and makes a `Collector`. It knows no warehouse: the records
and cursors of a step are appended by the caller in one transaction, so a walk that was cut off goes on where it was.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Literal, Protocol, runtime_checkable

from pydantic import BaseModel, ConfigDict

from pipelines.events.usage import UsagePart
from pipelines.sources.base import BadRecord, RawRecord, Source


class VendorError(RuntimeError):
    """A vendor could not be read. The message is one sentence: what, where, and what to do. It holds no secret."""


class UnreachableError(VendorError):
    """No whole answer came: no connection, a time-out, a broken body, or only server errors, after every retry."""


class RefusedError(VendorError):
    """The vendor answered that we may not: a wrong, expired or revoked token, or one that lacks a right."""


class MissingError(VendorError):
    """The vendor answered that there is no such thing, or none that this token may see."""


class LimitedError(VendorError):
    """The vendor's rate limit asks for a longer pause than this run may wait."""


class BadAnswerError(VendorError):
    """The vendor answered something that cannot be right: not JSON, too large, a page that repeats without end."""


class ConnectionSettings(BaseModel):
    """What `[sources.<name>]` of storyline.toml may say. A field of type `SecretStr` comes from the environment alone,
    as `STORYLINE_<NAME>_<FIELD>`.

    Attributes:
        walked: the field that takes the names of what is walked, which `init` chooses from what is offered.
        asked: the fields that `init` asks for, in this order; each has a description.
    """

    walked: ClassVar[str]
    asked: ClassVar[tuple[str, ...]]

    model_config = ConfigDict(frozen=True, extra="forbid")


@dataclass(frozen=True, slots=True)
class Network:
    """How any vendor is reached.

    Attributes:
        proxy: address of a proxy; None: as the environment says (`HTTPS_PROXY`, `NO_PROXY`).
        ca_bundle: file of the authorities to trust; None: the system's.
        timeout_seconds: without a byte for so long, a request has failed.
        max_response_bytes: a larger answer, unpacked, is refused.
        max_wait_seconds: a rate limit that asks for a longer pause ends the walk; the next run goes on.
        attempts: times that a read is tried in all.
        backoff_seconds: before the second try; it doubles with each.
        notice: told in a few words what is waited for, for the progress bar.
        scratch: folder for answers that are too large to be held; None: the system's own for such files.
    """

    proxy: str | None = None
    ca_bundle: str | None = None
    timeout_seconds: float = 30
    max_response_bytes: int = 64 * 1024 * 1024
    max_wait_seconds: float = 3_900
    attempts: int = 6
    backoff_seconds: float = 1
    notice: Callable[[str], None] = lambda _text: None
    scratch: Path | None = None


@dataclass(frozen=True, slots=True)
class Target:
    """What is walked in one go: a repository, a project, or what belongs to the whole site.

    Attributes:
        instance: the vendor's site, as in the log: `forge.example`.
        name: as `acme/shop` or `SHOP`.
    """

    instance: str
    name: str


@dataclass(frozen=True, slots=True)
class Step:
    """A part of a walk.

    Attributes:
        records: what it gave; those of an entity stream carry the vendor's time of their version.
        cursors: by the name of a walk, as `acme/shop pull_requests`, where that walk now stands: any JSON. They
            replace the kept ones in the transaction that appends the records.
        done: targets' parts done so far and parts in all, 0 where unknown; for the progress bar.
        usage: hours of product events, whose records are its own; they become segments in the same transaction.
    """

    records: Sequence[RawRecord | BadRecord] = ()
    cursors: Mapping[str, Any] = field(default_factory=dict)
    done: tuple[int, int] = (0, 0)
    usage: UsagePart | None = None


class Memory(Protocol):
    """What the log knows of one instance of a source, for a walk to go on from."""

    def cursor(self, walk: str) -> Any:
        """Return where a walk stands (JSON), None where it never began."""

    def keys(self, stream: str, prefix: str) -> Collection[str]:
        """Return the keys of the records of a stream that begin with `prefix`."""

    def bodies(self, stream: str, keys: Collection[str]) -> Mapping[str, Any]:
        """Return the newest body of each of these records that the log holds, by key, as JSON."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What a look at a connection found: `ok`, `warn` or `act`, and a sentence that says what to do."""

    status: Literal["ok", "warn", "act"]
    sentence: str


class Collector(Protocol):
    """Reads one vendor over HTTP. Never writes to it."""

    def targets(self) -> Iterator[Target]:
        """Yield what is to be walked, the most recently active first.

        Raises:
            VendorError: the vendor cannot be asked.
        """

    def walk(self, target: Target, memory: Memory, as_of: datetime) -> Iterator[Step]:
        """Walk what is new of a target since its cursors, or all of it where there are none.

        Raises:
            VendorError: the walk cannot go on; what its steps gave stays, and the next walk goes on from there.
        """

    def examine(self) -> Iterator[Finding]:
        """Try address, token, scopes and each target, for `doctor` and `init`; raises nothing of the vendor's."""

    def offered(self) -> list[Target]:
        """List what this token can see, named in the settings or not, for `init`.

        Raises:
            VendorError: the vendor cannot be asked.
        """

    @property
    def requests(self) -> int:
        """Requests sent so far, retries included."""

    def close(self) -> None:
        """Close every connection."""


@runtime_checkable
class BackfillCollector(Collector, Protocol):
    """A collector that can be asked for any span of time."""

    def backfill(self, target: Target, first: datetime, end: datetime, as_of: datetime) -> Iterator[Step]:
        """Walk what is of [first, end), whatever is known of it, and move no cursor.

        Raises:
            VendorError: the walk cannot go on; what its steps gave stays.
        """


@runtime_checkable
class LiveSource(Source, Protocol):
    """A source that can also be collected."""

    connection: type[ConnectionSettings]

    def collector(self, connection: ConnectionSettings, network: Network) -> Collector:
        """Return a collector for these settings; asks nothing yet."""
