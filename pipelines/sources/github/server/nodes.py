"""Shows the rows of a played GitHub as nodes of GraphQL. A `Connection` is cut into pages by whoever asks."""

from collections.abc import Callable
from functools import partial
from typing import Any

from pipelines.sources.base import mapping_of
from pipelines.sources.github.ids import new_id
from pipelines.sources.github.server.store import Repository, Row

Node = dict[str, Any]

_EVENTS = {
    "closed": ("ClosedEvent", "CE"),
    "reopened": ("ReopenedEvent", "REE"),
    "merged": ("MergedEvent", "ME"),
    "labeled": ("LabeledEvent", "LE"),
    "unlabeled": ("UnlabeledEvent", "UNLE"),
    "ready_for_review": ("ReadyForReviewEvent", "RFRE"),
    "convert_to_draft": ("ConvertToDraftEvent", "CTDE"),
    "head_ref_force_pushed": ("HeadRefForcePushedEvent", "HRFPE"),
    "review_requested": ("ReviewRequestedEvent", "RRE"),
    "renamed": ("RenamedTitleEvent", "RTE"),
}


class Connection(list[Node]):
    """All nodes of a connection."""


def by_id(repository: Repository) -> dict[str, Callable[[], Node]]:
    """Return what shows each node of a repository, by the node's id."""
    name = repository.node_id
    return {
        **{name("PR", row, row["id"]): partial(_pull_request, repository, row) for row in repository.pulls.values()},
        **{name("I", row, row["id"]): partial(_issue, repository, row) for row in repository.issues.values()},
        **{
            name("DE", row, row["id"]): partial(_deployment, repository, row) for row in repository.deployments.values()
        },
        **{
            name("PRR", row, row["id"]): partial(_review, repository, row, Connection())
            for rows in repository.reviews_of.values()
            for row in rows
        },
    }


def actor(user: Any) -> Node | None:
    """Return an account as GraphQL has it: an App without what REST puts behind its name."""
    login, kind = mapping_of(user).get("login"), mapping_of(user).get("type") or "User"
    if not isinstance(login, str):
        return None
    return {"__typename": kind, "login": login.removesuffix("[bot]") if kind == "Bot" else login}


def overview(repository: Repository) -> Node:
    """Return what is told of a repository itself."""
    told, head = repository.described, repository.head()
    target = {"__typename": "Commit", "oid": head} if head else None
    branch = {"name": told["default_branch"], "target": target}
    newest = sorted(repository.deployments.values(), key=lambda row: str(row["created_at"]), reverse=True)
    created_at = told.get("created_at") or "2020-01-01T00:00:00Z"
    return {
        "__typename": "Repository",
        "id": new_id("R", repository.id),
        "databaseId": repository.id,
        "nameWithOwner": repository.name,
        "url": told["html_url"],
        "createdAt": created_at,
        "updatedAt": told.get("updated_at") or created_at,
        "pushedAt": told.get("pushed_at"),
        "isArchived": False,
        "defaultBranchRef": branch,
        "deployments": Connection([_deployment(repository, row) for row in newest]),
        "releases": Connection([_release(row) for row in repository.releases]),
    }


def _release(row: Row) -> Node:
    at = row.get("updated_at") or row.get("published_at") or row.get("created_at")
    return {"__typename": "Release", "databaseId": row["id"], "updatedAt": at, "isDraft": row.get("draft") is True}


def _pull_request(repository: Repository, row: Row) -> Node:
    number, told = row["number"], repository.described
    head, merge_sha = mapping_of(row.get("head")), row.get("merge_commit_sha")
    base = mapping_of(mapping_of(row.get("base")).get("repo"))
    branch = base.get("default_branch") or told["default_branch"]
    owner = {"__typename": "Organization", "login": repository.name.partition("/")[0]}
    requested = [{"requestedReviewer": actor(one)} for one in row.get("requested_reviewers") or ()]
    return {
        "__typename": "PullRequest",
        "id": repository.node_id("PR", row, row["id"]),
        "fullDatabaseId": str(row["id"]),
        "number": number,
        "url": row["html_url"],
        "title": row["title"],
        "body": row.get("body") or "",
        "state": "MERGED" if row.get("merged_at") else "OPEN" if row["state"] == "open" else "CLOSED",
        "isDraft": row.get("draft") is True,
        "createdAt": row["created_at"],
        "updatedAt": row["updated_at"],
        "mergedAt": row.get("merged_at"),
        "closedAt": row.get("closed_at"),
        "headRefName": head.get("ref") or "",
        "headRefOid": head.get("sha") or "",
        "baseRefName": mapping_of(row.get("base")).get("ref") or "",
        "author": actor(row.get("user")),
        "mergeCommit": {"oid": merge_sha} if merge_sha and row.get("merged_at") else None,
        "headRepositoryOwner": actor(head.get("user")),
        "baseRepository": {"defaultBranchRef": {"name": branch}, "owner": actor(row["base"].get("user")) or owner},
        "assignees": Connection([one for user in row.get("assignees") or () if (one := actor(user))]),
        "reviewRequests": Connection(requested),
        "labels": Connection([{"name": label["name"]} for label in row.get("labels") or ()]),
        "files": Connection([{"path": file["filename"]} for file in row.get("files") or ()]),
        "commits": Connection([{"commit": _commit(one)} for one in repository.commits_of.get(number, ())]),
        "reviews": _reviews(repository, number, repository.line_comments_of.get(number, [])),
        "comments": Connection([_comment(repository, "IC", one) for one in repository.comments_of.get(number, ())]),
        "timelineItems": _timeline(repository, number),
    }


