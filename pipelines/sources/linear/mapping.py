"""Maps Linear's records to events. Pure: no I/O, no clock. Vendor words stop here."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from pipelines.events.envelope import Event, MappingError, Origin
from pipelines.sources.linear.issues import issue_events
from pipelines.sources.linear.states import category_of
from pipelines.sources.values import required, text

# A definition holds for all of the history, whenever it was last edited.
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


def to_events(instance: str, stream: str, record_key: str, body: Any) -> Iterable[Event]:
    """Map one raw record.

    Raises:
        MappingError: the record lacks what its events need, or the stream is unknown.
    """
    if stream not in _STREAMS:
        raise MappingError(f"linear has no stream {stream!r}")
    if not isinstance(body, dict):
        raise MappingError(f"{stream} {record_key} is no object")
    return list(_STREAMS[stream](Origin("linear", instance), body))


def _state(origin: Origin, state: Mapping[str, Any]) -> Iterator[Event]:
    state_id = required(state.get("id"), "the id of a workflow state")
    yield origin.event(
        "status.defined",
        subject=f"status:{origin.instance}/{state_id}",
        occurrence="defined",
        occurred_at=_EVER,
        record_id=state_id,
        payload={
            "status_id": state_id,
            "name": required(state.get("name"), f"the name of workflow state {state_id}"),
            "category": category_of(state),
        },
    )


def _deletion(origin: Origin, deletion: Mapping[str, Any]) -> Iterator[Event]:
    key = required(deletion.get("key"), "the identifier of a deleted issue")
    issue_id, last = text(deletion.get("id")), text(deletion.get("last_updated_at"))
    yield origin.event(
        "ticket.deleted",
        subject=f"ticket:{origin.instance}/{issue_id or key}",
        # One that came back may go again: that ends another version of it.
        occurrence=f"deleted:{last}" if last else "deleted",
        # What is gone tells no time; it was gone when somebody looked.
        occurred_at=None,
        record_id=issue_id or key,
        payload={"key": key, "id": issue_id},
    )


_STREAMS: dict[str, Callable[[Origin, Mapping[str, Any]], Iterator[Event]]] = {
    "issues": issue_events,
    "workflow_states": _state,
    "deletions": _deletion,
}
