"""Asks Linear by GraphQL: errors are told apart, lists are read to their end, and what a query costs is heeded."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pipelines.sources.answers import Answer
from pipelines.sources.base import mapping_of
from pipelines.sources.http import Http
from pipelines.sources.linear.connection import LinearConnection
from pipelines.sources.linear.documents import PARTS, more
from pipelines.sources.linear.limits import LinearLimits, code_of, errors_of, number
from pipelines.sources.live import BadAnswerError, MissingError, Network, RefusedError, UnreachableError

_REFUSED = ("AUTHENTICATION_ERROR", "FORBIDDEN", "FEATURE_NOT_ACCESSIBLE", "INVITE_LINK_ERROR")
_LATER = ("INTERNAL_SERVER_ERROR", "LOCK_TIMEOUT", "NETWORK_ERROR", "OTHER")
_NAME = re.compile(r"\b(?:query|mutation) (\w+)")


class TooComplexError(BadAnswerError):
    """The query may return more than Linear allows a single one; a smaller one may pass."""


class LinearClient:
    """One workspace, asked on behalf of one token."""

    def __init__(self, connection: LinearConnection, network: Network) -> None:
        headers = {"Authorization": connection.authorization, "Accept": "application/json"}
        self._http = Http(connection.url, headers=headers, limits=LinearLimits(), network=network)
        self.last: Answer | None = None

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._http.requests

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def query(self, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Ask and return the data: all of it, or none where any error came with it.

        Raises:
            VendorError: it is refused; `TooComplexError` where a smaller one may pass.
        """
        named = _NAME.search(document)
        asked = {"query": document, "variables": dict(variables), "operationName": named[1] if named else None}
        # Errors of a query come with 400, and with 200 beside a part of the data.
        answer = self._http.read("/graphql", asked, readable=(400,))
        told = answer.json()
        for error in errors_of(told):
            raise _judged(error)
        data = mapping_of(told).get("data")
        if answer.status != 200 or not isinstance(data, dict):
            raise BadAnswerError("linear answers a query with no data; check sources.linear.url")
        self.last = answer
        return data

    def pages(self, document: str, variables: Mapping[str, Any], name: str, first: int) -> Iterator[list[Any]]:
        """Yield a list's pages of so many.

        Raises:
            VendorError: a page cannot be read, repeats, or is empty though more is promised.
        """
        after, places = None, set[str]()
        while True:
            page = self.query(document, {**variables, "first": first, "after": after})[name]
            yield page["nodes"]
            after = following(page, name)
            if after is None:
                return
            if after in places:
                raise BadAnswerError(f"linear repeats a page of its {name} without end; try later")
            places.add(after)

    def whole(self, issue: dict[str, Any]) -> dict[str, Any]:
        """Return an issue with each of its lists read to its end, however many came with it.

        Raises:
            MissingError: it went away meanwhile.
            VendorError: a list cannot be read.
        """
        return issue | {name: {"nodes": list(self._every(issue, name))} for name in PARTS}

    def _every(self, issue: Mapping[str, Any], name: str) -> Iterator[Any]:
        page, places = issue[name], set[str]()
        while True:
            yield from page["nodes"]
            after = following(page, name)
            if after is None:
                return
            if after in places:
                raise BadAnswerError(f"linear repeats a page of {name} of {issue['identifier']} without end; try later")
            places.add(after)
            page = self.query(more(name), {"id": issue["id"], "after": after})["issue"][name]

    @property
    def cost(self) -> float | None:
        """What the last query cost, None where that is not told."""
        return None if self.last is None else number(self.last, "x-complexity")

    def affordable(self, first: int, cost_of_one: float | None) -> int:
        """Return how many to ask for, so that what is left of this hour's complexity pays for it."""
        left = None if self.last is None else number(self.last, "x-ratelimit-complexity-remaining")
        if left is None or not cost_of_one or left < cost_of_one:
            # With nothing left the refusal tells how long to wait, and then the whole is affordable again.
            return first
        return min(first, int(left / cost_of_one))


def following(page: Mapping[str, Any], name: str) -> str | None:
    """Return where the page after this one begins, None where there is none.

    Raises:
        BadAnswerError: the page is empty though more is promised, or does not say where.
    """
    if not page["pageInfo"]["hasNextPage"]:
        return None
    after = page["pageInfo"]["endCursor"]
    if not page["nodes"] or not after:
        raise BadAnswerError(f"linear answers an empty page of {name} and promises more; try later")
    return str(after)


def _judged(error: Mapping[str, Any]) -> Exception:
    told = mapping_of(error.get("extensions"))
    said = " ".join(str(told.get("userPresentableMessage") or error.get("message") or "").split())[:160]
    code, kind = code_of(error), str(told.get("type") or "").lower()
    if "too complex" in f"{error.get('message')} {said}".lower():
        return TooComplexError(f"linear does not take so large a query ({said})")
    if code in _REFUSED or "authentication" in kind or kind == "forbidden":
        return RefusedError(
            f"linear does not take the token ({said}): it is wrong, expired or revoked, or lacks a right"
        )
    if "not found" in said.lower() or "not found" in str(error.get("message")).lower():
        return MissingError(f"linear has no such thing, or hides it from this token ({said})")
    if code in _LATER or "timeout" in said.lower():
        return UnreachableError(f"linear could not answer a query ({said}); try later")
    return BadAnswerError(f"linear does not take a query ({said}); it may be of another version")
