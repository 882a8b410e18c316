"""Finds a ticket's facts among Jira's fields. Custom fields have other ids on every site: their names tell."""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelines.sources.base import mapping_of
from pipelines.sources.jira.changelog import Change
from pipelines.sources.jira.values import name_of
from pipelines.sources.values import rows, text

_CANONICAL = {
    "story points": "estimate",
    "story point estimate": "estimate",
    "sprint": "sprint",
    "labels": "labels",
    "parent": "parent",
    "parent issue": "parent",
    "parent link": "parent",
    "epic link": "parent",
    "issueparentassociation": "parent",
    "assignee": "assignee",
    "summary": "title",
    "issuetype": "type",
    "issue type": "type",
    "flagged": "flagged",
    "key": "key",
    "resolution": "resolution",
    "priority": "priority",
    "component": "components",
    "components": "components",
    "rank": "rank",
}
_ESTIMATES = ("story points", "story point estimate")
# Where Cloud sites keep story points unless somebody moved them.
_USUAL_ESTIMATES = ("customfield_10016", "customfield_10026", "customfield_10028")
_CATEGORIES = {
    "new": "to_do",
    "todo": "to_do",
    "indeterminate": "in_progress",
    "in_progress": "in_progress",
    "done": "done",
}
_TICKET_KEY = re.compile(r"[A-Z][A-Z0-9_]+-\d+")
# Older servers send `com.atlassian.greenhopper.service.sprint.Sprint@1f[id=1,rapidViewId=2,state=CLOSED,name=…,…]`.
_OLD_SPRINT = re.compile(r"com\.atlassian\.greenhopper\.[^\[]*\[(?:.*?,)?name=(?P<name>.*?)(?:,\w+=.*)?\]", re.DOTALL)


def canonical_name(change: Change) -> str:
    """Return our name of the field that changed, `extra:<vendor field>` where we have none."""
    return _CANONICAL.get(change.field.casefold(), f"extra:{change.field}")


def category_of(category: Any) -> str:
    """Return our category of a status: by the vendor's key, which no translation changes."""
    key = category if isinstance(category, str) else mapping_of(category).get("key")
    return _CATEGORIES.get(str(key).casefold(), "unknown")


class Fields:
    """The fields of an issue by id, and by the names that its changelog and its `names` give them."""

    def __init__(self, issue: Mapping[str, Any], changes: Sequence[Change]) -> None:
        self.values = mapping_of(issue.get("fields"))
        self._ids: dict[str, list[str]] = {}
        named = [(text(name), field_id) for field_id, name in mapping_of(issue.get("names")).items()]
        for name, field_id in [*named, *((change.field, change.field_id) for change in changes)]:
            if name and field_id:
                self._ids.setdefault(name.casefold(), []).append(field_id)

    def named(self, *names: str) -> Iterator[Any]:
        """Return the values of the custom fields that are called so."""
        for name in names:
            for field_id in dict.fromkeys(self._ids.get(name, ())):
                if field_id.startswith("customfield_") and self.values.get(field_id) is not None:
                    yield self.values[field_id]

    @property
    def estimate(self) -> float | None:
        """Story points; a time estimate in seconds is none."""
        usual = (self.values.get(field_id) for field_id in _USUAL_ESTIMATES)
        for value in (*self.named(*_ESTIMATES), *usual):
            if isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value):
                return float(value)
        return None

    @property
    def sprints(self) -> list[str]:
        """Names of the sprints that the ticket is or was in, in the vendor's order."""
        found = (
            name
            for field_id, value in self.values.items()
            if field_id.startswith("customfield_") and isinstance(value, list)
            for row in value
            if (name := _sprint_name(row)) is not None
        )
        return list(dict.fromkeys(found))

    @property
    def parent_key(self) -> str | None:
        """Key of the parent: the story of a sub-task, or the epic of a story."""
        parent = name_of(self.values.get("parent"), "key")
        if parent is not None:
            return parent
        for value in (*self.named("epic link", "parent link"), self.values.get("customfield_10014")):
            key = value if isinstance(value, str) else name_of(value, "key")
            if key is not None and _TICKET_KEY.fullmatch(key):
                return key
        return None

    @property
    def team(self) -> str | None:
        """Name of the team, where the changelog calls a field so."""
        for value in self.named("team"):
            team = mapping_of(value)
            if "id" in team and (name := text(team.get("title")) or text(team.get("name"))):
                return name
        return None

    @property
    def is_flagged(self) -> bool:
        """Whether the ticket bears the impediment flag."""
        flags = (value for field_id, value in self.values.items() if field_id.startswith("customfield_"))
        return any(row.get("value") == "Impediment" for value in flags for row in rows(value)) or any(
            value not in ([], "") for value in self.named("flagged")
        )

    @property
    def type_level(self) -> int | None:
        """1 for an epic, 0 for a story, -1 for a sub-task, None where the type is unknown."""
        issue_type = mapping_of(self.values.get("issuetype"))
        level = issue_type.get("hierarchyLevel")
        if isinstance(level, int):
            return level
        if issue_type.get("subtask"):
            return -1
        name = name_of(issue_type)
        return None if name is None else int(name.casefold() == "epic")


def _sprint_name(row: Any) -> str | None:
    if isinstance(row, str):
        found = _OLD_SPRINT.fullmatch(row)
        return text(found["name"]) if found else None
    sprint = mapping_of(row)
    is_sprint = "state" in sprint and ({"boardId", "originBoardId", "rapidViewId", "goal"} & sprint.keys())
    return name_of(sprint) if is_sprint else None
