"""What may be written to a played Jira: comments, tickets, links and properties, which can then be read back.

Jira knows no key that makes a comment or a ticket arrive once: each request makes another one. Only remote links with a
`globalId` and properties are put in the place of the one before.
"""

from typing import Any

from pipelines.clock import now
from pipelines.sources.base import mapping_of
from pipelines.sources.jira.server.answers import error
from pipelines.sources.jira.server.store import Issue, Store, stamp
from pipelines.sources.loopback import Reply, Request

WRITER = {"accountId": "712020:storyline", "displayName": "Storyline", "active": True, "accountType": "app"}
_GONE = "Issue does not exist or you do not have permission to see it."
_NO_COMMENT = "Can not find a comment for the id: "
_INTERNAL = "sd.public.comment"


def comment(store: Store, request: Request, names: tuple[str, ...]) -> Reply:
    """Add a comment: another one each time."""
    issue, asked = store.find(names[0]), mapping_of(request.json())
    if issue is None:
        return error(404, _GONE)
    if refused := _not_a_body(request, asked.get("body")):
        return refused
    number = store.next_id()
    address = f"{issue['self']}/comment/{number}"
    at = stamp(now())
    row = {"self": address, "id": number, "author": WRITER, "updateAuthor": WRITER, "body": asked["body"]}
    row |= {"created": at, "updated": at, "jsdPublic": not _is_internal(asked)}
    store.comments.setdefault(issue["key"], []).append(row)
    _set_properties(store, f"comment {number}", asked)
    _touch(store, issue, at)
    return Reply(201, row, wrote=f"comment on {issue['key']}")


def comment_again(store: Store, request: Request, names: tuple[str, ...]) -> Reply:
    """Write a comment anew."""
    issue, row, asked = store.find(names[0]), _comment_of(store, names), mapping_of(request.json())
    if issue is None or row is None:
        return error(404, _GONE if issue is None else f"{_NO_COMMENT}{names[1]}.")
    if refused := _not_a_body(request, asked.get("body")):
        return refused
    at = stamp(now())
    row |= {"body": asked["body"], "updateAuthor": WRITER, "updated": at}
    _set_properties(store, f"comment {row['id']}", asked)
    _touch(store, issue, at)
    return Reply(json=row, wrote=f"comment on {issue['key']} again")


def one_comment(store: Store, _: Request, names: tuple[str, ...]) -> Reply:
    """Show a comment."""
    row = _comment_of(store, names)
    return error(404, f"{_NO_COMMENT}{names[1]}.") if row is None else Reply(json=row)


def without_comment(store: Store, _: Request, names: tuple[str, ...]) -> Reply:
    """Delete a comment."""
    issue, row = store.find(names[0]), _comment_of(store, names)
    if issue is None or row is None:
        return error(404, f"{_NO_COMMENT}{names[1]}.")
    store.comments[issue["key"]].remove(row)
    return Reply(204, wrote=f"comment on {issue['key']} deleted")


def create(store: Store, request: Request, _: tuple[str, ...]) -> Reply:
    """Make a ticket: another one each time."""
    asked = mapping_of(request.json())
    fields, links = mapping_of(asked.get("fields")), mapping_of(asked.get("update")).get("issuelinks") or []
    project = store.projects.get(str(mapping_of(fields.get("project")).get("key")))
    missing = [name for name in ("summary", "issuetype") if not fields.get(name)]
    if project is None or missing:
        told = {name: f"{name} is required." for name in missing} | (
            {} if project else {"project": "valid project is required"}
        )
        return Reply(400, {"errorMessages": [], "errors": told})
    if refused := _not_on_the_screen(store, fields, links):
        return Reply(400, {"errorMessages": [], "errors": refused})
    number, at = store.next_id(), stamp(now())
    key = f"{project['key']}-{store.next_number(project['key'])}"
    made = {"created": at, "updated": at, "status": store.statuses[0], "creator": WRITER, "reporter": WRITER}
    address = f"https://{store.site}/rest/api/3/issue/{number}"
    kind = {"subtask": False, **fields["issuetype"]}
    row = {
        "id": number,
        "key": key,
        "self": address,
        "fields": {**fields, **made, "project": project, "issuetype": kind},
    }
    store.put(row, [])
    _set_properties(store, f"issue {key}", asked)
    for one in links:
        way = "outwardIssue" if "inwardIssue" in one["add"] else "inwardIssue"
        _tie(store, {**one["add"], way: {"key": key}})
    return Reply(201, {"id": number, "key": key, "self": address}, wrote=f"ticket {key}")


def link(store: Store, request: Request, _: tuple[str, ...]) -> Reply:
    """Link two tickets: the outward one reads `outward`, the other `inward`."""
    asked = mapping_of(request.json())
    said = _tie(store, asked)
    return error(404, said) if said else Reply(201, wrote=f"link of {asked['inwardIssue']['key']}")


