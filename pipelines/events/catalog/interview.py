"""Interviews: where a story begins."""

from pydantic import Field

from pipelines.events.catalog.base import EventType, Payload


class InterviewHeld(Payload):
    """A talk with a user and the stories that came of it.

    Attributes:
        text: notes, as far as whoever told it gives them; hostile like any user's words.
        person: key of who was interviewed.
    """

    interview_id: str
    title: str | None = None
    text: str | None = None
    person: str | None = None
    story_keys: list[str] = Field(default_factory=list)
    url: str | None = None


class InsightNoted(Payload):
    """`interview.insight_noted`: what was learned of users, and the stories that came of it."""

    insight_id: str
    title: str | None = None
    text: str | None = None
    person: str | None = None
    interview_id: str | None = None
    story_keys: list[str] = Field(default_factory=list)
    url: str | None = None


EVENTS: tuple[EventType, ...] = (
    EventType("interview.held", InterviewHeld, "A user was interviewed, and these stories came of it."),
    EventType("interview.insight_noted", InsightNoted, "Something was learned of users, and these stories came of it."),
)
