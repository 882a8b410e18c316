"""Asks GitHub: REST by path, GraphQL by document, signed with a token or as an App."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from pipelines.clock import now, parse_time
from pipelines.sources.answers import Answer
from pipelines.sources.base import mapping_of
from pipelines.sources.github import documents
from pipelines.sources.github.connection import GitHubConnection
from pipelines.sources.github.limits import GitHubLimits
from pipelines.sources.http import Http
from pipelines.sources.live import BadAnswerError, Network, RefusedError, UnreachableError

# 2026-03-10 no longer tells the commit that a pull request was merged as.
_HEADERS = {
    "Accept": "application/vnd.github+json",
    "X-GitHub-Api-Version": "2022-11-28",
    "X-Github-Next-Global-ID": "1",
    "User-Agent": "storyline",
}
AT_ONCE = 25
_SMALLER = {100: 25, 25: 10, 10: 5, 5: 1}
_RENEW_BEFORE = timedelta(minutes=10)
_TOO_MUCH = ("RESOURCE_LIMITS_EXCEEDED", "MAX_NODE_LIMIT_EXCEEDED")
_REFUSED = ("FORBIDDEN", "INSUFFICIENT_SCOPES", "UNAUTHORIZED")


class GitHubClient:
    """One GitHub, asked on behalf of one token or App."""

    def __init__(self, connection: GitHubConnection, network: Network) -> None:
        self._connection = connection
        self._http = Http(connection.url, headers=_HEADERS, limits=GitHubLimits(), network=network)
        # A document that asks too much ends in a server error each time: fewer nodes help, and not more tries.
        impatient = replace(network, attempts=min(network.attempts, 2))
        self._impatient = Http(connection.url, headers=_HEADERS, limits=GitHubLimits(), network=impatient)
        self._installed: tuple[str, datetime] | None = None

    @property
    def requests(self) -> int:
        """Requests sent so far."""
        return self._http.requests + self._impatient.requests

    def close(self) -> None:
        """Close every connection."""
        self._http.close()
        self._impatient.close()

    def get(self, path: str, params: Mapping[str, Any] | None = None, *, etag: str | None = None) -> Answer:
        """Read an address of REST; with an etag the answer may be `is_unchanged`, which costs no quota."""
        return self._http.get(path, params, etag=etag, headers=self.signed())

    def pages(self, path: str, params: Mapping[str, Any], first: Answer | None = None) -> Iterator[Answer]:
        """Yield a list's pages in the vendor's order.

        Args:
            first: the first page, where it was read already.

        Raises:
            VendorError: a page cannot be read, or names itself as the next one.
        """
        asked: set[str] = set()
        answer = first or self.get(path, params)
        while True:
            yield answer
            url = answer.next_url
            if url is None:
                return
            if url in asked:
                raise BadAnswerError(f"github names a page of {path} as the one after itself; try later")
            asked.add(url)
            answer = self.get(url)

    def query(self, document: str, variables: Mapping[str, Any], *, patiently: bool = True) -> dict[str, Any]:
        """Ask GraphQL and return its data; a node that is not there is null.

        Raises:
            VendorError: it is refused; `UnreachableError` where fewer nodes may help.
        """
        http = self._http if patiently else self._impatient
        asked = {"query": document, "variables": dict(variables)}
        answer = http.read(self._connection.graphql_url, asked, headers=self.signed()).json()
        told = mapping_of(answer)
        for error in map(mapping_of, told.get("errors") or ()):
            _judge(error)
        data = told.get("data")
        if not isinstance(data, dict):
            raise BadAnswerError("github answers a query with no data; check sources.github.url")
        return data

    def nodes(self, document: str, ids: Sequence[str], *, at_once: int = AT_ONCE) -> Iterator[list[Any]]:
        """Yield the nodes of these ids in order, a request's at a time; null for one that is gone.

        A request that GitHub cannot answer in its time is asked again for fewer of them, down to one.

        Raises:
            VendorError: even one cannot be read.
        """
        start = 0
        while start < len(ids):
            batch = list(ids[start : start + at_once])
            try:
                found = self.query(document, {"ids": batch}, patiently=len(batch) == 1)["nodes"]
            except UnreachableError:
                if len(batch) == 1:
                    raise
                at_once = _SMALLER.get(at_once, 1)
                continue
            if len(found) != len(batch):
                raise BadAnswerError(f"github answers {len(found)} nodes where {len(batch)} were asked for; try later")
            yield found
            start += len(batch)

    def whole(self, node: dict[str, Any], of: Mapping[str, str]) -> dict[str, Any]:
        """Return a node with these of its connections read to their end."""
        return node | {name: {"nodes": list(self._every(node, name, fields))} for name, fields in of.items()}

    def _every(self, node: Mapping[str, Any], name: str, fields: str) -> Iterator[Any]:
        page, cursors = node[name], set[str]()
        while True:
            yield from page["nodes"]
            cursor = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                return
            if cursor in cursors:
                raise BadAnswerError(f"github repeats a page of {name} without end; try later")
            cursors.add(cursor)
            document = documents.more(node["__typename"], name, fields)
            answer = self.query(document, {"id": node["id"], "after": cursor})["node"]
            if answer is None:
                raise BadAnswerError("github took a thing away while it was read; try again")
            page = answer[name]

    def signed(self) -> dict[str, str]:
        """Return the headers that sign a request in."""
        connection = self._connection
        if connection.app_id is None:
            if connection.token is None:
                raise RefusedError("github has no token; set STORYLINE_GITHUB_TOKEN, or name an App")
            return {"Authorization": f"Bearer {connection.token.get_secret_value()}"}
        if self._installed is None or self._installed[1] - now() < _RENEW_BEFORE:
            self._installed = self._installation_token()
        return {"Authorization": f"Bearer {self._installed[0]}"}

    def _installation_token(self) -> tuple[str, datetime]:
        from github import Auth

        connection = self._connection
        if connection.private_key is None or connection.installation_id is None:
            raise RefusedError(
                "a GitHub App signs in with sources.github.installation_id and STORYLINE_GITHUB_PRIVATE_KEY; set both"
            )
        try:
            app = Auth.AppAuth(str(connection.app_id), connection.private_key.get_secret_value())
            signed = {"Authorization": f"Bearer {app.create_jwt()}"}
        # PyJWT tells a broken key in many ways, some of which repeat it.
        except Exception:  # noqa: BLE001
            raise RefusedError("STORYLINE_GITHUB_PRIVATE_KEY is no private key in PEM; paste the App's whole") from None
        path = f"/app/installations/{connection.installation_id}/access_tokens"
        # Made twice, a token harms nobody.
        answer = self._http.read(path, {}, headers=signed)
        told = answer.json()
        # It expires by GitHub's clock, and ours may be another.
        return str(told["token"]), now() + (parse_time(told["expires_at"]) - (answer.date or now()))


def _judge(error: Mapping[str, Any]) -> None:
    kind, said = str(error.get("type") or ""), " ".join(str(error.get("message") or "").split())[:160]
    if kind == "NOT_FOUND":
        return
    if kind in _REFUSED:
        raise RefusedError(f"github does not allow the query ({said}); the token lacks a right or a sign-on")
    if kind in _TOO_MUCH or "timeout" in said.lower() or "something went wrong" in said.lower():
        raise UnreachableError(f"github could not answer a query in its time ({said}); try later")
    raise BadAnswerError(f"github does not take a query ({said}); it may be of another version")
