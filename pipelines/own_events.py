"""What the line itself tells the log: a source of our own, whose events no mart counts and no digest of the log holds.

They come after the marts, so they would make news of themselves each night, and a rebuild would show more than the
night before it. What is made or posted once, a follow-up story or a specification, is counted all the same: the tracker
alone does not say whose it is (`dbt/macros/own_events.sql`).
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from pipelines.events.envelope import Event, Origin
from pipelines.sources.base import Stream
from pipelines.writeback_settings import ANALYTICS
from warehouse.verdicts import OWN, VERDICT_REACHED

VERDICTS, MESSAGES = "verdicts", "messages"
COMMENT_POSTED, COMMENT_UPDATED = "comment.posted", "comment.updated"
FOLLOW_UP_CREATED, SPEC_POSTED = "follow_up.created", "spec.posted"
ANALYTICS_SENT = "analytics.sent"
NOTE_POSTED, NOTE_UPDATED = "release_note.posted", "release_note.updated"
# What is noted of a message of a kind: when it was newly written, and when it was written anew in its place.
_TYPES = {
    "follow_up": (FOLLOW_UP_CREATED, FOLLOW_UP_CREATED),
    "spec": (SPEC_POSTED, COMMENT_UPDATED),
    "release_note": (NOTE_POSTED, NOTE_UPDATED),
    **dict.fromkeys(ANALYTICS, (ANALYTICS_SENT, ANALYTICS_SENT)),
}
_OF_THE_ENVELOPE = ("written_at", "ticket", "subject", "is_update")


class Conclusions:
    """What the line itself tells. No source: nothing is read from anywhere, so it has no walk, recording or person."""

    name = OWN
    mapper_version = 1
    streams = (Stream(VERDICTS, "observation"), Stream(MESSAGES, "observation"))
    emits = frozenset(
        {
            VERDICT_REACHED, COMMENT_POSTED, COMMENT_UPDATED, FOLLOW_UP_CREATED, SPEC_POSTED, ANALYTICS_SENT,
            NOTE_POSTED, NOTE_UPDATED,
        }
    )  # fmt: skip

    def to_events(self, instance: str, stream: str, record_key: str, body: Any) -> Iterable[Event]:
        """Map one verdict, or one message that arrived; its id is that of its key."""
        if stream == VERDICTS:
            yield Origin(self.name, instance).event(
                VERDICT_REACHED,
                subject=f"rollout:{body['environment']}/{body['flag_key']}",
                occurrence=record_key,
                occurred_at=datetime.fromisoformat(body["as_of"]),
                payload={name: value for name, value in body.items() if name != "as_of"},
            )
            return
        told = {name: value for name, value in body.items() if name not in _OF_THE_ENVELOPE}
        posted, updated = _TYPES.get(body["kind"], (COMMENT_POSTED, COMMENT_UPDATED))
        yield Origin(self.name, instance).event(
            updated if body["is_update"] else posted,
            subject=body.get("subject") or f"ticket:{body['ticket']}",
            occurrence=record_key,
            occurred_at=datetime.fromisoformat(body["written_at"]),
            payload=told,
        )
