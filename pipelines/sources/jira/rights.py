"""What the token may do where comments are written, asked of Jira itself and read only."""

from collections.abc import Iterator, Sequence

from pipelines.sources.base import mapping_of
from pipelines.sources.http import Http
from pipelines.sources.live import Finding, VendorError

# Without the first two nothing is written, or nothing is corrected; without the third the ticket cannot remember its
# comment, and one that a person deleted is posted again.
_NEEDED = {"ADD_COMMENTS": "add comments", "EDIT_OWN_COMMENTS": "edit its own comments"}
_WISHED = {"EDIT_ISSUES": "edit issues, by which a ticket remembers its comment"}


def rights(http: Http, api: str, projects: Sequence[str]) -> Iterator[Finding]:
    """Say in which projects the token may write comments, and of each other one what it lacks."""
    asked, whole = ",".join([*_NEEDED, *_WISHED]), list[str]()
    for project in projects:
        try:
            answer = http.get(f"{api}/mypermissions", {"projectKey": project, "permissions": asked}).json()
        except VendorError as error:
            yield Finding(
                "act", f"{str(error).rstrip('.')}; so nobody knows whether comments may be written in {project}"
            )
            continue
        told = mapping_of(mapping_of(answer).get("permissions"))
        lacks = [name for name in (*_NEEDED, *_WISHED) if mapping_of(told.get(name)).get("havePermission") is not True]
        if not lacks:
            whole.append(project)
            continue
        what = " or ".join((_NEEDED | _WISHED)[name] for name in lacks)
        yield Finding(
            "act" if set(lacks) & _NEEDED.keys() else "warn",
            f"jira does not let the token {what} in {project}; grant {', '.join(lacks)} in the project's permission "
            "scheme, or leave the project out by writeback.excluded_projects",
        )
    if whole:
        yield Finding("ok", f"jira lets the token add and edit its comments in {', '.join(whole)}")
