"""What a played Jira says that the token may do in a project."""

from pipelines.sources.jira.server.answers import error
from pipelines.sources.jira.server.store import Store
from pipelines.sources.loopback import Reply, Request

_KNOWN = {
    "BROWSE_PROJECTS": ("10", "Browse Projects"),
    "CREATE_ISSUES": ("11", "Create Issues"),
    "EDIT_ISSUES": ("12", "Edit Issues"),
    "ADD_COMMENTS": ("15", "Add Comments"),
    "LINK_ISSUES": ("21", "Link Issues"),
    "EDIT_OWN_COMMENTS": ("35", "Edit Own Comments"),
}


def mine(store: Store, request: Request, _: tuple[str, ...]) -> Reply:
    """Answer which of the permissions that are asked for the token has; a data center tells them all."""
    project = request.asked("projectKey")
    if project is not None and project not in store.projects:
        return error(404, f"No project could be found with key '{project}'.")
    names = [name for name in (request.asked("permissions") or "").split(",") if name]
    if store.deployment == "data_center":
        names = [*_KNOWN]
    elif not names:
        return error(400, "The 'permissions' query parameter is required.")
    if unknown := [name for name in names if name not in _KNOWN]:
        return error(400, f"Unrecognized permission(s): {', '.join(unknown)}")
    lacks = store.lacking.get(project or "", set())
    told = {
        name: {
            "id": _KNOWN[name][0], "key": name, "name": _KNOWN[name][1], "type": "PROJECT",
            "description": f"Ability to {_KNOWN[name][1].lower()}.", "havePermission": name not in lacks,
        }
        for name in names
    }  # fmt: skip
    return Reply(json={"permissions": told})
