"""Comments from the marts to the tickets: made, shown, approved and delivered, under the one lock."""

import difflib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

import duckdb

from pipelines.analytics_messages import analytics_drafts
from pipelines.clock import now
from pipelines.comments import due_comments, wording
from pipelines.connections import connection_of, network_of
from pipelines.follow_ups import follow_up_drafts
from pipelines.outbox.deliver import Delivery
from pipelines.outbox.delivered import Delivered, noun_of
from pipelines.outbox.making import Made, decide, make_messages, take_back, wanted
from pipelines.outbox.policy import WRITING, Terms, Waiting, never, not_now, terms_of
from pipelines.release_note_messages import release_note_drafts
from pipelines.settings import Settings, SettingsError
from pipelines.sources.live import UnreachableError
from pipelines.sources.registry import sources
from pipelines.sources.writing import BatchWriter, WritableSource, Writer
from pipelines.writeback_settings import FOLLOW_UP
from warehouse import outbox
from warehouse.event_log import newest_as_of
from warehouse.outbox import Message
from warehouse.store import open_log

COMMAND = "storyline writeback"
_LIVE = (outbox.PENDING, outbox.APPROVED, outbox.SENDING, outbox.FAILED)


class NotSentError(RuntimeError):
    """The mode does not let anything be sent. The message says how to change that."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What of the outbox is asked for: these stories, all where none is named; `is_backfill`: older ones too."""

    stories: tuple[str, ...] = ()
    is_backfill: bool = False


def show(settings: Settings, asked: Asked) -> list[str]:
    """Make the messages that are due and return what would be written where and why, line by line.

    Raises:
        Locked, WarehouseError: the warehouse cannot be written now.
    """
    if settings.writeback.mode == "off":
        return ["Comments are off: nothing is made and nothing would be written; set writeback.mode."]
    with opened(settings) as (connection, terms):
        told = _follow_ups_made(connection, settings, terms, asked) + _made(connection, settings, terms, asked)
        waiting = [one for one in _chosen(connection, asked) if one.state in _LIVE]
        for message in waiting:
            told += shown(message, why(message, terms), _before(connection, message))
    return told or ["Nothing would be written."]


def send(settings: Settings, asked: Asked, *, clock: Callable[[], datetime] = now) -> Delivered:
    """Make the messages that are due and deliver those that the mode allows.

    Raises:
        NotSentError: the mode is off or dry_run.
        Locked, WarehouseError: the warehouse cannot be written now.
    """
    mode = settings.writeback.mode
    if mode not in WRITING:
        raise NotSentError(f"nothing is sent in mode {mode}; set writeback.mode to approve or auto")
    with opened(settings) as (connection, terms), writers(settings) as writer_of:
        delivery = Delivery(connection, terms, writer_of, clock)
        # A follow-up story goes first, so that the comment of the same night can name it.
        withheld = _follow_ups_made(connection, settings, terms, asked)
        delivery.run(asked.stories, is_asked=lambda message: message.kind == FOLLOW_UP)
        withheld += _made(connection, settings, terms, asked)
        done = delivery.run(asked.stories, is_asked=lambda message: message.kind != FOLLOW_UP)
        done.waiting += withheld
        outbox.refresh_mart(connection)
    return done


def by_night(settings: Settings) -> Delivered:
    """Do what a night does: nothing in mode off, make in dry_run, make and deliver in the others.

    Raises:
        Locked, WarehouseError: the warehouse cannot be written now.
    """
    mode = settings.writeback.mode
    if mode in WRITING:
        return send(settings, Asked())
    if mode != "off":
        with opened(settings) as (connection, terms):
            _follow_ups_made(connection, settings, terms, Asked())
            _made(connection, settings, terms, Asked())
    return Delivered()


def approve(
    settings: Settings, names: Sequence[str], *, is_approved: bool, where: str = "", version: int | None = None
) -> list[str]:  # fmt: skip
    """Approve or reject the messages of stories, or by their ids, and say what was decided on.

    Args:
        where: the decision was made, for the history; `version` of the text that was seen, no other is decided on.

    Raises:
        LookupError: nothing waits under such a name.
        Locked, WarehouseError: the warehouse cannot be written now.
    """
    told = []
    with opened(settings) as (connection, terms):
        for name in names:
            found = decide(connection, name, is_approved=is_approved, at=terms.at, where=where, version=version)
            if not found:
                raise LookupError(f"nothing waits under {name!r}; `{COMMAND}` shows what does")
            what = "is approved" if is_approved else "is rejected, and will not be written"
            told += [f"{one.story_key}: message {one.message_id[:12]} {what}." for one in found]
        outbox.refresh_mart(connection)
    return told


def shown(message: Message, why: str | None, before: str) -> Iterator[str]:
    """Yield a message as a person reads it: where it goes and why, why it waits, and its text against what stands."""
    noun = noun_of(message)
    what = f"update of {noun} {message.remote_id}" if message.remote_id else f"a new {noun}"
    place = f"{message.source} {message.ticket_key}, message {message.message_id[:12]} ({message.state})"
    yield f"{message.story_key}: {what} on {place}: {message.reason}."
    if message.error:
        yield f"  last error: {message.error}"
    yield f"  {'would be written now' if why is None else f'waits: {why}'}."
    lines = difflib.unified_diff(before.splitlines(), message.body.splitlines(), lineterm="", n=2)
    yield from (f"  {line}" for number, line in enumerate(lines) if number > 1 and not line.startswith("@@"))


