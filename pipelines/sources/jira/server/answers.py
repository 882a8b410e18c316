"""What both kinds of a played Jira say alike: a ticket with some of its fields, and a refusal."""

from typing import Any

from pipelines.sources.jira.server.store import Store
from pipelines.sources.loopback import Reply

EMBEDDED_COMMENTS = 20


def error(status: int, message: str) -> Reply:
    """Return a refusal in Jira's words."""
    return Reply(status, {"errorMessages": [message], "errors": {}})


def told(store: Store, issue: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    """Return a ticket with these of its fields, as a search or a look at it shows them."""
    if fields == ["id"]:
        return {"id": issue["id"]}
    head = {name: issue[name] for name in ("id", "key", "self", "expand") if name in issue}
    if set(fields) <= {"id", "key"}:
        return head
    shown = issue["fields"] if "*all" in fields else {name: issue["fields"].get(name) for name in fields}
    if "comment" in fields or "*all" in fields:
        comments = store.comments.get(issue["key"], [])
        # The cloud shows the first of them, a data center all.
        embedded = comments[: EMBEDDED_COMMENTS if store.deployment == "cloud" else None]
        page = {"comments": embedded, "total": len(comments), "maxResults": len(embedded), "startAt": 0}
        shown = {**shown, "comment": page}
    return {**head, "fields": shown}
