"""What became of a message, for people: each change of its state and each text that it had. Reads only."""

from dataclasses import dataclass
from datetime import datetime

import duckdb

from warehouse.outbox import Message, messages

_CHANGES = """
select transition_number, version, from_state, to_state, reason, changed_at
from outbox.transitions
where message_id = ?
order by transition_number
"""
_TEXTS = """
select version, body, facts, author, is_final, created_at
from outbox.versions
where message_id = ?
order by version
"""


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a message's state.

    Attributes:
        version: of the text that it had after the change.
        from_state: None of the first, by which it was made.
    """

    transition_number: int
    version: int
    from_state: str | None
    to_state: str
    reason: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Text:
    """One text that a message had; `facts` as canonical JSON."""

    version: int
    body: str
    facts: str
    author: str
    is_final: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Past:
    """A message as it stands, with all that became of it and all that it said, each in its order."""

    message: Message
    changes: tuple[Change, ...]
    texts: tuple[Text, ...]


def past(connection: duckdb.DuckDBPyConnection, message: Message) -> Past:
    """Return the past of a message."""
    changes = connection.execute(_CHANGES, [message.message_id]).fetchall()
    texts = connection.execute(_TEXTS, [message.message_id]).fetchall()
    return Past(message, tuple(Change(*row) for row in changes), tuple(Text(*row) for row in texts))


def pasts(connection: duckdb.DuckDBPyConnection, named: str) -> list[Past]:
    """Return the pasts of a story's messages, or of those whose id begins so, from eight characters on."""
    return [
        past(connection, one)
        for one in messages(connection)
        if one.story_key == named or (len(named) >= 8 and one.message_id.startswith(named))
    ]
