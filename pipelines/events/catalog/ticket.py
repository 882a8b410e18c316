"""Tickets, their statuses and boards: what a story is and what became of it, by the tracker's own words."""

from typing import Literal

from pydantic import Field

from pipelines.events.catalog.base import EventType, Moment, Payload

# `cancelled` is an end of its own: nobody will do it, so it is neither open nor done.
StatusCategory = Literal["to_do", "in_progress", "done", "cancelled", "unknown"]


class TicketCreated(Payload):
    """The ticket as it was when it came into being; the status is the first one it ever had."""

    key: str
    project_key: str | None = None
    title: str | None = None
    status_id: str | None = None
    status_name: str | None = None


class TicketStatusChanged(Payload):
    """One move of a ticket from a status to another, named as the tracker named them then."""

    key: str
    history_id: str
    from_status_id: str | None = None
    from_status_name: str | None = None
    to_status_id: str | None = None
    to_status_name: str | None = None


class TicketFieldChanged(Payload):
    """One field's change. `field` is a canonical name, or `extra:<vendor field>`."""

    key: str
    history_id: str
    field: str
    from_value: str | None = None
    to_value: str | None = None


class TicketUpdated(Payload):
    """The state of a ticket by its newest version.

    `estimate` is in the tracker's points; `type_level` is 1 for an epic, 0 for a story, -1 for a sub-task.
    """

    key: str
    id: str | None = None
    previous_keys: list[str] = Field(default_factory=list)
    project_key: str | None = None
    title: str | None = None
    type: str | None = None
    type_level: int | None = None
    is_subtask: bool | None = None
    status_id: str | None = None
    status_name: str | None = None
    status_category: StatusCategory | None = None
    status_changed_at: Moment | None = None
    parent_key: str | None = None
    labels: list[str] = Field(default_factory=list)
    components: list[str] = Field(default_factory=list)
    estimate: float | None = None
    sprints: list[str] = Field(default_factory=list)
    priority: str | None = None
    assignee: str | None = None
    reporter: str | None = None
    resolution: str | None = None
    resolved_at: Moment | None = None
    created_at: Moment | None = None
    updated_at: Moment | None = None
    team: str | None = None
    url: str | None = None
    is_flagged: bool | None = None


class TicketLinked(Payload):
    """A link between two tickets, read from `key` to `to_key`: `relation` is the tracker's phrase.

    `linked_at` is null where the tracker does not tell; the event then stands at the ticket's creation.
    """

    key: str
    link_id: str
    relation: str | None = None
    to_key: str
    linked_at: Moment | None = None


class TicketRemoteLinked(Payload):
    """A link from a ticket to a page elsewhere: a document, a design, a pull request.

    `linked_at` is null where the tracker does not tell; the event then stands at the ticket's creation.
    """

    key: str
    link_id: str
    url: str | None = None
    title: str | None = None
    relation: str | None = None
    linked_at: Moment | None = None


class TicketCommented(Payload):
    """Somebody commented; the words stay in the raw record."""

    key: str
    comment_id: str


class TicketDeleted(Payload):
    """The tracker no longer has the ticket; `id` is null where only its key is known."""

    key: str
    id: str | None = None


class StatusDefined(Payload):
    """A status of the tracker and the category it counts in."""

    status_id: str
    name: str
    category: StatusCategory = "unknown"


class BoardColumn(Payload):
    """A column of a board; `position` counts from 0 at the left."""

    name: str
    position: int
    status_ids: list[str] = Field(default_factory=list)


class BoardConfigured(Payload):
    """A board and which statuses each of its columns shows."""

    board_id: str
    name: str | None = None
    project_key: str | None = None
    columns: list[BoardColumn] = Field(default_factory=list)


EVENTS: tuple[EventType, ...] = (
    EventType(
        "ticket.created",
        TicketCreated,
        "A ticket came into being.",
        cdevents="dev.cdevents.ticket.created",
    ),
    EventType("ticket.status_changed", TicketStatusChanged, "A ticket moved from one status to another."),
    EventType("ticket.field_changed", TicketFieldChanged, "A field of a ticket got another value."),
    EventType(
        "ticket.updated",
        TicketUpdated,
        "The state of a ticket by the newest version that was seen.",
        cdevents="dev.cdevents.ticket.updated",
    ),
    EventType("ticket.linked", TicketLinked, "A ticket was linked to another ticket."),
    EventType("ticket.remote_linked", TicketRemoteLinked, "A ticket was linked to a page elsewhere."),
    EventType("ticket.commented", TicketCommented, "Somebody commented on a ticket."),
    EventType("ticket.deleted", TicketDeleted, "The tracker no longer has the ticket."),
    EventType("status.defined", StatusDefined, "The tracker has a status, which counts in a category."),
    EventType("board.configured", BoardConfigured, "A board shows these statuses in these columns."),
)