def link_types(store: Store, _: Request, __: tuple[str, ...]) -> Reply:
    """Show which kinds of links there are."""
    return Reply(json={"issueLinkTypes": list(store.link_types.values())})


def _tie(store: Store, asked: Any) -> str | None:
    """Link two tickets; say why not."""
    ends = {way: store.find(str(mapping_of(asked.get(way)).get("key"))) for way in ("inwardIssue", "outwardIssue")}
    kind = store.link_types.get(str(mapping_of(asked.get("type")).get("name")))
    if None in ends.values() or kind is None:
        return _GONE if kind else f"No issue link type with name '{asked.get('type')}' found."
    number = store.next_id()
    for way, other in (("inwardIssue", "outwardIssue"), ("outwardIssue", "inwardIssue")):
        issue, shown = ends[other], ends[way]
        assert issue is not None
        assert shown is not None
        row = {"id": number, "type": kind, way: {name: shown[name] for name in ("id", "key", "self")}}
        fields = {**issue["fields"], "issuelinks": [*issue["fields"].get("issuelinks", []), row]}
        _touch(store, {**issue, "fields": fields}, stamp(now()))
    return None


def remote_link(store: Store, request: Request, names: tuple[str, ...]) -> Reply:
    """Link a page, in the place of the one with the same `globalId`."""
    issue, asked = store.find(names[0]), mapping_of(request.json())
    if issue is None or not mapping_of(asked.get("object")).get("url"):
        return error(404, _GONE) if issue is None else error(400, "url is required.")
    rows = store.remotelinks.setdefault(issue["key"], [])
    same = (row for row in rows if asked.get("globalId") and row.get("globalId") == asked["globalId"])
    known = next(same, None)
    number = known["id"] if known else int(store.next_id())
    address = f"{issue['self']}/remotelink/{number}"
    # What is not sent is forgotten.
    row = {"id": number, "self": address, **asked}
    rows[:] = [*(one for one in rows if one is not known), row]
    return Reply(200 if known else 201, {"id": number, "self": address}, wrote=f"remote link of {issue['key']}")


def property_set(store: Store, request: Request, names: tuple[str, ...]) -> Reply:
    """Set a property of a ticket or of a comment."""
    whose, known = _whose(store, request, names[0])
    if not known:
        return error(404, _GONE)
    kept = store.properties.setdefault(whose, {})
    is_new, kept[names[1]] = names[1] not in kept, request.json()
    return Reply(201 if is_new else 200, wrote=f"property of {whose}")


def property_shown(store: Store, request: Request, names: tuple[str, ...]) -> Reply:
    """Show a property of a ticket or of a comment."""
    whose, _ = _whose(store, request, names[0])
    kept = store.properties.get(whose, {})
    if names[1] not in kept:
        return error(404, f"The property with key '{names[1]}' does not exist.")
    return Reply(json={"key": names[1], "value": kept[names[1]]})


def _not_on_the_screen(store: Store, fields: Any, links: Any) -> dict[str, str]:
    """Say what a new ticket may not bring, and what it lacks, by field."""
    told = {name: said for name, said in store.quirks.requires.items() if not fields.get(name)}
    if links and store.quirks.links_no_new_ticket:
        said = "Field 'issuelinks' cannot be set. It is not on the appropriate screen, or unknown."
        told["issuelinks"] = said
    return told


def _whose(store: Store, request: Request, name: str) -> tuple[str, bool]:
    """Return whose property is meant, and whether there is such a thing."""
    if "/issue/" in request.path:
        issue = store.find(name)
        return (f"issue {issue['key']}", True) if issue else ("", False)
    return f"comment {name}", any(row["id"] == name for rows in store.comments.values() for row in rows)


def _comment_of(store: Store, names: tuple[str, ...]) -> dict[str, Any] | None:
    issue = store.find(names[0])
    rows = store.comments.get(issue["key"], []) if issue else []
    return next((row for row in rows if row["id"] == names[1]), None)


def _not_a_body(request: Request, body: Any) -> Reply | None:
    """Refuse a text where a document is due, and the other way round."""
    if request.path.startswith("/rest/api/3/"):
        is_one = mapping_of(body).get("type") == "doc"
        return None if is_one else error(400, "Comment body is not valid!")
    return None if isinstance(body, str) and body.strip() else error(400, "Comment body can not be empty!")


def _set_properties(store: Store, whose: str, asked: Any) -> None:
    for one in asked.get("properties") or ():
        store.properties.setdefault(whose, {})[one["key"]] = one["value"]


def _is_internal(asked: Any) -> bool:
    # On a service project, a comment is shown to the customer unless its writer says otherwise.
    return any(
        one.get("key") == _INTERNAL and mapping_of(one.get("value")).get("internal")
        for one in asked.get("properties") or ()
    )


def _touch(store: Store, issue: Issue, at: str) -> None:
    """Let a ticket be found as one that was updated."""
    store.issues[str(issue["id"])] = {**issue, "fields": {**issue["fields"], "updated": at}}
