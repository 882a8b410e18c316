"""What is said on tickets, and its only writer: messages, each text they had, and each change of state with its reason.

A state is changed by whoever finds it as he left it: a second one who comes too late changes nothing and is told so.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import duckdb

from warehouse import outbox_statements as statements
from warehouse.connection import transaction

PENDING, APPROVED, SENDING, SENT = "pending", "approved", "sending", "sent"
FAILED, SUPERSEDED, REJECTED = "failed", "superseded", "rejected"
STATES = (PENDING, APPROVED, SENDING, SENT, FAILED, SUPERSEDED, REJECTED)


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be said, and where.

    Attributes:
        message_id: digest of story, kind, epoch and definition.
        document: JSON of the text's blocks; `body` the same as a person reads it.
        content_hash: of the document.
        facts: canonical JSON that the text rests on.
        is_backfill: somebody asked for it although the story shipped before comments were switched on.
    """

    message_id: str
    story_key: str
    kind: str
    epoch: int
    definition_version: str
    source: str
    instance: str
    ticket_key: str
    project_key: str
    is_backfill: bool
    shipped_at: datetime
    body: str
    document: str
    content_hash: str
    facts: str
    facts_digest: str
    author: str
    is_final: bool


@dataclass(frozen=True, slots=True)
class Message(Draft):
    """A message as it stands.

    Attributes:
        version: of its text, from 1 on.
        reason: why it is in this state.
        attempted_at: when sending it last began; in the state `sending` it may have arrived.
        sent_version: of the text that stands on the ticket, None where none does; `sent_facts` what that rests on.
        remote_id: the comment's own id.
    """

    version: int
    state: str
    reason: str
    created_at: datetime
    attempted_at: datetime | None
    sent_at: datetime | None
    sent_version: int | None
    remote_id: str | None
    error: str | None
    sent_facts: str | None
    is_sent_final: bool


def messages(
    connection: duckdb.DuckDBPyConnection, *, story_key: str | None = None, message_id: str | None = None
) -> list[Message]:  # fmt: skip
    """Return every message, of one story or of one id where that is named; the earliest shipped stories first."""
    told = {"story_key": story_key, "message_id": message_id}
    return [Message(*row) for row in connection.execute(statements.READ, told).fetchall()]


def add(
    connection: duckdb.DuckDBPyConnection, draft: Draft, reason: str, at: datetime, remote_id: str | None = None
) -> None:
    """Keep a new message, in the caller's transaction; `remote_id` of a comment that it is to be written into."""
    told = _told(draft, statements.ADD) | {"reason": reason, "at": at, "remote_id": remote_id}
    connection.execute(statements.ADD, told)
    connection.execute(statements.ADD_VERSION, _told(draft, statements.ADD_VERSION) | {"version": 1, "at": at})
    _note(connection, draft.message_id, 1, None, PENDING, reason, at)


def revise(connection: duckdb.DuckDBPyConnection, message: Message, draft: Draft, reason: str, at: datetime) -> bool:
    """Give a message another text, which waits again, in the caller's transaction; False where it moved meanwhile."""
    told = _told(draft, statements.REVISE) | {"reason": reason, "version": message.version, "from_state": message.state}
    if not connection.execute(statements.REVISE, told).fetchall():
        return False
    version = message.version + 1
    connection.execute(statements.ADD_VERSION, _told(draft, statements.ADD_VERSION) | {"version": version, "at": at})
    _note(connection, message.message_id, version, message.state, PENDING, reason, at)
    return True


def move(
    connection: duckdb.DuckDBPyConnection, message: Message, to_state: str, reason: str, at: datetime, *,
    error: str | None = None, remote_id: str | None = None, sent_version: int | None = None, is_sent: bool = False,
    is_attempt: bool = True,
) -> bool:  # fmt: skip
    """Change a state in the caller's transaction; False, and nothing changed, where it is not as it was read.

    Args:
        sent_version: of the text that now stands on the ticket; `is_sent`: it was written there at this moment.
        is_attempt: a move to `sending` begins to send; else it only tells more of what began before.
    """
    told = {
        "message_id": message.message_id, "version": message.version, "from_state": message.state, "error": error,
        "to_state": to_state, "reason": reason, "at": at, "remote_id": remote_id, "sent_version": sent_version,
        "is_sent": is_sent, "is_attempt": is_attempt,
    }  # fmt: skip
    if not connection.execute(statements.MOVE, told).fetchall():
        return False
    _note(connection, message.message_id, message.version, message.state, to_state, reason, at)
    return True


