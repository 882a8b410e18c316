"""What can go wrong between us and a vendor, on demand."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["status", "drop", "truncate", "slow", "garbage", "redirect", "lost", "denied"]


@dataclass(frozen=True, slots=True)
class Spoilt:
    """An answer that is not as it should be.

    Attributes:
        status: None: the connection is closed without a word.
        announced: what Content-Length says.
        pause_seconds: before each piece of the body.
    """

    status: int | None
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    announced: int = 0
    pause_seconds: float = 0

    def pieces(self) -> Iterator[bytes]:
        """Yield the body, byte by byte where it is slow."""
        if not self.pause_seconds:
            yield self.body
            return
        for start in range(len(self.body)):
            time.sleep(self.pause_seconds)
            yield self.body[start : start + 1]


@dataclass(slots=True)
class Fault:
    """One kind of failure, for the next `count` requests that match, after the first `after` of them."""

    kind: Kind
    count: int
    match: str
    after: int
    status: int
    headers: Mapping[str, str]
    body: bytes
    pause_seconds: float

    @property
    def needs_reply(self) -> bool:
        """Whether it spoils the vendor's own answer rather than standing in for it."""
        return self.kind in ("truncate", "slow", "lost", "denied")

    def spoilt(self, body: bytes, headers: Mapping[str, str]) -> Spoilt:
        """Return what is sent; `body` and `headers` are the vendor's own."""
        match self.kind:
            # The vendor has done what it was asked, and its answer is lost, or says that it did not.
            case "drop" | "lost":
                return Spoilt(None)
            case "truncate":
                return Spoilt(200, headers, body[: len(body) // 2], len(body) or 1)
            case "slow":
                return Spoilt(200, headers, body, len(body), self.pause_seconds)
            case "garbage":
                page = b"<html>We are down for maintenance.</html>"
                return Spoilt(200, {"Content-Type": "text/html"}, page, len(page))
            case _:
                return Spoilt(self.status, self.headers, self.body, len(self.body))


class Faults:
    """What is to go wrong, in the order in which it was asked for."""

    def __init__(self) -> None:
        self._waiting: list[Fault] = []

    def next(
        self,
        kind: Kind,
        count: int = 1,
        *,
        match: str = "",
        after: int = 0,
        status: int = 503,
        headers: Mapping[str, str] | None = None,
        body: bytes = b"{}",
        pause_seconds: float = 0.1,
    ) -> None:
        """Let the next `count` requests fail that hold `match` in `POST /path`, once `after` of them went well."""
        told = dict(headers or {})
        self._waiting.append(Fault(kind, count, match, after, status, told, body, pause_seconds))

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self._waiting.clear()

    def due(self, place: str) -> Fault | None:
        """Return the fault that this request meets, None for none."""
        for fault in self._waiting:
            if fault.match not in place:
                continue
            if fault.after:
                fault.after -= 1
                continue
            fault.count -= 1
            if not fault.count:
                self._waiting.remove(fault)
            return fault
        return None
