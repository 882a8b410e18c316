"""How a model is asked over HTTP: one answer in bounded time, limits obeyed, and no key in any error."""

import ssl
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Any

import httpx

from pipelines.summaries.model import ModelError

_BUSY = (429, 503, 529)
_TRIES = 4
_MOST_BYTES = 1_000_000
_CONNECT_SECONDS = 10.0
# Where no byte of the question can have arrived, nothing can have been charged.
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol, httpx.ProxyError)


class Wire:
    """A model's address, and who asks. A context: leaving it closes every connection.

    Args:
        url: without the path; headers hold the key and go nowhere else, since no redirect is followed.
        timeout_seconds: of one answer from its first byte to its last.
        max_wait_seconds: that may be waited because the vendor is busy, over the life of the wire.
        sleep: waits; tests count with it.
    """

    def __init__(
        self,
        url: str,
        headers: Mapping[str, str],
        *,
        timeout_seconds: float,
        max_wait_seconds: float,
        proxy: str | None = None,
        ca_bundle: str | None = None,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._url, self._timeout, self._left, self._sleep = url.rstrip("/"), timeout_seconds, max_wait_seconds, sleep
        trusted = ssl.create_default_context(cafile=ca_bundle) if ca_bundle else True
        # Waiting for a connection and then for an answer is not to take twice as long.
        timeout = httpx.Timeout(timeout_seconds, connect=min(timeout_seconds, _CONNECT_SECONDS))
        self._client = httpx.Client(
            headers=dict(headers), timeout=timeout, proxy=proxy, verify=trusted, follow_redirects=False
        )

    def __enter__(self) -> "Wire":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._client.close()

    def post(self, path: str, body: Mapping[str, Any], most_usd: float) -> str:
        """Send a question and return the body of a good answer.

        Raises:
            ModelError: no good answer came; what it may have cost is none, or `most_usd` where nobody knows.
        """
        for attempt in range(_TRIES):
            status, headers, text = self._sent(path, body, most_usd)
            if status == 200:
                return text
            if status not in _BUSY:
                break
            pause = _asked_pause(headers)
            pause = 2.0**attempt if pause is None else pause
            if pause > self._left or attempt + 1 == _TRIES:
                raise ModelError(f"it is busy ({status}) and asks to wait {pause:.0f} s", raw=text)
            self._left -= pause
            self._sleep(pause)
        raise ModelError(f"it answers {status}; check key, model and address in [summaries]", raw=text)

    def _sent(self, path: str, body: Mapping[str, Any], most_usd: float) -> tuple[int, httpx.Headers, str]:
        until, pieces, size = time.monotonic() + self._timeout, list[bytes](), 0
        try:
            with self._client.stream("POST", self._url + path, json=body) as response:
                for piece in response.iter_bytes():
                    size += len(piece)
                    pieces.append(piece)
                    if size > _MOST_BYTES or time.monotonic() > until:
                        raise ModelError("its answer does not end", cost_usd=most_usd)
                return response.status_code, response.headers, b"".join(pieces).decode("utf-8", "replace")
        except _UNSENT as error:
            reason = f"it cannot be reached ({type(error).__name__})"
            failure = ModelError(reason)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            failure = ModelError(f"it did not answer ({type(error).__name__})", cost_usd=most_usd)
        # Without its cause: an error of httpx carries the request, and so the key.
        raise failure


def _asked_pause(headers: httpx.Headers) -> float | None:
    """Return the wait in seconds that `retry-after` asks for, by seconds or by a date of the vendor's own clock."""
    told = headers.get("retry-after", "").strip()
    try:
        return max(float(told), 0.0) if told.replace(".", "", 1).isdigit() else _until(told, headers.get("date", ""))
    except (ValueError, TypeError):
        return None


def _until(told: str, now: str) -> float:
    at, there = (_at(text) for text in (told, now))
    return max((at - there).total_seconds(), 0.0)


def _at(text: str) -> datetime:
    return parsedate_to_datetime(text).astimezone(UTC)
