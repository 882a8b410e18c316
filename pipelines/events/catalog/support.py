"""What users say: support tickets by their newest state, and feedback."""

from typing import Literal

from pydantic import Field

from pipelines.events.catalog.base import EventType, Moment, Payload

Status = Literal["open", "pending", "solved", "unknown"]
Channel = Literal["email", "web", "chat", "phone", "api", "survey", "review", "interview", "unknown"]


class SupportTicket(Payload):
    """A user's question. `text` is theirs, with e-mail addresses keyed: hostile, and never shown unescaped.

    Attributes:
        requester: key of the person who asked; null for an unknown one.
        organization: the vendor's id of the customer.
        is_internal: asked by one of our own people.
        merged_into: the ticket that stands for this one too.
    """

    ticket_id: str
    subject: str | None = None
    text: str | None = None
    tags: list[str] = Field(default_factory=list)
    status: Status = "unknown"
    priority: str | None = None
    channel: Channel = "unknown"
    requester: str | None = None
    organization: str | None = None
    is_internal: bool | None = None
    merged_into: str | None = None
    story_keys: list[str] = Field(default_factory=list)
    created_at: Moment | None = None
    updated_at: Moment | None = None
    solved_at: Moment | None = None
    url: str | None = None


class SupportTicketGone(Payload):
    """`support.ticket_deleted`."""

    ticket_id: str


class Feedback(Payload):
    """`support.feedback_given`: a wish or a verdict, outside of a ticket."""

    feedback_id: str
    text: str | None = None
    channel: Channel = "unknown"
    person: str | None = None
    organization: str | None = None
    score: float | None = None
    story_keys: list[str] = Field(default_factory=list)
    url: str | None = None


class TopicLabelled(Payload):
    """`support.topic_labelled`: a person read a ticket and says whether it is about a topic; rules are judged by it.

    Attributes:
        ticket_id: the help desk's id of the ticket, or its key; with the site before it (`help.acme.example/42`) where
            several help desks have that id.
        labeller: key of who read it.
    """

    ticket_id: str
    topic: str
    is_about: bool
    labeller: str | None = None


EVENTS: tuple[EventType, ...] = (
    EventType("support.ticket_opened", SupportTicket, "A user asked for help."),
    EventType("support.ticket_updated", SupportTicket, "A support ticket stands as its newest version says."),
    EventType("support.ticket_solved", SupportTicket, "A support ticket was solved."),
    EventType("support.ticket_deleted", SupportTicketGone, "The help desk no longer has the ticket."),
    EventType("support.feedback_given", Feedback, "A user said what they wish for, or how they like it."),
    EventType("support.topic_labelled", TopicLabelled, "Somebody read a ticket and said whether it is about a topic."),
)
