"""The seam of writing to a vendor: one comment of ours on a ticket, found again by a marker before anything is sent.

A request that writes is sent once. What became of it is told by which error it raises; trying again is for the caller,
who looks first.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Any, Literal, Protocol, runtime_checkable
from urllib.parse import urljoin

import httpx

from pipelines.sources.answers import Answer, Limits
from pipelines.sources.live import BadAnswerError, ConnectionSettings, Network, VendorError
from pipelines.sources.verdicts import broken, refusal

# How a vendor wants a text: Atlassian's document format, wiki markup, or Markdown.
Form = Literal["adf", "wiki", "markdown"]
# Nothing was sent yet where one of these is raised.
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
# Refusals that say nothing against the message itself: the token, the limit, or the moment.
_LATER = (401, 408, 409, 423, 425, 429)


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
        kind, epoch: a ticket has one comment of each pair.
        content_hash: of the text, whatever form it was rendered in.
    """

    message_id: str
    kind: str
    epoch: int
    version: int
    content_hash: str

    @property
    def place(self) -> str:
        """Which of a ticket's comments of ours it is."""
        return f"{self.kind}/{self.epoch}"


@dataclass(frozen=True, slots=True)
class Standing:
    """Our comment as it stands on a ticket.

    Attributes:
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
    """Writes comments to one vendor's site."""

    vendor: str

    @property
    def form(self) -> Form:
        """How it wants a text.

        Raises:
            VendorError: the site has to be asked, and does not answer.
        """

    def look(self, ticket: str, mark: Mark, known_id: str | None, since: datetime) -> Sight:
        """Look for our comment on a ticket, by its present or a former key.

        Args:
            known_id: of the comment as we know it, None where we know of none.
            since: none of ours is older.

        Raises:
            MissingError: there is no such ticket, or none that the token may see.
            VendorError: it cannot be looked at.
        """

    def post(self, sight: Sight, body: Any, mark: Mark) -> str:
        """Add a comment that bears the mark, and return its id.

        Raises:
            UnsentError, LostError, NotTakenError: what became of it.
        """

    def replace(self, sight: Sight, body: Any, mark: Mark) -> None:
        """Write the comment that stands anew, with its mark.

        Raises:
            UnsentError, LostError, NotTakenError: what became of it.
        """

    def note(self, sight: Sight, remote_id: str, mark: Mark) -> None:
        """Let the ticket itself remember the comment, so that one that is deleted is not posted again.

        Raises:
            VendorError: it does not.
        """

    def close(self) -> None:
        """Close every connection."""


@runtime_checkable
class WritableSource(Protocol):
    """A source whose tickets can be written to."""

    def writer(self, connection: ConnectionSettings, network: Network) -> Writer:
        """Return what writes to a site; asks nothing yet."""


class Once:
    """Sends each request once, and says what became of it. It has no retry that could be switched on."""

    def __init__(
        self, base_url: str, *, headers: Mapping[str, str], limits: Limits, network: Network
    ) -> None:  # fmt: skip
        self._base, self._limits, self._network = base_url.rstrip("/") + "/", limits, network
        verify: Any = True
        if network.ca_bundle is not None:
            import ssl

            verify = ssl.create_default_context(cafile=network.ca_bundle)
        self._client = httpx.Client(
            headers=dict(headers), timeout=network.timeout_seconds, proxy=network.proxy, verify=verify,
            follow_redirects=False,
        )  # fmt: skip

    def send(self, method: str, path: str, body: Any) -> Answer:
        """Send a request that writes.

        Raises:
            UnsentError, LostError, NotTakenError: what became of it.
        """
        url = urljoin(self._base, path.lstrip("/"))
        try:
            response = self._client.request(method, url, json=body)
        except (*_UNSENT, httpx.InvalidURL) as error:
            raise UnsentError(str(broken(error, url, self._network))) from None
        except httpx.HTTPError as error:
            # Without its cause: an error of httpx carries the request, and so the token.
            raise LostError(str(broken(error, url, self._network))) from None
        answer = Answer.of(response, response.content, url)
        if 200 <= answer.status < 300:
            return answer
        raise self._judged(answer, url)

    def _judged(self, answer: Answer, url: str) -> VendorError:
        said = refusal(self._limits.vendor, answer.status, url, answer.content)
        why = str(said) if said else f"{url} sends on elsewhere; put the address where it now is into the settings"
        pause = self._limits.pause(answer, 0)
        if answer.status in _LATER or answer.status < 400 or (pause is not None and answer.status < 500):
            return UnsentError(f"{self._limits.vendor} asks to wait for its {pause.reason}" if pause else why)
        return LostError(why) if answer.status >= 500 else NotTakenError(why)

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def __enter__(self) -> "Once":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def text_digest(text: str) -> str:
    """Return a digest of a text by which it is known again: what vendors do to blanks counts for nothing."""
    return hashlib.sha256(re.sub(r"\s+", "", text).encode("utf-8", "replace")).hexdigest()[:32]


def taken(answer: Answer) -> Any:
    """Return what an answer to a write holds.

    Raises:
        LostError: it cannot be read, so nobody knows whether what was sent was taken.
    """
    try:
        return answer.json()
    except BadAnswerError as error:
        raise LostError(str(error)) from None
