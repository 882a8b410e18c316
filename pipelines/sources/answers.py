"""An answer of a vendor, and how a vendor says that it was asked too much."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Protocol

import httpx

from pipelines.clock import now
from pipelines.sources.verdicts import unreadable

_CLOCKS_MAY_DIFFER = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Answer:
    """What a vendor answered, read whole. Header names are lower-case."""

    status: int
    headers: Mapping[str, str]
    content: bytes
    url: str

    @classmethod
    def of(cls, response: httpx.Response, content: bytes, url: str) -> "Answer":
        """Return a response whose body was read."""
        return cls(
            response.status_code, {name.lower(): value for name, value in response.headers.items()}, content, url
        )

    def json(self) -> Any:
        """Return the body as JSON; a byte that is no UTF-8 costs one letter, and not the page that it stands on.

        Raises:
            BadAnswerError: it is none.
        """
        try:
            return json.loads(self.content.decode("utf-8-sig", "replace"), parse_constant=_no_number)
        except (ValueError, RecursionError):
            raise unreadable(self.url, self.content) from None

    @property
    def date(self) -> datetime | None:
        """The vendor's clock as it answered (aware UTC), None where it did not tell."""
        try:
            told = parsedate_to_datetime(self.headers["date"])
        except (KeyError, ValueError, TypeError):
            return None
        return told.astimezone(UTC) if told.tzinfo else told.replace(tzinfo=UTC)

    @property
    def is_by_another_clock(self) -> bool:
        """Whether the vendor's clock and ours differ by more than an answer's way explains."""
        return self.date is not None and abs(now() - self.date) > _CLOCKS_MAY_DIFFER

    @property
    def etag(self) -> str | None:
        """What names this version of it."""
        return self.headers.get("etag")

    @property
    def is_unchanged(self) -> bool:
        """Whether it is still what the etag named."""
        return self.status == 304

    @property
    def next_url(self) -> str | None:
        """The page after this one, by the Link header."""
        links = httpx.Response(200, headers={"link": self.headers.get("link", "")}).links
        return links.get("next", {}).get("url")


@dataclass(frozen=True, slots=True)
class Pause:
    """How long a vendor's limit asks to wait, and which limit it is."""

    seconds: float
    reason: str


class Limits(Protocol):
    """How one vendor says that it was asked too much."""

    vendor: str

    def pause(self, answer: Answer, attempt: int) -> Pause | None:
        """Return how long to wait before the same request is sent again, None where the answer is no such refusal.

        Args:
            answer: any answer, a good one included.
            attempt: how many times this request met a limit before, for limits that tell no time.
        """


def _no_number(constant: str) -> float:
    raise ValueError(f"{constant} is no JSON value")
