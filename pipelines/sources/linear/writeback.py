"""Writes one comment of ours to a Linear issue, under an id that is computed, and a card that remembers it.

Linear takes an id for a new comment, so a second one of the same id is refused. A comment bears no marker; a card (an
attachment, which an address of its own makes one of a kind) says before each write what is about to stand there, and
after it that it does. So a comment that is gone was deleted by somebody, and one that reads otherwise was edited.
"""

import hashlib
import re
import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from pipelines.sources.base import mapping_of
from pipelines.sources.linear.client import LinearClient
from pipelines.sources.linear.connection import LinearConnection
from pipelines.sources.linear.limits import LinearLimits, code_of, errors_of
from pipelines.sources.live import Finding, MissingError, Network, VendorError
from pipelines.sources.once import Once, taken
from pipelines.sources.writing import Form, LostError, Mark, NotTakenError, Sight, Standing, UnsentError

_ISSUE = "query OurIssue($id: String!) { issue(id: $id) { id identifier trashed } }"
_CARDS = """query OurCard($id: String!, $url: String!) {
  issue(id: $id) { attachments(first: 50, filter: {url: {eq: $url}}) { nodes { id url metadata } } }
}"""
_COMMENT = "query OurComment($id: String!) { comment(id: $id) { id body } }"
_POST = "mutation PostComment($input: CommentCreateInput!) { commentCreate(input: $input) { success comment { id } } }"
_REPLACE = """mutation ReplaceComment($id: String!, $input: CommentUpdateInput!) {
  commentUpdate(id: $id, input: $input) { success comment { id } }
}"""
_CARD = """mutation KeepCard($input: AttachmentCreateInput!) {
  attachmentCreate(input: $input) { success attachment { id } }
}"""
_RIGHTS = "query OurRights { viewer { id active guest } }"
_TITLE = "Impact (30 days)"
# Linear may have done what it answers so to; of the others it says that it did not.
_UNCLEAR = ("INTERNAL_SERVER_ERROR", "LOCK_TIMEOUT", "NETWORK_ERROR", "OTHER")
_NOT_US = ("AUTHENTICATION_ERROR", "RATELIMITED")


