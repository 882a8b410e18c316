"""What belongs to a ticket and stands beside it: who asked, and the comment that tells what it was merged into."""

import re
from collections.abc import Mapping
from typing import Any

from pipelines.sources.base import RawRecord, mapping_of
from pipelines.sources.values import rows, text
from pipelines.sources.zendesk.values import version_of

# Zendesk's own tag of a ticket that was closed since another one stands for it.
MERGED_TAG = "closed_by_merge"
_NUMBER = re.compile(r"#(\d+)")
_KEPT_OF_A_COMMENT = ("id", "author_id", "body", "created_at", "via")


def is_deleted(ticket: Mapping[str, Any]) -> bool:
    """Tell whether it was deleted: the export goes on telling of it, with its words struck out in time."""
    return str(ticket.get("status")).casefold() == "deleted"


def is_merged(ticket: Mapping[str, Any]) -> bool:
    """Tell whether another ticket stands for it; which one, only its comments tell."""
    tags = ticket.get("tags")
    return isinstance(tags, list) and MERGED_TAG in tags


def merged_into(ticket: Mapping[str, Any]) -> str | None:
    """Return the id of the ticket that stands for it, None where nothing tells."""
    comment = mapping_of(ticket.get("merge_comment"))
    named = _NUMBER.search(str(comment.get("body") or ""))
    to = mapping_of(mapping_of(mapping_of(comment.get("via")).get("source")).get("to"))
    return named[1] if named else text(to.get("ticket_id"))


def merge_comment(comments: Any) -> Mapping[str, Any] | None:
    """Return the comment that closed a merged ticket: the newest that names another one, whatever its language."""
    newest_first = sorted(rows(comments), key=lambda row: str(row.get("created_at")), reverse=True)
    for comment in newest_first:
        kept = {name: comment[name] for name in _KEPT_OF_A_COMMENT if name in comment}
        if merged_into({"merge_comment": kept}) is not None:
            return kept
    return None


def record(instance: str, ticket: Mapping[str, Any], users: Mapping[str, Any], merge: Any) -> RawRecord:
    """Return the record of a ticket, or of its deletion.

    Args:
        users: the side-loaded users, by id as text.
        merge: the comment that merged it away, None for none.
    """
    key, version = text(ticket["id"]) or "", version_of(ticket)
    if is_deleted(ticket):
        # Of what is gone nothing is kept but that it went.
        body = {name: ticket.get(name) for name in ("id", "url", "status", "updated_at", "generated_timestamp")}
        return RawRecord(instance, "deletions", key, body, version)
    body = dict(ticket)
    user = mapping_of(users.get(str(ticket.get("requester_id"))))
    if user:
        # Of a person no more than whether they are one of ours.
        body["requester"] = {name: user.get(name) for name in ("id", "role", "organization_id")}
    if merge is not None:
        body["merge_comment"] = merge
    return RawRecord(instance, "tickets", key, body, version)
