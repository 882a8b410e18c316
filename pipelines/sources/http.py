"""The one way to any vendor over HTTP: reads that are tried again, limits that are obeyed, and no secret in any error.

Nothing here writes to a vendor: only what may be sent twice without harm goes through here.
"""

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx
import stamina

from pipelines.sources.answers import Answer, Limits
from pipelines.sources.downloads import BrokenDownloadError, Download, unpacked
from pipelines.sources.live import BadAnswerError, LimitedError, Network, UnreachableError, VendorError
from pipelines.sources.verdicts import Unanswered, broken, refusal

_REDIRECTS = (301, 302, 307, 308)
_MOST_REDIRECTS = 5
# A body that trickles, each byte in time, may take this many times the time-out in all.
_PATIENCE = 10
# What is tried again is told by `Network.notice`; stamina's own log would go to standard output, between the sentences.
stamina.instrumentation.set_on_retry_hooks([])


class Http:
    """A vendor's address, and who asks.

    Args:
        base_url: what paths are added to.
        headers: sent with each request, the token among them; none of them goes to another host.
        limits: how this vendor limits.
        network: how it is reached.
        sleep: waits for a limit; tests count with it.
    """

    def __init__(
        self,
        base_url: str,
        *,
        headers: Mapping[str, str],
        limits: Limits,
        network: Network,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.requests = 0
        self._base_url = base_url.rstrip("/") + "/"
        self._limits, self._network, self._sleep = limits, network, sleep
        self._client = httpx.Client(
            headers={**headers, "Accept-Encoding": "gzip"},
            timeout=network.timeout_seconds,
            proxy=network.proxy,
            verify=_authorities(network.ca_bundle),
            follow_redirects=False,
        )

    def get(
        self,
        path: str,
        params: Mapping[str, Any] | None = None,
        *,
        etag: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Read an address: a path below the base, or a whole one on the same host.

        Args:
            etag: of the version that is known; the answer may then be `is_unchanged`, and costs no quota.

        Raises:
            VendorError: no good answer came; see `live.py` for which.
        """
        told = {**(headers or {}), **({"If-None-Match": etag} if etag else {})}
        return self._asked("GET", path, params=params, headers=told)

    def read(
        self,
        path: str,
        body: Any = None,
        *,
        form: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        readable: tuple[int, ...] = (),
    ) -> Answer:
        """Send a POST that only reads, such as a search: like any read it may be sent again.

        Args:
            body: sent as JSON.
            form: sent instead, as a web form, to vendors that take no JSON.
            readable: statuses that tell their reason in a body that the caller reads, as GraphQL's 400 does.

        Raises:
            VendorError: no good answer came; see `live.py` for which.
        """
        what = {"json": body} if form is None else {"data": form}
        return self._asked("POST", path, readable, **what, headers=headers)

    def download(self, path: str, params: Mapping[str, Any], wanted: Download) -> Answer:
        """Read an address into a file; the answer's `content` is empty then.

        A body that is cut off, or that `wanted.unpack` finds broken, is asked for again like any broken answer.

        Raises:
            VendorError: no good answer came; see `live.py` for which.
        """
        return self._asked("GET", path, params=params, wanted=wanted)

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def __enter__(self) -> "Http":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def _asked(self, method: str, path: str, readable: tuple[int, ...] = (), **what: Any) -> Answer:
        url = self._within(path)
        waited = 0.0
        attempt = 0
        while True:
            answer = self._redirected(method, url, what)
            pause = self._limits.pause(answer, attempt)
            if pause is None:
                break
            attempt, waited = attempt + 1, waited + pause.seconds
            if waited > self._network.max_wait_seconds:
                minutes = pause.seconds / 60
                raise LimitedError(
                    f"{self._limits.vendor} asks to wait {minutes:.0f} minutes for its {pause.reason}; "
                    "what was read is kept, and the next run goes on from there"
                )
            self._network.notice(f"{self._limits.vendor} waits {pause.seconds:.0f} s for its {pause.reason}")
            self._sleep(pause.seconds)
        wanted: Download | None = what.get("wanted")
        if wanted is not None and answer.status in wanted.taken:
            return answer
        verdict = refusal(self._limits.vendor, answer.status, url, answer.content)
        if verdict is not None and answer.status not in readable:
            raise verdict
        return answer

    def _within(self, path: str) -> str:
        url = urljoin(self._base_url, path.lstrip("/") if not path.startswith("http") else path)
        if urlsplit(url)[:2] != urlsplit(self._base_url)[:2]:
            raise BadAnswerError(f"{urlsplit(self._base_url).hostname} names {url} as the next page, on another host")
        return url

    def _redirected(self, method: str, url: str, what: Mapping[str, Any]) -> Answer:
        for _ in range(_MOST_REDIRECTS):
            answer = self._tried(method, url, what)
            if answer.status not in _REDIRECTS:
                return answer
            there = urljoin(url, answer.headers.get("location", ""))
            if urlsplit(there)[:2] != urlsplit(url)[:2] or method != "GET":
                host = urlsplit(there).hostname
                raise BadAnswerError(f"{url} sends on to {host}; put the address where it now is into the settings")
            # The address that it is sent on to holds the parameters already.
            url, what = there, {**what, "params": None}
        raise BadAnswerError(f"{url} sends on in a circle; check the address in the settings")

    def _tried(self, method: str, url: str, what: Mapping[str, Any]) -> Answer:
        """Send until a whole answer comes that is no fault of the server's."""
        tries = stamina.retry_context(
            on=Unanswered,
            attempts=self._network.attempts,
            timeout=None,
            wait_initial=self._network.backoff_seconds,
            wait_max=60 * self._network.backoff_seconds,
            wait_jitter=self._network.backoff_seconds,
        )
        try:
            for attempt in tries:
                with attempt:
                    if attempt.num > 1:
                        self._network.notice(f"{self._limits.vendor} is asked again, try {attempt.num}")
                    return self._sent(method, url, what)
        except Unanswered as error:
            raise UnreachableError(str(error)) from None
        raise AssertionError("a retry either returns or raises")

    def _sent(self, method: str, url: str, what: Mapping[str, Any]) -> Answer:
        self.requests += 1
        failure: VendorError | Unanswered
        wanted: Download | None = what.get("wanted")
        told = {name: value for name, value in what.items() if name != "wanted"}
        try:
            with self._client.stream(method, url, **told) as response:
                if wanted is not None and response.status_code == 200:
                    answer = wanted.kept(response, unpacked(response), url)
                else:
                    answer = self._whole(response, url)
        except (httpx.HTTPError, httpx.InvalidURL, BrokenDownloadError) as error:
            # Without its cause: an error of httpx carries the request, and so the token.
            failure = broken(error, url, self._network)
        else:
            # A server error that tells when to come again is a limit, and no failure.
            if answer.status < 500 or self._limits.pause(answer, 0) is not None:
                return answer
            failure = Unanswered(f"{urlsplit(url).hostname} answers {answer.status} to {urlsplit(url).path}; try later")
        raise failure

    def _whole(self, response: httpx.Response, url: str) -> Answer:
        pieces, size = [], 0
        until = time.monotonic() + _PATIENCE * self._network.timeout_seconds
        for piece in unpacked(response):
            size += len(piece)
            if size > self._network.max_response_bytes:
                raise BadAnswerError(
                    f"{url} answers more than {self._network.max_response_bytes:,} bytes; "
                    "raise network.max_response_bytes if that is right"
                )
            if time.monotonic() > until:
                raise httpx.ReadTimeout("its body does not end")
            pieces.append(piece)
        return Answer.of(response, b"".join(pieces), url)


def _authorities(ca_bundle: str | None) -> Any:
    if ca_bundle is None:
        return True
    import ssl

    return ssl.create_default_context(cafile=ca_bundle)
