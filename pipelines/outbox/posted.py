"""Notes that a message arrived: the message's state and an event of our own, in one transaction."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import duckdb

from pipelines.events.records import RawRecord
from pipelines.outbox.message import document_of
from pipelines.outbox.payload import Payload
from pipelines.own_events import MESSAGES, Conclusions
from pipelines.projection import CatalogProjection
from pipelines.sources.writing import Sight
from pipelines.writeback_settings import ANALYTICS, EVENTS, FOLLOW_UP, RELEASE_NOTE, SPEC
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
    if message.kind in ANALYTICS:
        record_sent(connection, [(message, remote_id)], at, reason)
        return
    told = _of_release(message, sight) if message.kind == RELEASE_NOTE else _of_ticket(message, sight)
    if message.kind == FOLLOW_UP:
        told["created_key"] = remote_id
    is_update = sight.standing is not None and message.remote_id is not None
    if message.kind in (FOLLOW_UP, SPEC):
        # These are counted from their first, even where an earlier attempt came far enough to know its id.
        is_update = message.sent_version is not None
    _note(connection, [(message, remote_id, told | {"is_update": is_update})], at, reason)


def record_sent(
    connection: duckdb.DuckDBPyConnection, arrived: Sequence[tuple[Message, str]], at: datetime, reason: str
) -> None:  # fmt: skip
    """Call all that product analytics were told sent, and tell the log, in one transaction.

    Args:
        arrived: each with the id that an event bears there, else with the vendor's own.

    Raises:
        OvertakenError: one was changed meanwhile; nothing is noted.
    """
    _note(connection, [(one, remote_id, _of_analytics(one, remote_id)) for one, remote_id in arrived], at, reason)


def _note(
    connection: duckdb.DuckDBPyConnection, arrived: Sequence[tuple[Message, str, dict[str, Any]]], at: datetime,
    reason: str,
) -> None:  # fmt: skip
    def note() -> None:
        for message, remote_id, _ in arrived:
            is_noted = outbox.move(
                connection, message, outbox.SENT, reason, at,
                remote_id=remote_id, sent_version=message.version, is_sent=True,
            )  # fmt: skip
            if not is_noted:
                raise OvertakenError(
                    f"message {message.message_id} of {message.story_key} was changed by another writer"
                )

    records = [_record(*one, at) for one in arrived]
    append(connection, CatalogProjection(Conclusions()), records, observed_at=at, run=None, beside=note)


def _record(message: Message, remote_id: str, told: dict[str, Any], at: datetime) -> RawRecord:
    body = {
        "message_id": message.message_id, "version": message.version, "story_key": message.story_key,
        "kind": message.kind, "epoch": message.epoch, "content_hash": message.content_hash, "remote_id": remote_id,
        "author": message.author, "is_final": message.is_final, "written_at": at.astimezone(UTC).isoformat(), **told,
    }  # fmt: skip
    return RawRecord(OWN, MESSAGES, f"{message.message_id}#{message.version}", body)


def _of_analytics(message: Message, remote_id: str) -> dict[str, Any]:
    payload = document_of(message)
    assert isinstance(payload, Payload), "no text goes to product analytics"
    return {
        "subject": f"analytics:{message.source}/{message.instance}", "receiver": message.source,
        "event_name": payload.name, "insert_id": remote_id if message.kind in EVENTS else None, "is_update": False,
    }  # fmt: skip


def _of_ticket(message: Message, sight: Sight) -> dict[str, Any]:
    return {
        "ticket_key": sight.ticket_key, "tracker": message.source, "ticket": f"{message.instance}/{sight.ticket_id}"
    }  # fmt: skip


def _of_release(message: Message, sight: Sight) -> dict[str, Any]:
    return {"subject": f"release:{sight.ticket_id}", "release": sight.ticket_key, "receiver": message.source}
