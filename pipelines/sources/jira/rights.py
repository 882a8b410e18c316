"""What the token may do where messages are written, asked of Jira itself and read only."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines.sources.base import mapping_of
from pipelines.sources.http import Http
from pipelines.sources.live import Finding, VendorError


@dataclass(frozen=True, slots=True)
class Needs:
    """Permissions, each with what it is for.

    Attributes:
        what: is done with all of them.
        needed: without one of them nothing is written, or nothing is corrected.
        wished: without one of them something of ours is not known again.
    """

    what: str
    needed: Mapping[str, str]
    wished: Mapping[str, str]


# Without the wished one the ticket cannot remember its comment, and one that a person deleted is posted again.
COMMENTS = Needs(
    "add and edit its comments",
    {"ADD_COMMENTS": "add comments", "EDIT_OWN_COMMENTS": "edit its own comments"},
    {"EDIT_ISSUES": "edit issues, by which a ticket remembers its comment"},
)
# A ticket that cannot be tied to its origin is nobody's follow-up, and is not found again.
TICKETS = Needs(
    "make follow-up tickets",
    {
        "CREATE_ISSUES": "create issues", "LINK_ISSUES": "link issues",
        "EDIT_ISSUES": "edit issues, by which a ticket remembers its follow-up",
    },
    {},
)  # fmt: skip


def rights(http: Http, api: str, projects: Sequence[str], needs: Needs) -> Iterator[Finding]:
    """Say in which projects the token may do what is needed, and of each other one what it lacks."""
    all_of_them = {**needs.needed, **needs.wished}
    asked, whole = ",".join(all_of_them), list[str]()
    for project in projects:
        try:
            answer = http.get(f"{api}/mypermissions", {"projectKey": project, "permissions": asked}).json()
        except VendorError as error:
            yield Finding(
                "act", f"{str(error).rstrip('.')}; so nobody knows whether anything may be written in {project}"
            )
            continue
        told = mapping_of(mapping_of(answer).get("permissions"))
        lacks = [name for name in all_of_them if mapping_of(told.get(name)).get("havePermission") is not True]
        if not lacks:
            whole.append(project)
            continue
        what = " or ".join(all_of_them[name] for name in lacks)
        yield Finding(
            "act" if set(lacks) & needs.needed.keys() else "warn",
            f"jira does not let the token {what} in {project}; grant {', '.join(lacks)} in the project's permission "
            "scheme, or leave the project out by writeback.excluded_projects",
        )
    if whole:
        yield Finding("ok", f"jira lets the token {needs.what} in {', '.join(whole)}")
