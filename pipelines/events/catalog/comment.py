"""What the line itself wrote on a ticket, or made of one: events of our own, beside what the tracker tells."""

from pipelines.events.catalog.base import EventType, Payload


class CommentWritten(Payload):
    """`comment.posted`, `comment.updated` and `spec.posted`: a text of ours stands on a ticket.

    Attributes:
        message_id: of the outbox; `version` of its text, from 1 on.
        kind: `impact` or `spec`.
        epoch: of the flag's rollout that it is about; 0 of a specification.
        content_hash: of the text's blocks, whatever form the tracker keeps them in.
        remote_id: the tracker's own, of the comment.
        author: `template`, or the language model that worded it.
        is_final: its figures were final.
    """

    message_id: str
    version: int
    story_key: str
    ticket_key: str
    tracker: str
    kind: str
    epoch: int
    content_hash: str
    remote_id: str
    author: str
    is_final: bool


class FollowUpCreated(CommentWritten):
    """`follow_up.created`: a ticket of ours goes on from the ticket that the event is about.

    Attributes:
        epoch: why it was made: 1 for the top request, 2 for adoption below its target.
        created_key: the new ticket's, as the tracker called it then.
    """

    created_key: str


EVENTS: tuple[EventType, ...] = (
    EventType("comment.posted", CommentWritten, "A comment of ours was posted on a ticket."),
    EventType("comment.updated", CommentWritten, "A comment of ours was written anew in its place."),
    EventType("follow_up.created", FollowUpCreated, "A ticket was made that goes on from this one."),
    EventType("spec.posted", CommentWritten, "A draft of its specification was posted on a ticket."),
)
