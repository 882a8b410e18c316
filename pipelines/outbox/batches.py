"""How an event reaches product analytics once: many in one request, and each with an acknowledgement of its own.

An event cannot be looked for before it is sent. It bears an id that never changes, by which the vendor drops a second
one, but for some days only. Within them what may have arrived is simply sent again. After them the vendor would take it
for new, so what was read back from it decides, and else a person.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import duckdb

from pipelines.outbox.delivered import Delivered
from pipelines.outbox.message import document_of, mark_of
from pipelines.outbox.payload import Payload
from pipelines.outbox.policy import BY_A_PERSON, Terms, is_unsettled, never, not_now
from pipelines.outbox.posted import OvertakenError, record_sent
from pipelines.outbox.render import render
from pipelines.sources.live import VendorError
from pipelines.sources.writing import BatchWriter, LostError, NotTakenError, Writer
from warehouse import outbox
from warehouse.connection import transaction
from warehouse.outbox import Message, keep

_AT_ONCE = 200
# A vendor forgets an id by its own clock.
_MARGIN = timedelta(days=1)


class Batches:
    """Delivers events.

    Args:
        connection: the writer's, under the one lock, in no transaction.
        writer_of: the writer for a source, its instance and a kind of message.
        clock: tells the time of each step.
        done: is told what became of each.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, terms: Terms,
        writer_of: Callable[[str, str, str], Writer | BatchWriter], clock: Callable[[], datetime], done: Delivered,
    ) -> None:  # fmt: skip
        self._connection, self._terms, self._writer_of, self._clock = connection, terms, writer_of, clock
        self._done = done

    def run(self, messages: Sequence[Message]) -> None:
        """Deliver those of these messages that may go, a site's after another's."""
        sites: dict[tuple[str, str], list[Message]] = {}
        for one in messages:
            if self._may_go(one):
                sites.setdefault((one.source, one.instance), []).append(one)
        for site, due in sites.items():
            try:
                writer = self._writer_of(*site, due[0].kind)
            except VendorError as error:
                self._trouble(due, str(error))
                continue
            assert isinstance(writer, BatchWriter), "events go by many"
            _Site(self._connection, writer, self._terms.settings.mode, self._clock, self._done).run(due)

    def _may_go(self, message: Message) -> bool:
        why = never(message, self._terms, is_standing=message.remote_id is not None) or not_now(message, self._terms, 0)
        if why is None and is_unsettled(message, self._clock()):
            why = "nobody knows yet whether it arrived; the next run sends it again"
        if why is not None:
            self._done.waiting.append(f"{message.story_key}: {why}.")
        return why is None

    def _trouble(self, messages: Sequence[Message], error: str) -> None:
        self._done.troubles.append(f"{_named(messages)}: {error.rstrip('.')}.")