class LinearWriter:
    """Writes to one workspace. Implements `Writer`."""

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

    def look(self, ticket: str, mark: Mark, known_id: str | None, since: datetime) -> Sight:  # noqa: ARG002 - `Writer`'s
        """Ask for the issue, our card on it, and the comment by its id."""
        issue = self._client.query(_ISSUE, {"id": ticket})["issue"]
        if issue.get("trashed"):
            raise MissingError(f"linear has {ticket} in its trash")
        issue_id, card = str(issue["id"]), self._card(str(issue["id"]), mark)
        comment_id = comment_id_of(issue_id, mark.place)
        comment = self._comment(comment_id)
        noted = comment_id if known_id or card.get("is_posted") else None
        standing = None
        if comment is not None:
            digest = _digest(comment.get("body"))
            hashes = {card.get("text"): card.get("content_hash"), card.get("text_before"): card.get("hash_before")}
            standing = Standing(comment_id, hashes.get(digest), digest not in hashes)
        return Sight(issue_id, str(issue["identifier"]), standing, noted)

    def post(self, sight: Sight, body: Any, mark: Mark) -> str:
        """Let the card say what comes, and add the comment under its id."""
        comment_id = comment_id_of(sight.ticket_id, mark.place)
        self._announce(sight, body, mark)
        asked = {"id": comment_id, "issueId": sight.ticket_id, "body": body, "doNotSubscribeToIssue": True}
        try:
            self._write(_POST, {"input": asked})
        except _TakenError as error:
            if self._confirmed(comment_id) is None:
                raise NotTakenError("linear keeps the id of a comment of ours that somebody deleted") from error
        return comment_id

    def replace(self, sight: Sight, body: Any, mark: Mark) -> None:
        """Let the card say what comes, and write the comment anew."""
        assert sight.standing is not None, "what is replaced was seen"
        self._announce(sight, body, mark)
        self._write(_REPLACE, {"id": sight.standing.remote_id, "input": {"body": body}})

    def note(self, sight: Sight, remote_id: str, mark: Mark) -> None:
        """Let the card say that the comment is there."""
        card = self._card(sight.ticket_id, mark)
        if not card.get("is_posted"):
            self._keep(sight, mark, {**card, "comment_id": remote_id, "is_posted": 1})

    def rights(self, places: Sequence[str]) -> Iterator[Finding]:
        """Ask who the token is of: its scopes are told nowhere."""
        teams = ", ".join(places)
        try:
            viewer = mapping_of(self._client.query(_RIGHTS, {}).get("viewer"))
        except VendorError as error:
            yield Finding(
                "act", f"{str(error).rstrip('.')}; so nobody knows whether comments may be written in {teams}"
            )
            return
        if not viewer.get("active"):
            yield Finding("act", f"the account of linear's token is disabled, so nothing can be written in {teams}")
            return
        who = "a guest, who may write in his own teams only" if viewer.get("guest") else "an active account"
        yield Finding(
            "warn" if viewer.get("guest") else "ok",
            f"linear's token is of {who}; which scopes it has linear does not tell, and to write in {teams} it needs "
            "Read and Write",
        )

    def close(self) -> None:
        """Close every connection."""
        self._client.close()
        self._once.close()

    def _announce(self, sight: Sight, body: str, mark: Mark) -> None:
        card = self._card(sight.ticket_id, mark)
        text = _digest(body)
        before = {"text_before": card.get("text"), "hash_before": card.get("content_hash")}
        if card.get("text") == text:
            before = {name: card.get(name) for name in before}
        told = {
            "message_id": mark.message_id, "kind": mark.kind, "epoch": mark.epoch, "version": mark.version,
            "content_hash": mark.content_hash, "text": text, "is_posted": int(card.get("is_posted") or 0),
        }  # fmt: skip
        try:
            self._keep(sight, mark, {**told, **{name: value for name, value in before.items() if value}})
        except LostError as error:
            # Of the card alone: the comment itself was not sent yet.
            raise UnsentError(str(error)) from None

    def _keep(self, sight: Sight, mark: Mark, metadata: Mapping[str, Any]) -> None:
        asked = {"issueId": sight.ticket_id, "url": self._url(sight.ticket_id, mark), "title": _TITLE}
        self._write(_CARD, {"input": {**asked, "metadata": dict(metadata)}})

    def _card(self, issue_id: str, mark: Mark) -> dict[str, Any]:
        url = self._url(issue_id, mark)
        issue = self._client.query(_CARDS, {"id": issue_id, "url": url})["issue"]
        return next((dict(one["metadata"]) for one in issue["attachments"]["nodes"] if one["url"] == url), {})

    def _url(self, issue_id: str, mark: Mark) -> str:
        # By the id, which no move to another team changes.
        return f"https://linear.app/{self._workspace}/issue/{issue_id}#storyline-{mark.kind}-{mark.epoch}"

    def _comment(self, comment_id: str) -> dict[str, Any] | None:
        try:
            found = self._client.query(_COMMENT, {"id": comment_id}).get("comment")
        except MissingError:
            return None
        return dict(found) if found else None

    def _confirmed(self, comment_id: str) -> dict[str, Any] | None:
        try:
            return self._comment(comment_id)
        except VendorError as error:
            raise LostError(str(error)) from None

    def _write(self, document: str, variables: Mapping[str, Any]) -> None:
        """Send a mutation once.

        Raises:
            UnsentError, LostError, NotTakenError: what became of it.
        """
        name = document.split("(", 1)[0].split()[-1]
        body = {"query": document, "variables": dict(variables), "operationName": name}
        answer = self._once.send("POST", "/graphql", body, readable=(400,))
        told = taken(answer)
        for error in errors_of(told):
            raise _judged(error)
        if answer.status == 400:
            raise NotTakenError("linear refuses it and does not say why")
        if not isinstance(mapping_of(told).get("data"), dict):
            raise LostError("linear answers a mutation with no data")


class _TakenError(NotTakenError):
    """There is something of this id already."""


def comment_id_of(issue_id: str, place: str) -> str:
    """Return the id of our comment on an issue, in the form of a UUID of version 4, which Linear asks for.

    It is of the issue's own id and not of its key, nor of any definition: whatever is renamed, it is one comment.
    """
    digest = hashlib.sha256(f"storyline comment {issue_id} {place}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=4))


def _digest(body: Any) -> str:
    """Return a digest of what a text reads: Linear writes Markdown anew in its own way, so signs count for nothing."""
    return hashlib.sha256(re.sub(r"[\W_]+", "", str(body)).encode("utf-8", "replace")).hexdigest()[:32]


def _judged(error: Mapping[str, Any]) -> VendorError:
    told, code = mapping_of(error.get("extensions")), code_of(error)
    said = " ".join(str(told.get("userPresentableMessage") or error.get("message") or "").split())[:160]
    if "already exists" in f"{error.get('message')} {said}".lower():
        return _TakenError(f"linear has it already ({said})")
    if code in _NOT_US:
        return UnsentError(f"linear does not take it now ({said})")
    if code in _UNCLEAR:
        return LostError(f"linear could not answer ({said})")
    return NotTakenError(f"linear refuses it ({said})")
