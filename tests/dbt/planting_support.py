"""Plants what users say: support tickets, feedback, insights, and what somebody said who read them."""

from typing import Any

from pipelines.events.records import RawRecord
from tests.dbt.planting import SITE, day, fact, record


def asked(number: int | str, text: str, who: str | None, at: float, **more: Any) -> RawRecord:
    """A support ticket in its newest state."""
    payload = {"ticket_id": str(number), "subject": "Help", "text": text, "requester": who, "status": "open"}
    payload |= {"created_at": day(at).isoformat(), "updated_at": day(at).isoformat()} | more
    named = fact("support.ticket_updated", f"support:{SITE}/{number}", day(at), payload)
    return record(f"ticket {number}", named, version=day(at))


def judged(number: int, topic: str, is_about: bool, at: float = 80, ticket: str | None = None) -> RawRecord:
    """What somebody said of a ticket who read it."""
    payload = {"ticket_id": ticket or str(number), "topic": topic, "is_about": is_about}
    told = fact("support.topic_labelled", f"label:{number}", day(at), payload, what=topic)
    return record(f"label {number} {topic} {at}", told, stream="facts")


def said(event_type: str, key: str, at: float, **payload: Any) -> RawRecord:
    """Feedback or an insight."""
    return record(f"{event_type} {key}", fact(event_type, f"said:{key}", day(at), payload), stream="facts")