class _Site:
    """Delivers events to one site."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, writer: BatchWriter, mode: str, clock: Callable[[], datetime],
        done: Delivered,
    ) -> None:  # fmt: skip
        self._connection, self._writer, self._mode, self._clock, self._done = connection, writer, mode, clock, done

    def run(self, messages: Sequence[Message]) -> None:
        due = self._known(messages)
        for start in range(0, len(due), _AT_ONCE):
            if not self._send(due[start : start + _AT_ONCE]):
                left = due[start + _AT_ONCE :]
                self._done.waiting += [
                    f"{one.story_key}: {one.source} is left alone until the next run." for one in left
                ]
                return

    def _known(self, messages: Sequence[Message]) -> list[Message]:
        """Return those that may be sent; of others say that they arrived, or that nobody knows."""
        ids = {one.message_id: self._id_of(one) for one in messages if self._begun_at(one) <= self._forgets_before}
        back = outbox.came_back(self._connection, self._writer.vendor, self._writer.instance, list(ids.values()))
        due = list[Message]()
        for message in messages:
            if message.message_id not in ids or self._may_follow(message, is_back=ids[message.message_id] in back):
                due.append(message)
        return due

    def _may_follow(self, message: Message, *, is_back: bool) -> bool:
        """Tell of a message whose id the vendor may have forgotten whether it may be sent all the same."""
        if is_back:
            self._arrived([message], "it was read back, so it had arrived before")
            self._done.count_found(message)
            return False
        if message.state == outbox.SENDING:
            self._end(message, outbox.FAILED, "nobody knows whether it arrived", "it was sent too long ago")
            self._done.troubles.append(f"{message.story_key}: nobody knows whether a {message.kind} arrived.")
            return False
        approved_at = outbox.last_moved(self._connection, message.message_id, BY_A_PERSON)
        held = outbox.read_back(self._connection, self._writer.vendor, self._writer.instance)
        is_read_back = held is not None and held[0] <= self._begun_at(message) and held[1] > self._forgets_before
        if is_read_back or (approved_at is not None and approved_at > self._forgets_before):
            return True
        self._done.waiting.append(
            f"{message.story_key}: it is old, and may have been sent by another copy of the warehouse; what was sent "
            f"has to be read back first, or `storyline writeback --approve {message.message_id[:12]}` lets it go."
        )
        return False

    @property
    def _forgets_before(self) -> datetime:
        return self._clock() - (self._writer.remembers - _MARGIN)

    def _begun_at(self, message: Message) -> datetime:
        """Return since when it may have been sent.

        What was never begun may have been all the same, by a warehouse whose place an older copy took: since then.
        """
        if message.state == outbox.SENDING:
            begun = outbox.first_attempt(self._connection, message.message_id)
            assert begun is not None, "what is being sent was begun"
            return begun
        payload = document_of(message)
        assert isinstance(payload, Payload), "no text goes to product analytics"
        return datetime.fromisoformat(payload.occurred_at)

    def _send(self, messages: Sequence[Message]) -> bool:
        """Send them and note what became of each, before and after; False where the site is to be left alone."""
        lost_before = {one.message_id for one in messages if one.state == outbox.SENDING}
        begun = self._begun(messages)
        outcomes = self._writer.send([(mark_of(one), render(document_of(one), "payload")) for one in begun])
        told = list(zip(begun, outcomes, strict=True))
        arrived = [message for message, error in told if error is None]
        self._arrived(arrived, "it was acknowledged")
        for message in arrived:
            self._done.count_sent(message)
        troubles: dict[str, list[Message]] = {}
        for message, error in told:
            if error is not None:
                self._not_sent(message, error, was_lost=message.message_id in lost_before)
                troubles.setdefault(str(error).rstrip("."), []).append(message)
        self._done.troubles += [f"{_named(several)}: {error}." for error, several in troubles.items()]
        return any(error is None or isinstance(error, NotTakenError) for error in outcomes)

    def _begun(self, messages: Sequence[Message]) -> list[Message]:
        """Note of all that they are being sent, in one transaction."""
        with transaction(self._connection):
            for message in messages:
                begun = message
                if begun.state == outbox.PENDING:
                    self._move(begun, outbox.APPROVED, f"mode {self._mode}")
                    begun = self._read(begun)
                is_again = begun.state == outbox.SENDING
                self._move(begun, outbox.SENDING, "the vendor drops a second one" if is_again else "it is due")
        return [self._read(one) for one in messages]

    def _not_sent(self, message: Message, error: VendorError, *, was_lost: bool) -> None:
        if isinstance(error, NotTakenError):
            self._end(message, outbox.FAILED, "the vendor refuses it", str(error))
        elif isinstance(error, LostError):
            self._end(message, outbox.SENDING, "its answer was lost", str(error))
        elif was_lost:
            self._end(message, outbox.SENDING, "it could not be sent again", str(error))
        else:
            self._end(message, outbox.APPROVED, "it could not be sent", str(error))

    def _arrived(self, messages: Sequence[Message], reason: str) -> None:
        if messages:
            record_sent(self._connection, [(one, self._id_of(one)) for one in messages], self._clock(), reason)

    def _id_of(self, message: Message) -> str:
        return self._writer.id_of(mark_of(message))

    def _end(self, message: Message, state: str, reason: str, error: str) -> None:
        told = keep(self._connection, message, state, reason, self._clock(), error=error, is_attempt=False)
        _overtaken(message, is_moved=told)

    def _move(self, message: Message, state: str, reason: str) -> None:
        _overtaken(message, is_moved=outbox.move(self._connection, message, state, reason, self._clock()))

    def _read(self, message: Message) -> Message:
        (found,) = outbox.messages(self._connection, message_id=message.message_id)
        return found


def _overtaken(message: Message, *, is_moved: bool) -> None:
    if not is_moved:
        raise OvertakenError(f"message {message.message_id} of {message.story_key} was changed by another writer")


def _named(messages: Sequence[Message]) -> str:
    first, *others = messages
    return first.story_key if not others else f"{first.story_key} and {len(others)} more events"
