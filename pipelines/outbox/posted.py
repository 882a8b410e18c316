"""Notes that a text stands on a ticket: the message's state and an event of our own, in one transaction."""

from datetime import UTC, datetime

import duckdb

from pipelines.events.records import RawRecord
from pipelines.outbox.message import FOLLOW_UP, SPEC
from pipelines.own_events import MESSAGES, Conclusions
from pipelines.projection import CatalogProjection
from pipelines.sources.writing import Sight
from warehouse import outbox
from warehouse.event_log import append
from warehouse.outbox import Message
from warehouse.verdicts import OWN


class OvertakenError(RuntimeError):
    """A message is not as it was read: somebody else writes without the lock."""


def record_posted(
    connection: duckdb.DuckDBPyConnection, message: Message, sight: Sight, remote_id: str, at: datetime, reason: str
) -> None:  # fmt: skip
    """Call a message sent, and tell the log.

    Raises:
        OvertakenError: it was changed meanwhile; nothing is noted.
    """

    def note() -> None:
        is_noted = outbox.move(
            connection, message, outbox.SENT, reason, at,
            remote_id=remote_id, sent_version=message.version, is_sent=True,
        )  # fmt: skip
        if not is_noted:
            raise OvertakenError(f"message {message.message_id} of {message.story_key} was changed by another writer")

    record = _record(message, sight, remote_id, at)
    append(connection, CatalogProjection(Conclusions()), [record], observed_at=at, run=None, beside=note)


def _record(message: Message, sight: Sight, remote_id: str, at: datetime) -> RawRecord:
    is_update = sight.standing is not None and message.remote_id is not None
    if message.kind in (FOLLOW_UP, SPEC):
        # These are counted from their first, even where an earlier attempt came far enough to know its id.
        is_update = message.sent_version is not None
    body = {
        "message_id": message.message_id, "version": message.version, "story_key": message.story_key,
        "ticket_key": sight.ticket_key, "tracker": message.source, "kind": message.kind, "epoch": message.epoch,
        "content_hash": message.content_hash, "remote_id": remote_id, "author": message.author,
        "is_final": message.is_final, "is_update": is_update,
        "ticket": f"{message.instance}/{sight.ticket_id}", "written_at": at.astimezone(UTC).isoformat(),
    }  # fmt: skip
    if message.kind == FOLLOW_UP:
        body["created_key"] = remote_id
    return RawRecord(OWN, MESSAGES, f"{message.message_id}#{message.version}", body)
