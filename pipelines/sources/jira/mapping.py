"""Maps Jira's records to events. Pure: no I/O, no clock. Vendor words stop here."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from pipelines.events.envelope import Event, MappingError, Origin
from pipelines.sources.base import mapping_of
from pipelines.sources.jira.fields import category_of
from pipelines.sources.jira.issues import comment_event, issue_events
from pipelines.sources.jira.values import name_of, optional_moment
from pipelines.sources.values import moment, required, rows, text

# A definition has no time of its own: it holds for all of the history.
_EVER = datetime(1970, 1, 1, tzinfo=UTC)


def to_events(instance: str, stream: str, record_key: str, body: Any) -> Iterable[Event]:
    """Map one raw record.

    Raises:
        MappingError: the record lacks what its events need, or the stream is unknown.
    """
    if stream not in _STREAMS:
        raise MappingError(f"jira has no stream {stream!r}")
    if not isinstance(body, dict):
        raise MappingError(f"{stream} {record_key} is no object")
    return list(_STREAMS[stream](Origin("jira", instance), body))


def _status(origin: Origin, status: Mapping[str, Any]) -> Iterator[Event]:
    status_id = required(status.get("id"), "the id of a status")
    yield origin.event(
        "status.defined",
        subject=f"status:{origin.instance}/{status_id}",
        occurrence="defined",
        occurred_at=_EVER,
        record_id=status_id,
        payload={
            "status_id": status_id,
            "name": required(status.get("name"), f"the name of status {status_id}"),
            "category": category_of(status.get("statusCategory")),
        },
    )


def _board(origin: Origin, board: Mapping[str, Any]) -> Iterator[Event]:
    board_id = required(board.get("id"), "the id of a board")
    columns = rows(mapping_of(board.get("columnConfig")).get("columns"))
    yield origin.event(
        "board.configured",
        subject=f"board:{origin.instance}/{board_id}",
        occurrence="configured",
        occurred_at=_EVER,
        record_id=board_id,
        payload={
            "board_id": board_id,
            "name": name_of(board),
            "project_key": name_of(board.get("location"), "key"),
            "columns": [
                {
                    "name": name_of(column) or "",
                    "position": position,
                    "status_ids": [str(status["id"]) for status in rows(column.get("statuses")) if "id" in status],
                }
                for position, column in enumerate(columns)
            ],
        },
    )


def _remote_links(origin: Origin, listed: Mapping[str, Any]) -> Iterator[Event]:
    key, subject = _ticket(origin, listed)
    for link in rows(listed.get("remotelinks")):
        link_id = required(link.get("id"), f"the id of a remote link of {key}")
        page = mapping_of(link.get("object"))
        linked = optional_moment(mapping_of(listed.get("linked_at")).get(link_id), f"the time of remote link {link_id}")
        known = linked or listed.get("issue_created")
        yield origin.event(
            "ticket.remote_linked",
            subject=subject,
            occurrence=link_id,
            # A remote link tells no time: where the changelog tells none either, the ticket's own creation stands.
            occurred_at=moment(known, f"the time of remote link {link_id} (record {key} in issues.json beside it)"),
            payload={
                "key": key,
                "link_id": link_id,
                "url": text(page.get("url")),
                "title": text(page.get("title")),
                "relation": text(link.get("relationship")),
                "linked_at": linked,
            },
        )


def _comments(origin: Origin, listed: Mapping[str, Any]) -> Iterator[Event]:
    key, subject = _ticket(origin, listed)
    for comment in rows(listed.get("comments")):
        yield comment_event(origin, subject, key, comment)


def _deletion(origin: Origin, deletion: Mapping[str, Any]) -> Iterator[Event]:
    key = required(deletion.get("key"), "the key of a deleted ticket")
    last = text(deletion.get("last_updated_at"))
    yield origin.event(
        "ticket.deleted",
        subject=f"ticket:{origin.instance}/{key}",
        # One that came back may go again: that ends another version of it.
        occurrence=f"deleted:{last}" if last else "deleted",
        # A key that is gone tells no time; it was gone when somebody looked.
        occurred_at=None,
        record_id=key,
        payload={"key": key, "id": None},
    )


def _ticket(origin: Origin, listed: Mapping[str, Any]) -> tuple[str, str]:
    """Return key and subject of the ticket that a list belongs to: by its id where that is known."""
    key = required(listed.get("issue_key"), "the key of the ticket")
    return key, f"ticket:{origin.instance}/{text(listed.get('issue_id')) or key}"


_STREAMS: dict[str, Callable[[Origin, Mapping[str, Any]], Iterator[Event]]] = {
    "issues": issue_events,
    "statuses": _status,
    "board_configuration": _board,
    "remotelinks": _remote_links,
    "comments": _comments,
    "deletions": _deletion,
}
