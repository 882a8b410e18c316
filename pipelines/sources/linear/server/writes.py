"""What may be written to a played Linear: comments, issues, attachments and relations. Each arrival is counted."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from pipelines.clock import now, parse_time
from pipelines.sources.linear.server import nodes
from pipelines.sources.linear.server.nodes import Node, stamp
from pipelines.sources.linear.server.refusals import Refused
from pipelines.sources.linear.server.store import Store

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}")
_Args = Mapping[str, Any]
_Written = tuple[Node, str]
ME = nodes.user("Storyline", "storyline@acme.example", app=True)


def carry_out(store: Store, name: str, args: _Args) -> tuple[Node, str]:
    """Write and return the payload, and in a few words what was written.

    Raises:
        Refused: there is no such mutation, what it names is not there, or the id that it brings was used before.
    """
    if name not in _WRITES:
        raise Refused(400, f'Cannot query field "{name}" on type "Mutation".', "GRAPHQL_VALIDATION_FAILED")
    told = args.get("input") or {}
    about = told.get("id") or args.get("id") or told.get("url") or told.get("body") or told.get("title") or ""
    store.arrivals[name, str(about)] += 1
    payload, wrote = _WRITES[name](store, args)
    return {"success": True, "lastSyncId": float(sum(store.arrivals.values())), **payload}, wrote


def _comment_create(store: Store, args: _Args) -> _Written:
    told = args["input"]
    issue, at = _issue(store, told.get("issueId")), _moment(told)
    comment_id = _new_id(told, {comment["id"] for one in store.issues.values() for comment in one["comments"]["nodes"]})
    comment_id = comment_id or nodes.id_of("comment", issue["id"], stamp(at), len(issue["comments"]["nodes"]))
    comment = {"id": comment_id, "body": told.get("body") or "", "user": ME, "botActor": None, "externalUser": None}
    comment |= {"createdAt": stamp(at), "updatedAt": stamp(at), "url": f"{issue['url']}#comment-{comment_id[:8]}"}
    issue["comments"]["nodes"].append(comment)
    store.touch(issue, now())
    return {"comment": {**comment, "issue": issue}}, f"comment on {issue['identifier']}"


def _comment_update(store: Store, args: _Args) -> _Written:
    comment, issue = store.comment(args["id"]) or _missing("Comment")
    comment |= {"body": args["input"].get("body", comment["body"]), "updatedAt": stamp(now())}
    store.touch(issue, now())
    return {"comment": {**comment, "issue": issue}}, f"comment on {issue['identifier']} again"


def _comment_delete(store: Store, args: _Args) -> _Written:
    comment, issue = store.comment(args["id"]) or _missing("Comment")
    issue["comments"]["nodes"].remove(comment)
    store.touch(issue, now())
    return {"entityId": comment["id"]}, f"comment on {issue['identifier']} deleted"


def _issue_create(store: Store, args: _Args) -> _Written:
    told = args["input"]
    named = (one for one in store.teams.values() if told["teamId"] in (one["id"], one["key"]))
    team = next(named, {}) or _missing("Team")
    issue_id, at = _new_id(told, set(store.issues)), _moment(told)
    states = [one for one in store.states.values() if one["team"]["key"] == team["key"]]
    wanted = (one for one in states if one["id"] == told.get("stateId"))
    state = next(wanted, min(states, key=lambda one: one["position"]))
    number = max((one["number"] for one in store.issues.values() if one["team"]["key"] == team["key"]), default=0) + 1
    parent = _issue(store, told["parentId"]) if told.get("parentId") else None
    made = nodes.issue(
        team,
        number,
        told.get("title") or "",
        state,
        at,
        workspace=store.workspace,
        description=told.get("description"),
        estimate=told.get("estimate"),
        creator=ME,
        parent={name: parent[name] for name in ("id", "identifier")} if parent else None,
        labels=[_label(store, name) for name in told.get("labelIds") or ()],
    )
    made["id"] = issue_id or made["id"]
    store.put(made)
    return {"issue": store.issues[made["id"]]}, f"ticket {made['identifier']}"


def _attachment_create(store: Store, args: _Args) -> _Written:
    told = args["input"]
    issue, at = _issue(store, told["issueId"]), now()
    listed = issue["attachments"]["nodes"]
    # The same address on the same issue is the same attachment, whatever id comes with it.
    there = next((one for one in listed if one["url"] == told["url"]), None)
    if there is None:
        there = nodes.attachment(issue["id"], told["url"], told["title"], at, creator=ME)
        there["id"] = _new_id(told, {one["id"] for one in listed}) or there["id"]
        listed.append(there)
    there |= {name: told[name] for name in ("title", "subtitle", "metadata") if name in told}
    there["updatedAt"] = stamp(at)
    store.touch(issue, at)
    return {"attachment": {**there, "issue": issue}}, f"remote link of {issue['identifier']}"


def _relation_create(store: Store, args: _Args) -> _Written:
    told = args["input"]
    issue, other, at = _issue(store, told["issueId"]), _issue(store, told["relatedIssueId"]), now()
    relations = {one["id"] for each in store.issues.values() for one in each["relations"]["nodes"]}
    relation_id = _new_id(told, relations) or nodes.id_of("relation", issue["id"], other["id"], told["type"])
    made = {"id": relation_id, "type": told["type"], "createdAt": stamp(at), "updatedAt": stamp(at)}
    ends = [{name: one[name] for name in ("id", "identifier")} for one in (issue, other)]
    issue["relations"]["nodes"].append({**made, "relatedIssue": ends[1]})
    other["inverseRelations"]["nodes"].append({**made, "issue": ends[0]})
    for one in (issue, other):
        store.touch(one, at)
    return {"issueRelation": {**made, "issue": issue, "relatedIssue": other}}, f"link of {issue['identifier']}"


def _new_id(told: _Args, used: set[str]) -> str | None:
    """Return the id that the client gave, None where it gave none."""
    given = told.get("id")
    if given is None:
        return None
    if not _UUID.fullmatch(given):
        raise Refused(400, "Argument Validation Error", "INVALID_INPUT", "id must be a UUID of version 4.")
    if given in used:
        raise Refused(400, "Entity already exists", "INPUT_ERROR", "Entity with this id already exists.")
    return str(given)


def _moment(told: _Args) -> datetime:
    return parse_time(told["createdAt"]) if told.get("createdAt") else now()


def _issue(store: Store, name: Any) -> Node:
    return store.find(str(name)) or _missing("Issue")


def _label(store: Store, label_id: str) -> Node:
    return store.labels.get(label_id) or _missing("IssueLabel")


def _missing(what: str) -> Any:
    raise Refused(400, f"Entity not found: {what}", "INPUT_ERROR", f"Could not find referenced {what}.")


_WRITES: dict[str, Callable[[Store, _Args], _Written]] = {
    "commentCreate": _comment_create,
    "commentUpdate": _comment_update,
    "commentDelete": _comment_delete,
    "issueCreate": _issue_create,
    "attachmentCreate": _attachment_create,
    "issueRelationCreate": _relation_create,
}
