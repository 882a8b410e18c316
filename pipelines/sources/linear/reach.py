"""How a Linear workspace is reached by what writes to it: mutations that are sent once, computed ids, and cards.

Linear takes an id for whatever is new, so a second one of the same id is refused. A card (an attachment, which an
address of its own makes one of a kind) lets an issue remember what is ours of it.
"""

import hashlib
import uuid
from collections.abc import Mapping
from typing import Any

from pipelines.sources.base import mapping_of
from pipelines.sources.linear.client import LinearClient
from pipelines.sources.linear.connection import LinearConnection
from pipelines.sources.linear.limits import LinearLimits, code_of, errors_of
from pipelines.sources.live import Network, VendorError
from pipelines.sources.once import Once, taken
from pipelines.sources.writing import Form, LostError, Mark, NotTakenError, UnsentError

_CARDS = """query OurCard($id: String!, $url: String!) {
  issue(id: $id) { attachments(first: 50, filter: {url: {eq: $url}}) { nodes { id url metadata } } }
}"""
_CARD = """mutation KeepCard($input: AttachmentCreateInput!) {
  attachmentCreate(input: $input) { success attachment { id } }
}"""
# What a person reads on the card. It says nothing by which a linked document is taken for a specification.
_TITLES = {"impact": "Impact (30 days)", "follow_up": "Follow-up story", "spec": "Storyline draft"}
# Linear may have done what it answers so to; of the others it says that it did not.
_UNCLEAR = ("INTERNAL_SERVER_ERROR", "LOCK_TIMEOUT", "NETWORK_ERROR", "OTHER")
_NOT_US = ("AUTHENTICATION_ERROR", "RATELIMITED")


class TakenError(NotTakenError):
    """There is something of this id already."""


class LinearReach:
    """One workspace, asked as often as it takes and written to once."""

    vendor = "linear"

    def __init__(self, connection: LinearConnection, network: Network) -> None:
        headers = {"Authorization": connection.authorization, "Accept": "application/json"}
        self.instance, self._workspace = connection.instance, connection.workspace
        self._client = LinearClient(connection, network)
        self._once = Once(connection.url, headers=headers, limits=LinearLimits(), network=network)

    @property
    def form(self) -> Form:
        """Markdown."""
        return "markdown"

    def close(self) -> None:
        """Close every connection."""
        self._client.close()
        self._once.close()

    def _keep(self, issue_id: str, mark: Mark, metadata: Mapping[str, Any]) -> None:
        asked = {"issueId": issue_id, "url": self._url(issue_id, mark), "title": _TITLES[mark.kind]}
        self._write(_CARD, {"input": {**asked, "metadata": dict(metadata)}})

    def _card(self, issue_id: str, mark: Mark) -> dict[str, Any]:
        url = self._url(issue_id, mark)
        issue = self._client.query(_CARDS, {"id": issue_id, "url": url})["issue"]
        return next((dict(one["metadata"]) for one in issue["attachments"]["nodes"] if one["url"] == url), {})

    def _url(self, issue_id: str, mark: Mark) -> str:
        # By the id, which no move to another team changes.
        return f"https://linear.app/{self._workspace}/issue/{issue_id}#storyline-{mark.kind}-{mark.epoch}"

    def _write(self, document: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Send a mutation once and return its data.

        Raises:
            UnsentError, LostError, NotTakenError: what became of it; `TakenError` where the id was used before.
        """
        name = document.split("(", 1)[0].split()[-1]
        body = {"query": document, "variables": dict(variables), "operationName": name}
        answer = self._once.send("POST", "/graphql", body, readable=(400,))
        told = taken(answer)
        for error in errors_of(told):
            raise _judged(error)
        if answer.status == 400:
            raise NotTakenError("linear refuses it and does not say why")
        data = mapping_of(told).get("data")
        if not isinstance(data, dict):
            raise LostError("linear answers a mutation with no data")
        return data


def id_of(what: str, issue_id: str, place: str) -> str:
    """Return the id of something of ours of an issue, in the form of a UUID of version 4, which Linear asks for.

    It is of the issue's own id and not of its key, nor of any definition: whatever is renamed, it is one.
    """
    digest = hashlib.sha256(f"storyline {what} {issue_id} {place}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


def _judged(error: Mapping[str, Any]) -> VendorError:
    told, code = mapping_of(error.get("extensions")), code_of(error)
    said = " ".join(str(told.get("userPresentableMessage") or error.get("message") or "").split())[:160]
    if "already exists" in f"{error.get('message')} {said}".lower():
        return TakenError(f"linear has it already ({said})")
    if code in _NOT_US:
        return UnsentError(f"linear does not take it now ({said})")
    if code in _UNCLEAR:
        return LostError(f"linear could not answer ({said})")
    return NotTakenError(f"linear refuses it ({said})")
