"""What Jira Data Center alone answers: searches by offset, with histories in them, and all projects at once."""

from typing import Any

from pipelines.sources.jira.server.answers import error, told
from pipelines.sources.jira.server.search import NotAQueryError, found
from pipelines.sources.jira.server.store import Store
from pipelines.sources.loopback import Reply, Request

_MOST_IDS = 1_000


def search(store: Store, request: Request, _: tuple[str, ...]) -> Reply:
    """Answer a search: the rows from an offset on, and how many there are in all."""
    asked = request.json()
    try:
        issues = found(store, asked.get("jql", ""))
    except NotAQueryError as refused:
        return error(400, str(refused))
    fields, start = asked.get("fields") or ["*navigable"], int(asked.get("startAt") or 0)
    most = _MOST_IDS if set(fields) <= {"id", "key"} else store.quirks.most_per_page
    size = min(asked.get("maxResults", 50), most)
    page = issues[start : start + size]
    if store.quirks.empty_page_after and start >= size * store.quirks.empty_page_after:
        page = []
    shown = [told(store, issue, fields) for issue in page]
    if "changelog" in asked.get("expand", ()):
        cut = store.quirks.cuts_histories_at or None
        shown = [{**one, "changelog": changelog(store, one["id"], cut)} for one in shown]
    body: dict[str, Any] = {"startAt": start, "maxResults": size, "total": len(issues), "issues": shown}
    return Reply(json={**body, "names": store.names} if "names" in asked.get("expand", ()) else body)


def changelog(store: Store, issue_id: str, most: int | None = None) -> dict[str, Any]:
    """Return a ticket's history as it stands within the ticket, cut after so many rows."""
    rows = store.histories[str(issue_id)]
    return {"startAt": 0, "maxResults": len(rows[:most]), "total": len(rows), "histories": rows[:most]}


def projects(store: Store, _: Request, __: tuple[str, ...]) -> Reply:
    """Answer all projects."""
    return Reply(json=[store.projects[key] for key in sorted(store.projects)])
