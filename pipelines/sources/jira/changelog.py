"""A ticket's changelog as a plain list of changes, oldest first, whatever order and how often it was delivered."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pipelines.sources.base import mapping_of
from pipelines.sources.jira.values import actor_of
from pipelines.sources.values import moment, required, rows, text


@dataclass(frozen=True, slots=True)
class Change:
    """One field's change.

    Attributes:
        history_id: the vendor's id of the row; one row may change several fields.
        occurrence: names this change within the ticket, the same in every delivery.
        field: the vendor's name of the field, `field_id` its id where it is told.
        from_id: the vendor's value before, `from_text` as people read it; `to_id` and `to_text` after.
    """

    history_id: str
    occurrence: str
    at: datetime
    actor: str | None
    field: str
    field_id: str | None
    from_id: str | None
    from_text: str | None
    to_id: str | None
    to_text: str | None

    @property
    def is_status(self) -> bool:
        """Whether it moved the ticket to another status."""
        return self.field_id == "status" or (self.field_id is None and self.field.casefold() == "status")

    @property
    def before(self) -> str | None:
        """The value before, in the vendor's words where it has some."""
        return self.from_text if self.from_text is not None else self.from_id

    @property
    def after(self) -> str | None:
        """The value after, in the vendor's words where it has some."""
        return self.to_text if self.to_text is not None else self.to_id


def changes_of(issue: Mapping[str, Any]) -> list[Change]:
    """Return the changes of an issue, sorted by time and id, each history once.

    Raises:
        MappingError: a history has no id or no time.
    """
    histories: dict[str, Mapping[str, Any]] = {}
    for history in rows(mapping_of(issue.get("changelog")).get("histories")):
        histories.setdefault(required(history.get("id"), f"the id of a history of {issue.get('key')}"), history)
    found = [change for key, history in histories.items() for change in _changes(key, history)]
    # Jira sends newest or oldest first, and several histories in one millisecond are told apart by their number.
    return sorted(found, key=lambda change: (change.at, len(change.history_id), change.history_id))


def _changes(key: str, history: Mapping[str, Any]) -> Iterator[Change]:
    at = moment(history.get("created"), f"the created time of history {key}")
    actor = actor_of(history.get("author"))
    seen: Counter[str] = Counter()
    for item in rows(history.get("items")):
        field, field_id = text(item.get("field")), text(item.get("fieldId"))
        name = field_id or field or "unknown"
        seen[name] += 1
        # By field and not by place: the same history comes with its items in another order from another endpoint.
        again = f":{seen[name]}" if seen[name] > 1 else ""
        yield Change(
            history_id=key,
            occurrence=f"{key}:{name}{again}",
            at=at,
            actor=actor,
            field=field or name,
            field_id=field_id,
            from_id=text(item.get("from")),
            from_text=text(item.get("fromString")),
            to_id=text(item.get("to")),
            to_text=text(item.get("toString")),
        )
