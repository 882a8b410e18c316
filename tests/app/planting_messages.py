"""Plants messages to tickets: a real outbox in a home, and the marts that tell of it in a serving file."""

import tempfile
from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from pipelines.outbox.making import decide, make_messages
from pipelines.settings import Settings
from tests.unit.outbox.saying import AT, BEGUN, said, terms
from warehouse import outbox
from warehouse.outbox import Message
from warehouse.outbox_history import Past, past
from warehouse.store import open_log

DDL = """
create table marts.fct_messages (
    message_id text, story_key text, kind text, version bigint, state text, body text, content_hash text,
    created_at timestamptz, sent_at timestamptz, remote_id text, error text, reason text, epoch bigint,
    definition_version text, source text, ticket_key text, shipped_at timestamptz, attempted_at timestamptz,
    sent_version bigint, author text, is_final boolean, instance text, project_key text, is_backfill boolean);
create table marts.fct_message_history (
    message_id text, transition_number bigint, story_key text, kind text, version bigint, from_state text,
    to_state text, reason text, changed_at timestamptz);
create table marts.fct_message_texts (
    message_id text, version bigint, story_key text, kind text, body text, content_hash text, facts text, author text,
    is_final boolean, created_at timestamptz, is_standing boolean);
create table marts.fct_writeback_switches (switched_to text, switched_at timestamptz);
"""

HOSTILE_TEXT = """Shipped <script>alert(1)</script> to <b onmouseover=alert(1)>all</b>.
• [click](javascript:alert(1)) https://evil.example ![x](https://evil.example/x.png)
• @everyone <!channel> #1 **bold** `code` $\\frac{1}{2}$ :smile: <img src=x onerror=alert(1)>"""
ERROR = "the ticket <img src=x onerror=alert(2)> is locked"


def outbox_in(home: Path) -> None:
    """Fill a home's own warehouse with a message in each state."""
    with open_log(Settings(home=home), command="test", since=AT) as log:
        _fill(log)


def told_in(path: Path, insert: Any) -> None:
    """Let the marts of a serving file tell of that outbox, as their models would."""
    with duckdb.connect(path) as connection:  # noqa: TID251 - a serving file of the test's own
        for table, row in _rows():
            insert(connection, table, [row])


def _rows() -> Iterator[tuple[str, dict[str, Any]]]:
    yield "fct_writeback_switches", {"switched_to": "on", "switched_at": BEGUN}
    for one in _pasts():
        message, own = asdict(one.message), {"story_key": one.message.story_key, "kind": one.message.kind}
        columns = (
            "message_id story_key kind version state body content_hash created_at sent_at remote_id error reason epoch "
            "definition_version source ticket_key shipped_at attempted_at sent_version author is_final instance "
            "project_key is_backfill"
        )
        yield "fct_messages", {name: message[name] for name in columns.split()}
        known = {"message_id": one.message.message_id, **own}
        for change in one.changes:
            yield "fct_message_history", {**known, **asdict(change)}
        for text in one.texts:
            stands = text.version == one.message.sent_version
            yield "fct_message_texts", {**known, **asdict(text), "content_hash": "x", "is_standing": stands}


@cache
def _pasts() -> tuple[Past, ...]:
    with (
        tempfile.TemporaryDirectory() as folder,
        open_log(Settings(home=Path(folder)), command="test", since=AT) as log,
    ):
        _fill(log)
        return tuple(past(log, one) for one in outbox.messages(log))


def _fill(log: duckdb.DuckDBPyConnection) -> None:
    specs = "\n".join(f"line {number} of the notes" for number in range(60))
    drafts = [said(key=f"SHOP-{number}") for number in (301, 303, 304, 305, 306)]
    drafts += [replace(said(key="SHOP-308"), body=HOSTILE_TEXT), said("immature", key="SHOP-302")]
    drafts.append(replace(said(key="SHOP-307"), kind="letter", message_id="0" * 32, body=specs, facts="{}"))
    make_messages(log, drafts, terms("approve"))
    _sent(log, "SHOP-302", "7")
    make_messages(log, [said(key="SHOP-302")], terms("approve", at=AT + timedelta(days=8)))
    decide(log, "SHOP-304", is_approved=True, at=AT + timedelta(hours=1))
    _sent(log, "SHOP-304", "8")
    outbox.keep(log, only(log, "SHOP-303"), outbox.FAILED, "the vendor refuses it", AT, error=ERROR)
    decide(log, "SHOP-305", is_approved=True, at=AT + timedelta(hours=2))
    decide(log, "SHOP-306", is_approved=False, at=AT + timedelta(hours=2))


def _sent(log: duckdb.DuckDBPyConnection, key: str, remote_id: str) -> None:
    at = AT + timedelta(hours=3)
    outbox.keep(log, only(log, key), outbox.SENDING, "it is due", at)
    message = only(log, key)
    outbox.keep(log, message, outbox.SENT, "it was posted", at, remote_id=remote_id, sent_version=message.version,
                is_sent=True)  # fmt: skip


def only(log: duckdb.DuckDBPyConnection, key: str) -> Message:
    """The one message of a story."""
    (message,) = outbox.messages(log, story_key=key)
    return message


def state_of(home: Path, key: str) -> tuple[str, str]:
    """State and reason of a story's one message, as the warehouse has it."""
    with open_log(Settings(home=home), command="test", since=AT) as log:
        message = only(log, key)
    return message.state, message.reason
