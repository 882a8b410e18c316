"""What the line itself wrote into the notes of a release: an event of our own."""

from typing import Literal

from pipelines.events.catalog.base import EventType, Payload


class NoteWritten(Payload):
    """`release_note.posted` and `release_note.updated`: a section of ours stands in the notes of a release.

    Attributes:
        message_id: of the outbox; `version` of its text, from 1 on.
        epoch: of the flag's rollout that it is about.
        receiver: the vendor that holds the release.
        release: repository and tag.
        content_hash: of the text's blocks.
        remote_id: the vendor's own, of the release.
        is_final: its figures were final.
    """

    message_id: str
    version: int
    story_key: str
    kind: Literal["release_note"]
    epoch: int
    receiver: str
    release: str
    content_hash: str
    remote_id: str
    author: str
    is_final: bool


EVENTS: tuple[EventType, ...] = (
    EventType("release_note.posted", NoteWritten, "A section of ours was added to the notes of a release."),
    EventType("release_note.updated", NoteWritten, "A section of ours was written anew in its place."),
)