def _reviews(repository: Repository, number: int, line_comments: list[Row]) -> Connection:
    """Return the reviews; a recorded line comment whose review was not recorded hangs on one that was."""
    found, rows = Connection(), repository.reviews_of.get(number, [])
    known = {row["id"] for row in rows}
    for row in rows:
        own = [one for one in line_comments if one.get("pull_request_review_id") == row["id"]]
        if row is rows[0]:
            own += [one for one in line_comments if one.get("pull_request_review_id") not in known]
        comments = Connection([_comment(repository, "PRRC", one) | _line(one) for one in own])
        found.append(_review(repository, row, comments))
    return found


def _review(repository: Repository, row: Row, comments: Connection) -> Node:
    commit = row.get("commit_id")
    return {
        "__typename": "PullRequestReview",
        "id": repository.node_id("PRR", row, row["id"]),
        "fullDatabaseId": str(row["id"]),
        "state": row["state"].upper(),
        "submittedAt": row.get("submitted_at"),
        "url": row.get("html_url") or "",
        "body": row.get("body") or "",
        "author": actor(row.get("user")),
        "commit": {"oid": commit} if commit else None,
        "comments": comments,
    }


def _line(row: Row) -> Node:
    commit = row.get("original_commit_id")
    return {"path": row.get("path") or "", "originalCommit": {"oid": commit} if commit else None}


def _comment(repository: Repository, kind: str, row: Row) -> Node:
    return {
        "id": repository.node_id(kind, row, row["id"]),
        "fullDatabaseId": str(row["id"]),
        "createdAt": row["created_at"],
        "updatedAt": row.get("updated_at") or row["created_at"],
        "url": row.get("html_url") or "",
        "body": row.get("body") or "",
        "author": actor(row.get("user")),
    }


def _commit(row: Row) -> Node:
    commit = mapping_of(row["commit"])
    author, committer = mapping_of(commit.get("author")), mapping_of(commit.get("committer"))
    return {
        "oid": row["sha"],
        "url": row.get("html_url") or "",
        "message": commit.get("message") or "",
        "authoredDate": author.get("date"),
        "committedDate": committer.get("date") or author.get("date"),
        "author": _git_person(author, row.get("author")),
        "committer": _git_person(committer, row.get("committer")),
        "parents": Connection([{"oid": parent["sha"]} for parent in row.get("parents") or ()]),
    }


def _git_person(person: Any, account: Any) -> Node:
    user = actor(account)
    # Only a person's account is told here.
    user = user if user and user["__typename"] == "User" else None
    return {"name": person.get("name"), "email": person.get("email"), "date": person.get("date"), "user": user}


def _timeline(repository: Repository, number: int) -> Connection:
    rows = [row for row in repository.events_of.get(number, ()) if row["event"] in _EVENTS]
    rows.sort(key=lambda row: str(row["created_at"]))
    return Connection([_event(repository, row) for row in rows])


def _event(repository: Repository, row: Row) -> Node:
    kind, prefix = _EVENTS[row["event"]]
    node = {
        "__typename": kind,
        "id": repository.node_id(prefix, row, row["id"]),
        "createdAt": row["created_at"],
        "actor": actor(row.get("actor")),
    }
    commit = {"oid": row["commit_id"]} if row.get("commit_id") else None
    rename = mapping_of(row.get("rename"))
    more: dict[str, Node] = {
        "MergedEvent": {"commit": commit},
        "HeadRefForcePushedEvent": {"afterCommit": commit},
        "LabeledEvent": {"label": row.get("label")},
        "UnlabeledEvent": {"label": row.get("label")},
        "RenamedTitleEvent": {"previousTitle": rename.get("from"), "currentTitle": rename.get("to")},
    }
    return node | more.get(kind, {})


def _issue(repository: Repository, row: Row) -> Node:
    return {
        "__typename": "Issue",
        "id": repository.node_id("I", row, row["id"]),
        "number": row["number"],
        "updatedAt": row["updated_at"],
        "timelineItems": _timeline(repository, row["number"]),
    }


def _deployment(repository: Repository, row: Row) -> Node:
    statuses = repository.statuses_of.get(row["id"], [])
    return {
        "__typename": "Deployment",
        "id": repository.node_id("DE", row, row["id"]),
        "databaseId": row["id"],
        "createdAt": row["created_at"],
        "updatedAt": row.get("updated_at") or row["created_at"],
        "statuses": Connection([_status(repository, one) for one in statuses]),
    }


def _status(repository: Repository, row: Row) -> Node:
    return {
        "id": repository.node_id("DES", row, row["id"]),
        "state": row["state"].upper(),
        "createdAt": row["created_at"],
        "updatedAt": row.get("updated_at") or row["created_at"],
        "environment": row.get("environment"),
        "logUrl": row.get("log_url") or row.get("target_url") or None,
        "environmentUrl": row.get("environment_url") or None,
        "description": row.get("description"),
        "creator": actor(row.get("creator")),
    }
