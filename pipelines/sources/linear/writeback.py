"""Writes one comment of ours to a Linear issue, under an id that is computed, and a card that remembers it.

Linear takes an id for a new comment, so a second one of the same id is refused. A comment bears no marker; a card (an
attachment, which an address of its own makes one of a kind) says before each write what is about to stand there, and
after it that it does. So a comment that is gone was deleted by somebody, and one that reads otherwise was edited.
"""

import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from pipelines.sources.base import mapping_of
from pipelines.sources.linear.reach import LinearReach, TakenError, id_of
from pipelines.sources.live import Finding, MissingError, VendorError
from pipelines.sources.writing import LostError, Mark, NotTakenError, Sight, Standing, UnsentError

_ISSUE = "query OurIssue($id: String!) { issue(id: $id) { id identifier trashed } }"
_COMMENT = "query OurComment($id: String!) { comment(id: $id) { id body } }"
_POST = "mutation PostComment($input: CommentCreateInput!) { commentCreate(input: $input) { success comment { id } } }"
_REPLACE = """mutation ReplaceComment($id: String!, $input: CommentUpdateInput!) {
  commentUpdate(id: $id, input: $input) { success comment { id } }
}"""
_RIGHTS = "query OurRights { viewer { id active guest } }"


class LinearWriter(LinearReach):
    """Writes to one workspace. Implements `Writer`."""

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
        except TakenError as error:
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
            self._keep(sight.ticket_id, mark, {**card, "comment_id": remote_id, "is_posted": 1})

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
            self._keep(sight.ticket_id, mark, {**told, **{name: value for name, value in before.items() if value}})
        except LostError as error:
            # Of the card alone: the comment itself was not sent yet.
            raise UnsentError(str(error)) from None

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


def comment_id_of(issue_id: str, place: str) -> str:
    """Return the id of our comment on an issue."""
    return id_of("comment", issue_id, place)


def _digest(body: Any) -> str:
    """Return a digest of what a text reads: Linear writes Markdown anew in its own way, so signs count for nothing."""
    return hashlib.sha256(re.sub(r"[\W_]+", "", str(body)).encode("utf-8", "replace")).hexdigest()[:32]
