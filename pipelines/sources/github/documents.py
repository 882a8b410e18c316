"""What is asked of GitHub's GraphQL. One request tells of 25 pull requests what REST tells in four or five each.

GitHub reckons the most that a document could give: 25 pull requests, each with 30 reviews of 20 comments, stay far
below its half a million nodes.
"""

import re

_ACTOR = "{ __typename login }"
_GIT = "{ name email date user { __typename login } }"
_PAGE = "pageInfo { hasNextPage endCursor }"
_LINE_COMMENT = f"""
  id fullDatabaseId createdAt updatedAt url path body author {_ACTOR} originalCommit {{ oid }}"""

# Kinds of the timeline that tell a fact, with what each tells beside its moment and its actor.
_EVENTS = {
    "ClosedEvent": "",
    "ReopenedEvent": "",
    "MergedEvent": "commit { oid }",
    "LabeledEvent": "label { name }",
    "UnlabeledEvent": "label { name }",
    "ReadyForReviewEvent": "",
    "ConvertToDraftEvent": "",
    "HeadRefForcePushedEvent": "afterCommit { oid }",
    "ReviewRequestedEvent": "",
    "RenamedTitleEvent": "previousTitle currentTitle",
}
_OF_ISSUES = ("ClosedEvent", "ReopenedEvent", "LabeledEvent")


def _timeline(kinds: tuple[str, ...]) -> str:
    return "__typename " + " ".join(
        f"... on {kind} {{ id createdAt actor {_ACTOR} {_EVENTS[kind]} }}" for kind in kinds
    )


# By the connection's name: what is read of each node in it.
OF_PULL_REQUEST = {
    "commits": f"""commit {{ oid url message authoredDate committedDate author {_GIT} committer {_GIT}
      parents(first: 10) {{ nodes {{ oid }} }} }}""",
    "reviews": f"""id fullDatabaseId state submittedAt url body author {_ACTOR} commit {{ oid }}
      comments(first: 20) {{ nodes {{ {_LINE_COMMENT} }} {_PAGE} }}""",
    "comments": f"id fullDatabaseId createdAt updatedAt url body author {_ACTOR}",
    "timelineItems": _timeline(tuple(_EVENTS)),
    "files": "path",
}
OF_ISSUE = {"timelineItems": _timeline(_OF_ISSUES)}
OF_REVIEW = {"comments": _LINE_COMMENT}
OF_DEPLOYMENT = {
    "statuses": f"id state createdAt updatedAt environment logUrl environmentUrl description creator {_ACTOR}"
}


def _item_type(kind: str) -> str:
    """Return what GitHub calls a kind of the timeline where it is asked for: CLOSED_EVENT."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind).upper()


def _asked(connection: str, kinds: tuple[str, ...]) -> str:
    if connection != "timelineItems":
        return ""
    return f", itemTypes: [{', '.join(map(_item_type, kinds))}]"


def _connections(of: dict[str, str], most: int, kinds: tuple[str, ...] = ()) -> str:
    return " ".join(
        f"{name}(first: {most}{_asked(name, kinds)}) {{ nodes {{ {fields} }} {_PAGE} }}" for name, fields in of.items()
    )


_DEPLOYMENT = f"... on Deployment {{ updatedAt {_connections(OF_DEPLOYMENT, 30)} }}"
CHANGES = f"""query Changes($ids: [ID!]!) {{ nodes(ids: $ids) {{ __typename id
  ... on PullRequest {{
    fullDatabaseId number url title body state isDraft createdAt updatedAt mergedAt closedAt
    headRefName headRefOid baseRefName author {_ACTOR} mergeCommit {{ oid }} headRepositoryOwner {_ACTOR}
    baseRepository {{ defaultBranchRef {{ name }} owner {_ACTOR} }}
    assignees(first: 20) {{ nodes {{ __typename login }} }}
    reviewRequests(first: 20) {{ nodes {{ requestedReviewer {{ __typename ... on User {{ login }} }} }} }}
    labels(first: 100) {{ nodes {{ name }} }}
    {_connections(OF_PULL_REQUEST, 30, tuple(_EVENTS))}
  }}
  ... on Issue {{ number updatedAt {_connections(OF_ISSUE, 50, _OF_ISSUES)} }}
}} }}"""
STATUSES = f"query Statuses($ids: [ID!]!) {{ nodes(ids: $ids) {{ __typename id {_DEPLOYMENT} }} }}"
OVERVIEW = f"""query Overview($owner: String!, $name: String!, $ids: [ID!]!) {{
  repository(owner: $owner, name: $name) {{
    databaseId nameWithOwner url createdAt updatedAt pushedAt defaultBranchRef {{ name target {{ __typename oid }} }}
    deployments(first: 1, orderBy: {{ field: CREATED_AT, direction: DESC }}) {{ nodes {{ databaseId }} }}
    releases(first: 30, orderBy: {{ field: CREATED_AT, direction: DESC }}) {{
      totalCount nodes {{ databaseId updatedAt isDraft }} }}
  }}
  nodes(ids: $ids) {{ __typename id {_DEPLOYMENT} }}
}}"""
_LISTED = f"nodes {{ nameWithOwner pushedAt isArchived }} {_PAGE}"
_ORDER = "orderBy: { field: PUSHED_AT, direction: DESC }"
OWN = f"query Own($after: String) {{ viewer {{ repositories(first: 100, after: $after, {_ORDER}) {{ {_LISTED} }} }} }}"
OF_ORGANIZATION = f"""query Organization($login: String!, $after: String) {{
  organization(login: $login) {{ repositories(first: 100, after: $after, {_ORDER}) {{ {_LISTED} }} }} }}"""


def more(kind: str, connection: str, fields: str) -> str:
    """Return what asks for the next page of a connection of one node."""
    kinds = () if connection != "timelineItems" else tuple(_EVENTS) if kind == "PullRequest" else _OF_ISSUES
    asked = _asked(connection, kinds)
    return f"""query More($id: ID!, $after: String!) {{ node(id: $id) {{ __typename ... on {kind} {{
      {connection}(first: 100, after: $after{asked}) {{ nodes {{ {fields} }} {_PAGE} }} }} }} }}"""
