"""Writes one comment of ours to a Jira ticket, and finds it again: comment and ticket each bear a property.

Jira knows no key that makes a comment arrive once, and its Python client sends one again where an answer is lost. So
the comment is created with its marker in one request, and markers are looked for before any.
"""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from pipelines.clock import parse_time
from pipelines.sources.base import mapping_of
from pipelines.sources.jira.pages import comments
from pipelines.sources.jira.reach import PROPERTY, JiraReach
from pipelines.sources.live import MissingError, VendorError
from pipelines.sources.once import taken
from pipelines.sources.writing import LostError, Mark, Sight, Standing, text_digest

# On a service project a comment is shown to the customer unless it says otherwise.
_INTERNAL = {"key": "sd.public.comment", "value": {"internal": True}}
_CLOCKS_MAY_DIFFER = timedelta(days=1)


class JiraWriter(JiraReach):
    """Writes to one site. Implements `Writer`."""

    def look(self, ticket: str, mark: Mark, known_id: str | None, since: datetime) -> Sight:
        """Ask for the ticket, what it remembers, the comment that is known, else for all that may be ours."""
        issue = self._http.get(f"{self._api}/issue/{ticket}", {"fields": "project"}).json()
        issue_id, key = str(issue["id"]), str(issue["key"])
        noted = self._line(issue_id, mark).get("comment_id")
        known = [one for one in dict.fromkeys((known_id, noted)) if one]
        standing = next(filter(None, (self._known(issue_id, one, mark) for one in known)), None)
        if standing is None:
            standing = self._marked(issue_id, mark, since)
        return Sight(issue_id, key, standing, known[0] if known else None)

    def post(self, sight: Sight, body: Any, mark: Mark) -> str:
        """Add a comment, marked and internal from its first moment on."""
        answer = self._once.send("POST", f"{self._api}/issue/{sight.ticket_id}/comment", _asked(body, mark))
        number = mapping_of(taken(answer)).get("id")
        if not number:
            raise LostError("jira took a comment and does not say which it is")
        self._confirm(str(number), mark, body)
        return str(number)

    def _confirm(self, number: str, mark: Mark, body: Any) -> None:
        """Set the mark where the site took the comment without it, as old data centers do."""
        try:
            if self._property(f"comment/{number}") is None:
                self._once.send("PUT", f"{self._api}/comment/{number}/properties/{PROPERTY}", _value(body, mark))
        except VendorError as error:
            raise LostError(f"a comment was posted, and whether it is marked is not known: {error}") from None

    def replace(self, sight: Sight, body: Any, mark: Mark) -> None:
        """Write the comment anew, its mark in the same request."""
        assert sight.standing is not None, "what is replaced was seen"
        path = f"{self._api}/issue/{sight.ticket_id}/comment/{sight.standing.remote_id}"
        self._once.send("PUT", path, _asked(body, mark))

    def note(self, sight: Sight, remote_id: str, mark: Mark) -> None:
        """Set the ticket's property, which holds a line for each comment of ours."""
        self._remember(sight.ticket_id, mark, {"comment_id": remote_id, "message_id": mark.message_id})

    def _known(self, issue_id: str, comment_id: str, mark: Mark) -> Standing | None:
        try:
            comment = self._http.get(f"{self._api}/issue/{issue_id}/comment/{comment_id}").json()
        except MissingError:
            return None
        return self._ours(comment, mark)

    def _marked(self, issue_id: str, mark: Mark, since: datetime) -> Standing | None:
        """Return the oldest comment that bears our mark: it is told by the comment alone, whoever the token is of."""
        for comment in comments(self._site, issue_id):
            if parse_time(comment["created"]) >= since - _CLOCKS_MAY_DIFFER:
                standing = self._ours(comment, mark)
                if standing is not None:
                    return standing
        return None

    def _ours(self, comment: Any, mark: Mark) -> Standing | None:
        told = mapping_of(self._property(f"comment/{comment['id']}"))
        if f"{told.get('kind')}/{told.get('epoch')}" != mark.place:
            return None
        author, editor = mapping_of(comment.get("author")), mapping_of(comment.get("updateAuthor"))
        is_edited = _text(comment.get("body")) != told.get("text") or _who(author) != _who(editor)
        return Standing(str(comment["id"]), told.get("content_hash"), is_edited)


def _asked(body: Any, mark: Mark) -> dict[str, Any]:
    return {"body": body, "properties": [{"key": PROPERTY, "value": _value(body, mark)}, _INTERNAL]}


def _value(body: Any, mark: Mark) -> dict[str, Any]:
    return {**asdict(mark), "text": _text(body)}


def _text(body: Any) -> str:
    return text_digest(body if isinstance(body, str) else "".join(_texts(body)))


def _texts(node: Any) -> list[str]:
    """Return the texts of a document in their order: what a site adds to its nodes is no edit."""
    told = mapping_of(node)
    own = [told["text"]] if isinstance(told.get("text"), str) else []
    return [*own, *(text for child in told.get("content") or () for text in _texts(child))]


def _who(account: Any) -> Any:
    return account.get("accountId") or account.get("key") or account.get("name")
