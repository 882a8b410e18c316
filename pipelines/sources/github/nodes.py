"""Turns nodes of GraphQL into the rows that REST gives, so that a fact has one shape whichever way it came. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from pipelines.sources.base import mapping_of
from pipelines.sources.github.ids import rest_id
from pipelines.sources.live import BadAnswerError

Row = dict[str, Any]

_KINDS = {
    "ClosedEvent": "closed",
    "ReopenedEvent": "reopened",
    "MergedEvent": "merged",
    "LabeledEvent": "labeled",
    "UnlabeledEvent": "unlabeled",
    "ReadyForReviewEvent": "ready_for_review",
    "ConvertToDraftEvent": "convert_to_draft",
    "HeadRefForcePushedEvent": "head_ref_force_pushed",
    "ReviewRequestedEvent": "review_requested",
    "RenamedTitleEvent": "renamed",
}


def account(actor: Any) -> Row | None:
    """Return a user object; an account that was deleted is null."""
    login = mapping_of(actor).get("login")
    if not isinstance(login, str):
        return None
    kind = str(mapping_of(actor).get("__typename") or "User")
    # GraphQL leaves away what REST puts behind the name of an App.
    return {"login": f"{login}[bot]" if kind == "Bot" and not login.endswith("[bot]") else login, "type": kind}


def pull_request(node: Mapping[str, Any]) -> Row:
    """Return a pull request as the list of pull requests has it."""
    base, owner = mapping_of(node["baseRepository"]), account(mapping_of(node["baseRepository"]).get("owner"))
    requested = (account(one["requestedReviewer"]) for one in node["reviewRequests"]["nodes"])
    return {
        "id": _id(node),
        "node_id": node["id"],
        "number": node["number"],
        "html_url": node["url"],
        "state": "open" if node["state"] == "OPEN" else "closed",
        "draft": node["isDraft"],
        "title": node["title"],
        "body": node["body"] or None,
        "user": account(node["author"]),
        "assignees": [account(one) for one in node["assignees"]["nodes"]],
        "requested_reviewers": [one for one in requested if one],
        "labels": [{"name": label["name"]} for label in mapping_of(node["labels"]).get("nodes") or ()],
        # As the list of a pull request's files has them.
        "files": [{"filename": file["path"]} for file in mapping_of(node["files"]).get("nodes") or ()],
        "created_at": node["createdAt"],
        "updated_at": node["updatedAt"],
        "merged_at": node["mergedAt"],
        "closed_at": node["closedAt"],
        "merge_commit_sha": mapping_of(node["mergeCommit"]).get("oid"),
        "head": {"ref": node["headRefName"], "sha": node["headRefOid"], "user": account(node["headRepositoryOwner"])},
        "base": {
            "ref": node["baseRefName"],
            "user": owner,
            "repo": {"default_branch": mapping_of(base.get("defaultBranchRef")).get("name")},
        },
    }


def commits(node: Mapping[str, Any]) -> list[Row]:
    """Return the commits of a pull request."""
    return [_commit(one["commit"]) for one in node["commits"]["nodes"]]


def _commit(commit: Mapping[str, Any]) -> Row:
    author, committer = mapping_of(commit["author"]), mapping_of(commit["committer"])
    return {
        "sha": commit["oid"],
        "html_url": commit["url"],
        "commit": {
            "message": commit["message"],
            "author": _git_person(author, commit["authoredDate"]),
            "committer": _git_person(committer, commit["committedDate"]),
        },
        "author": account(author.get("user")),
        "committer": account(committer.get("user")),
        "parents": [{"sha": parent["oid"]} for parent in commit["parents"]["nodes"]],
    }


def _git_person(person: Mapping[str, Any], date: str) -> Row:
    return {"name": person.get("name"), "email": person.get("email"), "date": date}


def reviews(node: Mapping[str, Any]) -> list[Row]:
    """Return the reviews of a pull request."""
    return [
        {
            "id": _id(one),
            "state": one["state"],
            "user": account(one["author"]),
            "body": one["body"],
            "html_url": one["url"],
            "commit_id": mapping_of(one["commit"]).get("oid"),
            "submitted_at": one["submittedAt"],
        }
        for one in node["reviews"]["nodes"]
    ]


def line_comments(node: Mapping[str, Any]) -> list[Row]:
    """Return the comments on a pull request's lines, oldest id first."""
    found = (
        _comment(one) | {"path": one["path"], "pull_request_review_id": _id(review)}
        for review in node["reviews"]["nodes"]
        for one in review["comments"]["nodes"]
    )
    return sorted(found, key=lambda row: int(row["id"]))


def comments(node: Mapping[str, Any]) -> list[Row]:
    """Return the conversation of a pull request, oldest id first."""
    return sorted(map(_comment, node["comments"]["nodes"]), key=lambda row: int(row["id"]))


def _comment(one: Mapping[str, Any]) -> Row:
    return {
        "id": _id(one),
        "user": account(one["author"]),
        "body": one["body"],
        "html_url": one["url"],
        "created_at": one["createdAt"],
        "updated_at": one["updatedAt"],
    }


def events(node: Mapping[str, Any]) -> list[Row]:
    """Return what happened to a pull request or an issue, as the list of issue events has it, oldest id first."""
    about: Row = {"number": node["number"]}
    if node["__typename"] == "PullRequest":
        about["pull_request"] = {"merged_at": node["mergedAt"]}
    rows = (_event(item) | {"issue": about} for item in _known(node["timelineItems"]["nodes"]))
    return sorted(rows, key=lambda row: int(row["id"]))


def _known(items: Iterable[Mapping[str, Any]]) -> Iterable[Mapping[str, Any]]:
    return (item for item in items if item.get("__typename") in _KINDS)


def _event(item: Mapping[str, Any]) -> Row:
    kind = _KINDS[item["__typename"]]
    commit = mapping_of(item.get("commit") or item.get("afterCommit"))
    row = {
        "id": _packed_id(item),
        "event": kind,
        "actor": account(item["actor"]),
        "commit_id": commit.get("oid"),
        "created_at": item["createdAt"],
    }
    if kind in ("labeled", "unlabeled"):
        row["label"] = {"name": item["label"]["name"]}
    if kind == "renamed":
        row["rename"] = {"from": item["previousTitle"], "to": item["currentTitle"]}
    return row


def statuses(node: Mapping[str, Any]) -> list[Row]:
    """Return the statuses of a deployment."""
    return [
        {
            "id": _packed_id(one),
            "state": one["state"].lower(),
            "creator": account(one["creator"]),
            "description": one["description"],
            "environment": one["environment"],
            "log_url": one["logUrl"],
            "environment_url": one["environmentUrl"],
            "created_at": one["createdAt"],
            "updated_at": one["updatedAt"],
        }
        for one in node["statuses"]["nodes"]
    ]


def _id(node: Mapping[str, Any]) -> int:
    told = node.get("fullDatabaseId")
    return int(told) if told is not None else _packed_id(node)


def _packed_id(node: Mapping[str, Any]) -> int:
    found = rest_id(str(node["id"]))
    if found is None:
        raise BadAnswerError(
            f"github names something {node['id']}, in which there is no number; look for a newer release"
        )
    return found
