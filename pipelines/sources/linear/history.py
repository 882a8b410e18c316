"""An issue's history as a plain list of changes, oldest first, whatever order it was delivered in.

A row is no immutable event: what one person changes within a few minutes is folded into one row, which grows until
then. So a change is named by its row, its field and both its values, and an issue is read with its whole history.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.sources.linear.values import actor_of, cycle_name, identity_of, name_of, nodes, number_text
from pipelines.sources.values import moment, number, rows, text

_PRIORITIES = {0: "No priority", 1: "Urgent", 2: "High", 3: "Medium", 4: "Low"}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of the history: what one actor changed between `at` and `until`."""

    history_id: str
    at: datetime
    until: datetime
    actor: str | None
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    """One field's change: `field` is our name of it, `extra:<name>` where we have none."""

    row: Row
    field: str
    before: str | None
    after: str | None

    @property
    def occurrence(self) -> str:
        """Names this change within the issue. A row that grew tells another change."""
        return f"{self.row.history_id}:{self.field}:{self.before or ''}:{self.after or ''}"


def rows_of(issue: Mapping[str, Any]) -> list[Row]:
    """Return the rows of an issue's history, each once in its newest form, sorted by time and id.

    Raises:
        MappingError: a row has no time.
    """
    newest: dict[str, Row] = {}
    for body in nodes(issue.get("history")):
        row = _row(issue, body)
        if row.history_id not in newest or newest[row.history_id].until <= row.until:
            newest[row.history_id] = row
    return sorted(newest.values(), key=lambda row: (row.at, row.history_id))


def _row(issue: Mapping[str, Any], body: Mapping[str, Any]) -> Row:
    at = moment(body.get("createdAt"), f"createdAt of a row in the history of {issue.get('identifier')}")
    history_id = text(body.get("id")) or at.isoformat()
    until = moment(body["updatedAt"], f"updatedAt of row {history_id}") if text(body.get("updatedAt")) else at
    actor = actor_of(body.get("actor"), body.get("botActor")) or _person(body.get("actorId"))
    return Row(history_id, at, max(at, until), actor, body)


def changes_of(rows: list[Row]) -> Iterator[Change]:
    """Yield every change but those of the status, which `visits.py` reads."""
    for row in rows:
        for field, before, after in _values(row.body):
            if before != after:
                yield Change(row, field, before, after)


def _values(body: Mapping[str, Any]) -> Iterator[tuple[str, str | None, str | None]]:
    def both(name: str, read: Any) -> tuple[str | None, str | None]:
        return read(body.get(f"from{name}")), read(body.get(f"to{name}"))

    yield "title", *both("Title", text)
    yield "assignee", _somebody(body, "fromAssignee"), _somebody(body, "toAssignee")
    yield "estimate", *both("Estimate", number_text)
    yield "priority", *both("Priority", priority_name)
    yield "sprint", *both("Cycle", cycle_name)
    yield "parent", *both("Parent", lambda parent: name_of(parent, "identifier"))
    yield "labels", _names(body.get("removedLabels")), _names(body.get("addedLabels"))
    yield "extra:team", *both("Team", lambda team: name_of(team, "key"))
    yield "extra:project", *both("Project", name_of)
    yield "extra:project_milestone", *both("ProjectMilestone", name_of)
    yield "extra:due_date", *both("DueDate", text)
    yield "extra:delegate", *both("Delegate", actor_of)
    yield "extra:sla", *both("SlaBreachesAt", text)
    yield "extra:releases", _names(body.get("removedFromReleases")), _names(body.get("addedToReleases"))
    yield "extra:relations", None, _relations(body.get("relationChanges"))
    yield "extra:converted_to_project", None, name_of(body.get("toConvertedProject"))
    yield "extra:description", None, "a new version" if body.get("updatedDescription") is True else None
    for name in ("archived", "trashed"):
        if isinstance(body.get(name), bool):
            yield f"extra:{name}", str(not body[name]).lower(), str(body[name]).lower()


def priority_name(value: Any) -> str | None:
    """Return what Linear calls a priority, from 0 for none to 4 for low."""
    found = number(value)
    return None if found is None else _PRIORITIES.get(int(found), number_text(found))


def _somebody(body: Mapping[str, Any], side: str) -> str | None:
    return actor_of(body.get(side)) or identity_of(body.get(f"{side}Id"))


def _person(actor_id: Any) -> str | None:
    found = identity_of(actor_id)
    return found if found and found.startswith("p_") else None


def _names(found: Any) -> str | None:
    # A change of labels is read word by word, and a label of two words must not be taken for two labels.
    names = ["\u00a0".join(name.split()) for row in rows(found) if (name := name_of(row)) is not None]
    return ", ".join(names) or None


def _relations(found: Any) -> str | None:
    told = (f"{text(row.get('type')) or 'changed'} {text(row.get('identifier')) or '?'}" for row in rows(found))
    return ", ".join(told) or None