def keep(
    connection: duckdb.DuckDBPyConnection, message: Message, to_state: str, reason: str, at: datetime, **more: Any
) -> bool:
    """Change a state as `move` does, in a transaction of its own: it stands whatever happens next."""
    with transaction(connection):
        return move(connection, message, to_state, reason, at, **more)


def switched_at(connection: duckdb.DuckDBPyConnection, switched_to: str, at: datetime) -> datetime:
    """Return since when comments are `dry_run` or `on`; where that was not noted yet, since this moment."""
    asked = "select switched_at from outbox.switched where switched_to = ?"
    found = connection.execute(asked, [switched_to]).fetchall()
    if not found:
        connection.execute("insert into outbox.switched values (?, ?)", [switched_to, at])
    since: datetime = found[0][0] if found else at
    return since


def sent_since(connection: duckdb.DuckDBPyConnection, source: str, project: str, since: datetime) -> int:
    """Return how often sending to a project was begun since a moment."""
    told = {"source": source, "project": project, "since": since}
    return int(connection.execute(statements.SENT_SINCE, told).fetchall()[0][0])


def first_attempt(connection: duckdb.DuckDBPyConnection, message_id: str) -> datetime | None:
    """Return when sending a message first began since it was last approved; None where it never did."""
    (found,) = connection.execute(statements.FIRST_ATTEMPT, {"message_id": message_id}).fetchall()
    at: datetime | None = found[0]
    return at


def last_moved(connection: duckdb.DuckDBPyConnection, message_id: str, reason: str) -> datetime | None:
    """Return when a message's state was last changed for a reason; None where it never was."""
    (found,) = connection.execute(statements.LAST_MOVED, {"message_id": message_id, "reason": reason}).fetchall()
    at: datetime | None = found[0]
    return at


def read_back(connection: duckdb.DuckDBPyConnection, source: str, instance: str) -> tuple[datetime, datetime] | None:
    """Return from when to when the log holds what was uploaded to product analytics; None where it holds nothing."""
    ((begin, end),) = connection.execute(statements.READ_BACK, [source, instance]).fetchall()
    return None if begin is None else (begin, end)


def came_back(connection: duckdb.DuckDBPyConnection, source: str, instance: str, insert_ids: Sequence[str]) -> set[str]:
    """Return which of these events were read back from product analytics."""
    if not insert_ids or read_back(connection, source, instance) is None:
        return set()
    told = {"source": source, "instance": instance, "insert_ids": list(insert_ids)}
    return {str(one) for (one,) in connection.execute(statements.CAME_BACK, told).fetchall()}


def history(connection: duckdb.DuckDBPyConnection, message_id: str) -> list[tuple[int, str | None, str, str]]:
    """Return each change of a message's state: version, from, to, reason."""
    return connection.execute(statements.HISTORY, [message_id]).fetchall()


def _note(
    connection: duckdb.DuckDBPyConnection, message_id: str, version: int, before: str | None, after: str, reason: str,
    at: datetime,
) -> None:  # fmt: skip
    connection.execute(statements.NOTE, {
        "message_id": message_id, "version": version, "from_state": before, "to_state": after, "reason": reason,
        "at": at,
    })  # fmt: skip


def _told(draft: Draft, statement: str) -> dict[str, Any]:
    """Return the values of a draft that a statement asks for."""
    asked = set(re.findall(r"\$(\w+)", statement))
    return {name: getattr(draft, name) for name in Draft.__dataclass_fields__ if name in asked}


def body_of(connection: duckdb.DuckDBPyConnection, message_id: str, version: int) -> str:
    """Return a text that a message had, as a person reads it."""
    return str(connection.execute(statements.BODY, [message_id, version]).fetchall()[0][0])


def refresh_mart(connection: duckdb.DuckDBPyConnection) -> None:
    """Let the marts of messages say what their models would: the transform comes before the comments of one night."""
    built = {str(name) for (name,) in connection.execute(statements.BUILT).fetchall()}
    with transaction(connection):
        for mart, model in statements.MARTS.items():
            if {f"marts.{mart}", f"intermediate.{model}"} <= built:
                connection.execute(f"delete from marts.{mart}")
                connection.execute(f"insert into marts.{mart} by name select * from intermediate.{model}")