def _follow_ups_made(
    connection: duckdb.DuckDBPyConnection, settings: Settings, terms: Terms, asked: Asked
) -> list[str]:  # fmt: skip
    if not settings.writeback.follow_ups.enabled:
        return []
    terms = _as_of_marts(connection, terms)
    due = due_comments(connection, settings, only=asked.stories, is_backfill=asked.is_backfill)
    drafts = follow_up_drafts(due, settings)
    take_back(connection, FOLLOW_UP, {one.pack.story_key for one in due}, drafts, terms.at)
    done = make_messages(connection, drafts, terms)
    return _withheld(done, "have no follow-up story", asked)


def _as_of_marts(connection: duckdb.DuckDBPyConnection, terms: Terms) -> Terms:
    """Return the terms of the moment that the marts stand for: what is made of equal marts is equal."""
    return replace(terms, at=min(newest_as_of(connection) or terms.at, terms.at))


def _made(
    connection: duckdb.DuckDBPyConnection, settings: Settings, terms: Terms, asked: Asked
) -> list[str]:  # fmt: skip
    terms = _as_of_marts(connection, terms)
    due = due_comments(connection, settings, only=asked.stories, is_backfill=asked.is_backfill)
    names = {one.message_id for one in wanted(connection, [one.draft for one in due], terms)}
    drafts = [one.draft for one in due]
    if names:
        with wording(connection, settings) as word:
            drafts = [word(one) if one.draft.message_id in names else one.draft for one in due]
    others = [
        analytics_drafts(connection, settings, only=asked.stories, is_backfill=asked.is_backfill),
        release_note_drafts(connection, settings, only=asked.stories, is_backfill=asked.is_backfill),
    ]
    done = make_messages(connection, [*drafts, *(draft for other in others for draft in other.drafts)], terms)
    for other in others:
        done.withheld |= other.withheld
    outbox.refresh_mart(connection)
    return _withheld(done, "are not written of", asked)


def _withheld(done: Made, what: str, asked: Asked) -> list[str]:
    if asked.stories:
        return [f"{story}: {why}." for story, why in done.withheld.items()]
    if not done.withheld:
        return []
    story, why = next(iter(done.withheld.items()))
    return [f"{len(done.withheld)} stories {what}; {story}: {why}."]


def _chosen(connection: duckdb.DuckDBPyConnection, asked: Asked) -> list[Message]:
    return [one for one in outbox.messages(connection) if not asked.stories or one.story_key in asked.stories]


def why(message: Waiting, terms: Terms) -> str | None:
    """Say why a message has to wait, None where it would be sent now."""
    if message.state == outbox.FAILED:
        return f"it failed; `{COMMAND} --approve {message.message_id[:12]}` tries it again"
    if terms.settings.mode not in WRITING:
        return f"the mode is {terms.settings.mode}"
    return never(message, terms, is_standing=message.remote_id is not None) or not_now(message, terms, 0)


def _before(connection: duckdb.DuckDBPyConnection, message: Message) -> str:
    if message.sent_version is None:
        return ""
    return outbox.body_of(connection, message.message_id, message.sent_version)


@contextmanager
def opened(settings: Settings) -> Iterator[tuple[duckdb.DuckDBPyConnection, Terms]]:
    """Hold the warehouse under the one lock, and the terms of this moment."""
    at = now()
    with open_log(settings, command=COMMAND, since=at) as connection:
        as_of = min(newest_as_of(connection) or at, at)
        yield connection, terms_of(settings.writeback, at, lambda way: outbox.switched_at(connection, way, as_of))


@contextmanager
def writers(settings: Settings) -> Iterator[Callable[[str, str, str], Writer | BatchWriter]]:
    """Hold one writer for each site and kind of message, made when it is first needed."""
    held: dict[tuple[str, str, str], Writer | BatchWriter] = {}

    def writer_of(source: str, instance: str, kind: str) -> Writer | BatchWriter:
        if (source, instance, kind) not in held:
            held[source, instance, kind] = _writer(settings, source, instance, kind)
        return held[source, instance, kind]

    try:
        yield writer_of
    finally:
        for writer in held.values():
            writer.close()


def _writer(settings: Settings, source: str, instance: str, kind: str) -> Writer | BatchWriter:
    known = sources().get(source)
    if not isinstance(known, WritableSource) or kind not in known.writes:
        raise UnreachableError(f"nobody writes messages of the kind {kind} to {source}")
    try:
        connection, network = connection_of(settings, source), network_of(settings)
    except SettingsError as error:
        raise UnreachableError(str(error)) from None
    writer = known.writer(kind, connection, network)
    if writer.instance != instance:
        writer.close()
        raise UnreachableError(f"the settings reach {writer.instance} and not {instance}, where the ticket is")
    return writer
