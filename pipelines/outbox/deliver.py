"""How a message reaches its ticket once, whatever breaks on the way.

`sending` is written down before anything is sent. Then our mark is looked for on the ticket, and only where there is
none, and no request of ours can still be under way, is a comment posted. An answer that was lost leaves the message in
`sending`: the next run finds the comment, or knows that there is none. A comment that a person edited or deleted is
theirs, and left as it is. What holds for a comment holds for a ticket that is made.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import duckdb

from pipelines.outbox.batches import Batches
from pipelines.outbox.content import content_of
from pipelines.outbox.delivered import Delivered, noun_of
from pipelines.outbox.message import mark_of
from pipelines.outbox.policy import Terms, is_unsettled, never, not_now
from pipelines.outbox.posted import OvertakenError, record_posted
from pipelines.sources.live import LimitedError, MissingError, UnreachableError, VendorError
from pipelines.sources.writing import BatchWriter, LostError, Mark, NotTakenError, Sight, Writer
from pipelines.writeback_settings import EVENTS, FOLLOW_UP
from warehouse import outbox
from warehouse.outbox import Message, keep

_HOUR = timedelta(hours=1)
# After so many troubles in a row a site is left alone until the next run.
_TROUBLES = 3
_WAITING = (outbox.PENDING, outbox.APPROVED, outbox.SENDING)


class Delivery:
    """Delivers what may go.

    Args:
        connection: the writer's, under the one lock, in no transaction.
        writer_of: the writer for a source, its instance and a kind of message.
        clock: tells the time of each step.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, terms: Terms,
        writer_of: Callable[[str, str, str], Writer | BatchWriter], clock: Callable[[], datetime],
    ) -> None:  # fmt: skip
        self._connection, self._terms, self._writer_of, self._clock = connection, terms, writer_of, clock
        self._done, self._troubles = Delivered(), dict[tuple[str, str], int]()

    def run(self, only: Sequence[str] = (), *, is_asked: Callable[[Message], bool] = lambda _: True) -> Delivered:
        """Deliver the messages that wait and are asked for, of these stories where any are named; tell of all runs."""
        waiting = [
            one for one in outbox.messages(self._connection)
            if one.state in _WAITING and (not only or one.story_key in only) and is_asked(one)
        ]  # fmt: skip
        for message in waiting:
            if message.kind not in EVENTS:
                self._one(message)
        batches = Batches(self._connection, self._terms, self._writer_of, self._clock, self._done)
        batches.run([one for one in waiting if one.kind in EVENTS])
        return self._done

    def _one(self, message: Message) -> None:
        site = (message.source, message.instance)
        why = self._why_not(message)
        # What may have arrived is looked for in any case; it was let go once.
        if why is not None and message.state != outbox.SENDING:
            self._done.waiting.append(f"{message.story_key}: {why}.")
            return
        if self._troubles.get(site, 0) >= _TROUBLES:
            self._done.waiting.append(f"{message.story_key}: {message.source} is left alone until the next run.")
            return
        try:
            writer = self._writer_of(*site, message.kind)
            assert not isinstance(writer, BatchWriter), "events alone go by many"
            self._attempt(message, writer, why)
        except VendorError as error:
            self._troubles[site] = self._troubles.get(site, 0) + self._weight(error)
            self._done.troubles.append(f"{message.story_key}: {str(error).rstrip('.')}.")
        else:
            self._troubles[site] = 0

    def _why_not(self, message: Message) -> str | None:
        since = self._terms.at - _HOUR
        most = self._terms.settings.follow_ups.most_per_run
        if message.kind == FOLLOW_UP and self._done.made >= most:
            return f"{most} follow-up stories were made in this run; the next one goes on"
        sent = outbox.sent_since(self._connection, message.source, message.project_key, since)
        return never(message, self._terms, is_standing=message.remote_id is not None) or not_now(
            message, self._terms, sent
        )

    @staticmethod
    def _weight(error: VendorError) -> int:
        return _TROUBLES if isinstance(error, UnreachableError | LimitedError) else 1

    def _attempt(self, message: Message, writer: Writer, why: str | None) -> None:
        """Note that it is being sent, look, and write where nothing stands.

        Raises:
            VendorError: it could not be sent; the state says what that means.
        """
        was_lost = message.state == outbox.SENDING
        if was_lost and why is None and is_unsettled(message, self._clock()):
            why = "nobody knows yet whether it arrived; the next run looks again"
        if not was_lost:
            message = self._sending(message)
        try:
            sight = writer.look(message.ticket_key, mark_of(message), message.remote_id, message.shipped_at)
            if self._settled(message, sight, writer):
                return
            if why is not None:
                self._done.waiting.append(f"{message.story_key}: {why}.")
                return
            self._write(self._sending(message) if was_lost else message, sight, writer)
        except MissingError as error:
            self._end(message, outbox.FAILED, "the ticket is gone, or hidden from the token", error)
            raise
        except NotTakenError as error:
            self._end(message, outbox.FAILED, "nobody knows whether it arrived", error)
            raise
        except LostError:
            raise
        except VendorError as error:
            # Nothing of it can have arrived, so it waits as before; what may have arrived before stays `sending`.
            if not was_lost:
                self._end(message, outbox.APPROVED, "it could not be sent", error)
            raise

    def _sending(self, message: Message) -> Message:
        if message.state == outbox.PENDING:
            self._end(message, outbox.APPROVED, f"mode {self._terms.settings.mode}")
            message = self._read(message)
        again = "it did not arrive" if message.state == outbox.SENDING else "it is due"
        self._end(message, outbox.SENDING, again)
        return self._read(message)

    def _settled(self, message: Message, sight: Sight, writer: Writer) -> bool:
        """Tell whether what stands on the ticket, or stood there, leaves nothing to write; and note it."""
        standing = sight.standing
        if standing is None and sight.noted_id is None:
            return False
        if standing is None:
            self._end(message, outbox.SUPERSEDED, f"somebody deleted the {noun_of(message)}; it is not posted again")
        elif standing.content_hash == message.content_hash:
            self._arrived(message, sight, writer, standing.remote_id, "it had arrived before")
            self._done.count_found(message)
        elif standing.is_edited:
            self._end(message, outbox.SUPERSEDED, f"somebody edited the {noun_of(message)}; it is left as it is",
                      remote_id=standing.remote_id)  # fmt: skip
        else:
            return False
        return True

    def _write(self, message: Message, sight: Sight, writer: Writer) -> None:
        body, mark = content_of(message, writer.form), mark_of(message)
        try:
            if sight.standing is None:
                remote_id, what = writer.post(sight, body, mark), "it was posted"
            else:
                remote_id, what = sight.standing.remote_id, "it was written anew in its place"
                writer.replace(sight, body, mark)
        except LostError as error:
            self._end(message, outbox.SENDING, "its answer was lost", error, is_attempt=False)
            raise
        except NotTakenError as error:
            self._refused(message, writer, mark, error)
            return
        self._arrived(message, sight, writer, remote_id, what)
        if sight.standing is None:
            self._done.count_posted(message)
        else:
            self._done.count_updated(message)

    def _arrived(self, message: Message, sight: Sight, writer: Writer, remote_id: str, what: str) -> None:
        """Let the ticket remember the comment, and then note that it was sent.

        Raises:
            LostError: the ticket could not be told; the next run finds the comment and tells it then.
        """
        try:
            writer.note(sight, remote_id, mark_of(message))
        except NotTakenError as error:
            what = f"{what}, though the ticket itself cannot remember it ({error})"
        except VendorError as error:
            self._end(message, outbox.SENDING, f"{what}, and the ticket does not remember it yet", error,
                      remote_id=remote_id, is_attempt=False)  # fmt: skip
            raise LostError(str(error)) from None
        record_posted(self._connection, message, sight, remote_id, self._clock(), what)

    def _refused(self, message: Message, writer: Writer, mark: Mark, error: NotTakenError) -> None:
        """Call it failed, unless it stands on the ticket all the same."""
        sight = writer.look(message.ticket_key, mark, message.remote_id, message.shipped_at)
        if sight.standing is not None and sight.standing.content_hash == message.content_hash:
            self._arrived(message, sight, writer, sight.standing.remote_id, "it arrived, though it was refused")
            self._done.count_posted(message)
            return
        self._end(message, outbox.FAILED, "the vendor refuses it", error)
        self._done.troubles.append(f"{message.story_key}: {str(error).rstrip('.')}.")

    def _end(
        self, message: Message, state: str, reason: str, error: VendorError | None = None, **more: Any
    ) -> None:  # fmt: skip
        told = None if error is None else str(error)
        if not keep(self._connection, message, state, reason, self._clock(), error=told, **more):
            raise OvertakenError(f"message {message.message_id} of {message.story_key} was changed by another writer")

    def _read(self, message: Message) -> Message:
        (found,) = outbox.messages(self._connection, message_id=message.message_id)
        return found
