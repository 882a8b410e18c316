"""The seam of writing to a vendor: one thing of ours for a ticket, found again by a marker before anything is sent.

A request that writes is sent once. What became of it is told by which error it raises; trying again is for the caller,
who looks first.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol, runtime_checkable

from pipelines.sources.live import ConnectionSettings, Finding, Network, VendorError

# How a vendor wants a text: Atlassian's document format, wiki markup, or Markdown; or no text at all but a payload.
Form = Literal["adf", "wiki", "markdown", "payload"]


class UnsentError(VendorError):
    """It was not taken, for sure, and that is no fault of the message's: another time it may be."""


class LostError(VendorError):
    """It was sent, and nobody knows whether it was taken."""


class NotTakenError(VendorError):
    """The vendor refused it, and would again."""


@dataclass(frozen=True, slots=True)
class Mark:
    """What a comment of ours bears, so that it is known again.

    Attributes:
        kind, epoch: a ticket has one thing of ours of each pair.
        content_hash: of the text, whatever form it was rendered in.
    """

    message_id: str
    kind: str
    epoch: int
    version: int
    content_hash: str

    @property
    def place(self) -> str:
        """Which of a ticket's things of ours it is."""
        return f"{self.kind}/{self.epoch}"


@dataclass(frozen=True, slots=True)
class NewTicket:
    """A ticket that is to be made in the project of another, which is its origin.

    Attributes:
        title: one line of plain text.
        body: in the form that the site wants.
        issue_type: its name, for sites that have types; `labels` by their names.
        relations: how the ticket may be tied to its origin, as it reads from the ticket, in small letters.
    """

    title: str
    body: Any
    issue_type: str
    labels: tuple[str, ...]
    relations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """What of ours stands already, as our comment on a ticket.

    Attributes:
        remote_id: the vendor's own of a comment; of a ticket that was made, its key.
        content_hash: of the text that we last wrote there.
        is_edited: somebody else changed it since.
    """

    remote_id: str
    content_hash: str | None
    is_edited: bool


@dataclass(frozen=True, slots=True)
class Sight:
    """What a ticket shows of a comment of ours.

    Attributes:
        ticket_id: the vendor's own, which no move changes; `ticket_key` as it is called now.
        standing: None where there is none.
        noted_id: of the comment that the ticket itself remembers; without `standing`, somebody deleted it.
    """

    ticket_id: str
    ticket_key: str
    standing: Standing | None
    noted_id: str | None


class Writer(Protocol):
    """Writes one kind of message to one vendor's site, `instance` as it stands in the log."""

    vendor: str
    instance: str

    @property
    def form(self) -> Form:
        """How it wants a text.

        Raises:
            VendorError: the site has to be asked, and does not answer.
        """

    def look(self, ticket: str, mark: Mark, known_id: str | None, since: datetime) -> Sight:
        """Look for what is ours of a ticket, by its present or a former key.

        Args:
            known_id: of what is ours as we know it, None where we know of none.
            since: none of ours is older.

        Raises:
            MissingError: there is no such ticket, or none that the token may see.
            NotTakenError: whether anything of ours stands will never be known without a person.
            VendorError: it cannot be looked at.
        """

    def post(self, sight: Sight, body: Any, mark: Mark) -> str:
        """Add it, as a comment that bears the mark, and return its id.

        Args:
            body: in the writer's form; of a ticket that is to be made a `NewTicket`.

        Raises:
            UnsentError, LostError, NotTakenError: what became of it.
        """

    def replace(self, sight: Sight, body: Any, mark: Mark) -> None:
        """Write what stands anew, with its mark.

        Raises:
            UnsentError, LostError, NotTakenError: what became of it.
        """

    def note(self, sight: Sight, remote_id: str, mark: Mark) -> None:
        """Let the ticket itself remember what was made, so that it is not made again where somebody deleted it.

        Raises:
            VendorError: it does not.
        """

    def close(self) -> None:
        """Close every connection."""


@runtime_checkable
class RightsTold(Protocol):
    """A writer whose vendor can be asked what the token may do."""

    def rights(self, places: Sequence[str]) -> Iterator[Finding]:
        """Ask, and write nothing, whether the token may write in these projects or teams; raises no VendorError."""


@runtime_checkable
class BatchWriter(Protocol):
    """Sends events to one vendor's site, many in one request.

    An event cannot be looked for there. It bears an id that is always the same, by which the vendor drops a second one
    for `remembers`.
    """

    vendor: str
    instance: str
    remembers: timedelta

    def send(self, events: Sequence[tuple[Mark, Any]]) -> list[VendorError | None]:
        """Send payloads once, and return of each, in order, None where the vendor acknowledged it.

        Else it is an UnsentError, a LostError or a NotTakenError: what became of it.
        """

    def id_of(self, mark: Mark) -> str:
        """Return the id that an event bears there."""

    def close(self) -> None:
        """Close every connection."""


@runtime_checkable
class WritableSource(Protocol):
    """A source that can be written to.

    Attributes:
        writes: the kinds of messages that it takes: `impact` is the comment that tells what came of a story,
            `follow_up` a ticket that goes on from it, `spec` the comment that is a draft of its specification.
    """

    writes: frozenset[str]

    def writer(self, kind: str, connection: ConnectionSettings, network: Network) -> Writer | BatchWriter:
        """Return what writes messages of a kind to a site; asks nothing yet."""


def text_digest(text: str) -> str:
    """Return a digest of a text by which it is known again: what vendors do to blanks counts for nothing."""
    return hashlib.sha256(re.sub(r"\s+", "", text).encode("utf-8", "replace")).hexdigest()[:32]
