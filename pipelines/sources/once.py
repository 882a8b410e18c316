"""The one way to write to a vendor: each request is sent once, and what became of it is told by the error it raises."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any
from urllib.parse import urljoin

import httpx

from pipelines.sources.answers import Answer, Limits
from pipelines.sources.live import BadAnswerError, Network, VendorError
from pipelines.sources.verdicts import broken, refusal
from pipelines.sources.writing import LostError, NotTakenError, UnsentError

# Nothing was sent yet where one of these is raised.
_UNSENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError, httpx.UnsupportedProtocol)
# Refusals that say nothing against the message itself: the token, the limit, or the moment.
_LATER = (401, 408, 409, 423, 425, 429)


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

    def send(self, method: str, path: str, body: Any, *, readable: tuple[int, ...] = ()) -> Answer:
        """Send a request that writes.

        Args:
            readable: statuses that tell their reason in a body that the caller reads, as GraphQL's 400 does.

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
        pause = self._limits.pause(answer, 0)
        if pause is not None and answer.status < 500:
            raise UnsentError(f"{self._limits.vendor} asks to wait for its {pause.reason}")
        if 200 <= answer.status < 300 or answer.status in readable:
            return answer
        raise self._judged(answer, url)

    def _judged(self, answer: Answer, url: str) -> VendorError:
        said = refusal(self._limits.vendor, answer.status, url, answer.content)
        why = str(said) if said else f"{url} sends on elsewhere; put the address where it now is into the settings"
        if answer.status in _LATER or answer.status < 400:
            return UnsentError(why)
        return LostError(why) if answer.status >= 500 else NotTakenError(why)

    def close(self) -> None:
        """Close every connection."""
        self._client.close()

    def __enter__(self) -> "Once":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def taken(answer: Answer) -> Any:
    """Return what an answer to a write holds.

    Raises:
        LostError: it cannot be read, so nobody knows whether what was sent was taken.
    """
    try:
        return answer.json()
    except BadAnswerError as error:
        raise LostError(str(error)) from None
