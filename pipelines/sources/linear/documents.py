"""What Linear is asked. A query costs by what it may return, so each list inside an issue is asked for a few at first.

By Linear's count a field costs 0.1, an object 1, and a list so many times what is in it as are asked for, whether they
are there or not. What goes beyond is read on, issue by issue.
"""

from collections.abc import Mapping
from dataclasses import dataclass

_USER = "{ id name displayName email app }"
_STATE = "{ id name type }"
_BOT = "{ id name type userDisplayName }"
_HISTORY = f"""
id createdAt updatedAt actor {_USER} botActor {_BOT}
fromState {_STATE} toState {_STATE} fromStateId toStateId
fromTitle toTitle fromAssigneeId toAssigneeId fromEstimate toEstimate fromPriority toPriority fromDueDate toDueDate
fromCycle {{ name number }} toCycle {{ name number }}
fromParent {{ identifier }} toParent {{ identifier }}
fromProject {{ name }} toProject {{ name }}
fromTeam {{ key }} toTeam {{ key }}
addedLabels {{ name }} removedLabels {{ name }}
addedToReleases {{ id name }} removedFromReleases {{ id name }}
relationChanges {{ identifier type }}
archived trashed updatedDescription fromSlaBreachesAt toSlaBreachesAt
"""


@dataclass(frozen=True, slots=True)
class Part:
    """A list inside an issue.

    Attributes:
        first: so many come with the issue.
        fields: of each.
        arguments: more of the list's arguments.
    """

    first: int
    fields: str
    arguments: str = ""


PARTS: Mapping[str, Part] = {
    "history": Part(8, _HISTORY, "includeArchived: true"),
    "stateHistory": Part(8, f"id startedAt endedAt stateId state {_STATE}"),
    "labels": Part(4, "id name parent { name }"),
    "attachments": Part(2, f"id url title subtitle sourceType createdAt updatedAt creator {_USER}"),
    "comments": Part(
        2, f"id body createdAt updatedAt user {_USER} botActor {_BOT} externalUser {{ id name displayName email }}"
    ),
    "relations": Part(1, "id type createdAt relatedIssue { id identifier }"),
    "inverseRelations": Part(1, "id type createdAt issue { id identifier }"),
    "needs": Part(1, f"id content createdAt url customer {{ id }} creator {_USER}"),
    "documents": Part(1, f"id title url createdAt updatedAt creator {_USER}"),
    "releases": Part(
        1,
        "id name version url commitSha createdAt startedAt completedAt canceledAt"
        " pipeline { id name isProduction } stage { name type }",
    ),
}
_MORE = 50
_ISSUE = f"""
id identifier previousIdentifiers number title description url createdAt updatedAt archivedAt trashed
startedAt completedAt canceledAt dueDate estimate priority priorityLabel
state {_STATE} team {{ id key name }} parent {{ id identifier }} project {{ id name }} cycle {{ id name number }}
creator {_USER} assignee {_USER} delegate {_USER} botActor {_BOT}
externalUserCreator {{ id name displayName email }}
"""
_PAGE = "pageInfo { hasNextPage endCursor }"


def _part(name: str, first: str, after: str = "") -> str:
    part = PARTS[name]
    told = ", ".join(word for word in (f"first: {first}", after, part.arguments) if word)
    return f"{name}({told}) {{ nodes {{ {part.fields} }} {_PAGE} }}"


CHANGED_ISSUES = f"""
query ChangedIssues($filter: IssueFilter!, $first: Int!, $after: String) {{
  issues(filter: $filter, orderBy: updatedAt, includeArchived: true, first: $first, after: $after) {{
    nodes {{ {_ISSUE} {" ".join(_part(name, str(part.first)) for name, part in PARTS.items())} }}
    {_PAGE}
  }}
}}
"""
ISSUE_IDS = f"""
query IssueIds($filter: IssueFilter!, $first: Int!, $after: String) {{
  issues(filter: $filter, orderBy: createdAt, includeArchived: true, first: $first, after: $after) {{
    nodes {{ id }}
    {_PAGE}
  }}
}}
"""
TEAMS = f"""
query Teams($filter: TeamFilter, $first: Int!, $after: String) {{
  teams(filter: $filter, first: $first, after: $after) {{
    nodes {{ id key name issueCount(includeArchived: true) }}
    {_PAGE}
  }}
}}
"""
WORKFLOW_STATES = f"""
query WorkflowStates($filter: WorkflowStateFilter, $first: Int!, $after: String) {{
  workflowStates(filter: $filter, includeArchived: true, first: $first, after: $after) {{
    nodes {{ id name type position createdAt updatedAt archivedAt team {{ id key }} }}
    {_PAGE}
  }}
}}
"""
WHO = """
query Who {
  viewer { id }
  organization { urlKey name }
  rateLimitStatus { identifier kind limits { type allowedAmount remainingAmount period reset } }
}
"""


def more(name: str) -> str:
    """Return the query for what follows in a list of one issue."""
    part = _part(name, str(_MORE), "after: $after")
    return f"query MoreOfAnIssue($id: String!, $after: String!) {{ issue(id: $id) {{ id {part} }} }}"
