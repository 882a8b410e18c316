"""`storyline writeback --history`: what became of a story's messages, in words and times. Reads only.

Texts and errors are shown as they are, but for signs that a terminal would obey.
"""

import difflib
import unicodedata
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from pipelines.clock import now
from pipelines.durations import in_words
from pipelines.settings import Settings
from pipelines.writeback import COMMAND
from warehouse.outbox import Message
from warehouse.outbox_history import Change, Past, Text, pasts
from warehouse.store import open_log


def history(settings: Settings, names: Sequence[str]) -> Iterator[str]:
    """Yield the history of the messages of stories, or of those whose id begins so, line by line.

    Raises:
        LookupError: no message is of such a name.
        Locked, WarehouseError: the warehouse cannot be opened now.
    """
    with open_log(settings, command=COMMAND, since=now()) as connection:
        found = {name: pasts(connection, name) for name in names}
    for name, of_name in found.items():
        if not of_name:
            raise LookupError(f"there is no message of {name!r}; `{COMMAND}` shows what there is")
    for of_name in found.values():
        for past in of_name:
            yield from map(_shown, told(past))


def told(past: Past) -> Iterator[str]:
    """Yield one message's history: what it is, then each change with the text that came with it."""
    yield _head(past.message)
    texts, before, last = {text.version: text for text in past.texts}, "", datetime.min.replace(tzinfo=UTC)
    for number, change in enumerate(past.changes):
        later = f"  ({in_words((change.changed_at - last).total_seconds())} later)" if number else ""
        yield f"  {change.changed_at.astimezone(UTC):%Y-%m-%d %H:%M}  {_step(change)}: {change.reason}{later}"
        text = texts.pop(change.version, None)
        if text is not None:
            yield from _text(text, before)
            before = text.body
        last = change.changed_at
    if past.message.error:
        yield f"  last error: {past.message.error}"


def _head(message: Message) -> str:
    kind, stands = message.kind.replace("_", " "), "nothing of it stands there yet"
    if message.remote_id is not None:
        stands = f"it is {message.remote_id} there"
        if message.sent_version is not None:
            stands += f", with text {message.sent_version} since {_day(message.sent_at)}"
    place = f"{message.source} {message.ticket_key} ({message.instance})"
    return f"{message.story_key}: {kind} on {place}, message {message.message_id[:12]}: {message.state}; {stands}."


def _day(moment: datetime | None) -> str:
    return "a time that is not known" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"


def _step(change: Change) -> str:
    if change.from_state is None:
        return "made"
    if change.from_state == change.to_state:
        return f"still {change.to_state}"
    return f"{change.from_state} to {change.to_state}"


def _text(text: Text, before: str) -> Iterator[str]:
    """Yield a text: whole where it is the first, else as a difference to the one before."""
    final = "final figures" if text.is_final else "figures not final yet"
    yield f"      text {text.version}, worded by {text.author}, {final}:"
    lines = text.body.splitlines()
    if before:
        compared = difflib.unified_diff(before.splitlines(), lines, lineterm="", n=1)
        lines = [line for number, line in enumerate(compared) if number > 1 and not line.startswith("@@")]
    yield from (f"        {line}" for line in lines or ["(the same words)"])


def _shown(line: str) -> str:
    """Return a line without signs that move a cursor, colour a terminal or turn its text round."""
    return "".join(" " if unicodedata.category(sign) in ("Cc", "Cf", "Zl", "Zp") else sign for sign in line)
