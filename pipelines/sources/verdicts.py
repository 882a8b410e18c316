"""What a failed request means, in one sentence that says what to do. No token, no body of more than a line."""

import re
import ssl
from urllib.parse import urlsplit

import httpx

from pipelines.sources.live import BadAnswerError, MissingError, Network, RefusedError, UnreachableError, VendorError

_SAID = 160


class Unanswered(RuntimeError):
    """One try brought no whole answer; another may."""


def broken(error: Exception, url: str, network: Network) -> VendorError | Unanswered:
    """Say why no answer came. What another try cannot mend is a `VendorError`."""
    host = urlsplit(url).hostname
    if isinstance(error, httpx.ProxyError):
        return Unanswered(f"the proxy does not let {host} be reached ({_line(error)}); check network.proxy")
    if isinstance(error, httpx.UnsupportedProtocol | httpx.InvalidURL):
        return UnreachableError(f"{url} is no address that can be asked; it must begin with https://")
    if _is_untrusted(error):
        return UnreachableError(
            f"the certificate of {host} is not trusted; name the file of your own authority as network.ca_bundle"
        )
    if isinstance(error, httpx.TimeoutException):
        return Unanswered(f"{host} did not answer within {network.timeout_seconds:g} s; try later")
    if isinstance(error, httpx.ConnectError):
        return Unanswered(f"{host} cannot be reached ({_line(error)}); check the address, the network and the proxy")
    return Unanswered(f"{host} broke off its answer ({_line(error)}); try later")


def refusal(vendor: str, status: int, url: str, body: bytes) -> VendorError | None:
    """Say what a status means, None where it is a good one."""
    said, path = _said(body), urlsplit(url).path
    match status:
        case 401:
            return RefusedError(f"{vendor} does not take the token ({said}): it is wrong, expired or revoked")
        case 403:
            return RefusedError(f"{vendor} does not allow {path} ({said}); the token lacks the right to read it")
        case 404 | 410:
            return MissingError(f"{vendor} has no {path}, or hides it from this token ({said})")
        case _ if status < 400:
            return None
        case _:
            return BadAnswerError(f"{vendor} answers {status} to {path} ({said})")


def unreadable(url: str, body: bytes, due: str = "JSON") -> VendorError:
    """Say that an answer is not what was due; a login page or a proxy's own is the usual cause."""
    host = urlsplit(url).hostname
    what = "a web page" if body.lstrip()[:1] == b"<" else f"no {due}"
    return BadAnswerError(f"{host} answers {what} where {due} was due; check the address, and whether a proxy answers")


def _is_untrusted(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError) or "CERTIFICATE_VERIFY_FAILED" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def _said(body: bytes) -> str:
    text = body[:4_096].decode("utf-8", "replace")
    told = re.search(
        r'"(?:message|errorMessage|error|detail)"\s*:\s*"([^"]*)"|"errorMessages"\s*:\s*\[\s*"([^"]*)"', text
    )
    return _line(next(filter(None, told.groups()), "")) if told else "it says no more"


def _line(told: object) -> str:
    return " ".join(str(told).split())[:_SAID] or type(told).__name__
