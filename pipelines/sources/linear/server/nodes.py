"""Whole nodes, as Linear has them: every field that may not be null has a value."""

import hashlib
from datetime import datetime
from typing import Any

Node = dict[str, Any]
LISTS = (
    "history", "stateHistory", "labels", "attachments", "comments", "relations", "inverseRelations", "needs",
    "documents", "releases",
)  # fmt: skip
_PRIORITIES = ("No priority", "Urgent", "High", "Medium", "Low")


def id_of(*parts: object) -> str:
    """Return an id for what these words name, the same each time: in the form of a UUID of version 4."""
    digits = hashlib.sha256("\n".join(map(str, parts)).encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:32]}"


def stamp(at: datetime) -> str:
    """Write a moment as Linear does."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1_000:03}Z"


def user(name: str, email: str, *, app: bool = False) -> Node:
    """Return an account."""
    login = email.partition("@")[0]
    return {"id": id_of("user", email), "name": name, "displayName": login, "email": email, "app": app}


def team(key: str, name: str) -> Node:
    """Return a team."""
    return {"id": id_of("team", key), "key": key, "name": name}


def state(team: Node, name: str, kind: str, position: float, at: datetime) -> Node:
    """Return a workflow state of a team; `kind` is its type, as `started`."""
    told = {"id": id_of("state", team["key"], name), "name": name, "type": kind, "position": position}
    return told | {"createdAt": stamp(at), "updatedAt": stamp(at), "archivedAt": None, "team": team}


def label(name: str, group: str | None = None) -> Node:
    """Return a label, of a group where it has one."""
    parent = {"id": id_of("label", group), "name": group} if group else None
    return {"id": id_of("label", group, name), "name": name, "parent": parent}


def attachment(issue_id: str, url: str, title: str, at: datetime, **more: Any) -> Node:
    """Return a link from an issue to a page."""
    told: Node = {"id": id_of("attachment", issue_id, url), "url": url, "title": title, "subtitle": None}
    told |= {"sourceType": "unknown", "metadata": {}, "createdAt": stamp(at), "updatedAt": stamp(at), "creator": None}
    return told | more


def span(issue_id: str, state: Node, at: datetime) -> Node:
    """Return that an issue is in a state from a moment on."""
    found = {name: state[name] for name in ("id", "name", "type")}
    span_id = id_of("span", issue_id, stamp(at), state["id"])
    return {"id": span_id, "stateId": state["id"], "state": found, "startedAt": stamp(at), "endedAt": None}


def row(issue_id: str, at: datetime, actor: Node | None, **changes: Any) -> Node:
    """Return a row of a history that tells these changes."""
    told = {"id": id_of("row", issue_id, stamp(at), *changes), "createdAt": stamp(at), "updatedAt": stamp(at)}
    return told | {"actor": actor, "botActor": None} | changes


def issue(team: Node, number: int, title: str, state: Node, at: datetime, **more: Any) -> Node:
    """Return an issue that was created in a state at a moment; `more` replaces fields, lists as plain lists."""
    key = f"{team['key']}-{number}"
    issue_id = id_of("issue", key)
    lists = {name: {"nodes": list(more.pop(name, ()))} for name in LISTS}
    lists["stateHistory"]["nodes"] = lists["stateHistory"]["nodes"] or [span(issue_id, state, at)]
    told: Node = {
        "id": issue_id,
        "identifier": key,
        "previousIdentifiers": [],
        "number": number,
        "title": title,
        "description": None,
        "url": f"https://linear.app/{more.pop('workspace', 'acme')}/issue/{key}",
        "createdAt": stamp(at),
        "updatedAt": stamp(at),
        "priority": 0,
        "state": {name: state[name] for name in ("id", "name", "type")},
        "team": team,
    }
    absent = (
        "archivedAt", "trashed", "startedAt", "completedAt", "canceledAt", "dueDate", "estimate", "parent", "project",
        "cycle", "creator", "assignee", "delegate", "botActor", "externalUserCreator",
    )  # fmt: skip
    told |= dict.fromkeys(absent) | more
    return told | {"priorityLabel": _PRIORITIES[int(told["priority"])]} | lists
