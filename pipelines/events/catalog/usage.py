"""Product events themselves lie in segments; the log tells of each hour that was taken in, so that none is unseen."""

from pydantic import Field

from pipelines.events.catalog.base import EventType, Moment, Payload


class UsageUploaded(Payload):
    """`usage.uploaded`: what a vendor files under one hour of upload; it happened when the hour ended.

    Attributes:
        digest: of the hour's files, unpacked or packed alike: another one means that the hour changed.
        rows_read: lines of its files; null where nobody has read them yet, as in the counts after it.
        rows_kept: in the segment, doubles across hours among them: those are left out where events are read.
        rows_refused: in quarantine, with their reasons.
    """

    uploaded_from: Moment
    uploaded_until: Moment
    digest: str
    files: int = Field(ge=0)
    bytes: int = Field(ge=0)
    rows_read: int | None = Field(default=None, ge=0)
    rows_kept: int | None = Field(default=None, ge=0)
    rows_refused: int | None = Field(default=None, ge=0)


EVENTS: tuple[EventType, ...] = (
    EventType("usage.uploaded", UsageUploaded, "The product events that a vendor filed under one hour were taken in."),
)
