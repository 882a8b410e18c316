"""What a person decides on in the report: the same approval as the command's, of the very text that was seen."""

import threading
from dataclasses import dataclass
from datetime import datetime

from pipelines.clock import now
from pipelines.outbox.policy import terms_of
from pipelines.settings import Settings
from pipelines.writeback import approve, why
from warehouse import outbox
from warehouse.connection import WarehouseError
from warehouse.lock import Locked, exclusive
from warehouse.outbox_history import Past, pasts
from warehouse.store import open_log

WHERE = "in the report"
_COMMAND = "the report"
# The lock lets its own process in again; two readers of one report are two threads of it.
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class Decision:
    """What became of a click.

    Attributes:
        is_done: it was decided as asked; else nothing changed.
        past: the message as it now stands, None where the warehouse could not be opened or holds it no more.
    """

    is_done: bool
    sentence: str
    past: Past | None


@dataclass(frozen=True, slots=True)
class Waiting:
    """A published message, as far as the rules ask for it. Implements `pipelines.outbox.policy.Waiting`."""

    message_id: str
    kind: str
    state: str
    remote_id: str | None
    project_key: str
    shipped_at: datetime
    is_backfill: bool


def may_decide(settings: Settings) -> bool:
    """Tell whether the report offers to approve and reject."""
    return settings.writeback.approve_in_report


def decide(settings: Settings, message_id: str, version: int, *, is_approved: bool) -> Decision:
    """Approve or reject the text of a message that a reader saw; send nothing.

    Nothing changes where the settings do not allow it here, another command is writing, or the message moved on.
    """
    if not may_decide(settings):
        return Decision(False, "This report is not allowed to decide: set `writeback.approve_in_report`.", None)
    try:
        with _one_at_a_time, exclusive(settings.lock, command=_COMMAND, since=now()):
            return _decided(settings, message_id, version, is_approved=is_approved)
    except (Locked, WarehouseError) as error:
        return Decision(False, f"Nothing was changed: {error}.", None)


def _decided(settings: Settings, message_id: str, version: int, *, is_approved: bool) -> Decision:
    before = _past(settings, message_id)
    told = None if before is None else _why_not(before, version, is_approved=is_approved)
    if told is not None:
        return Decision(False, told, before)
    try:
        (sentence,) = approve(settings, [message_id], is_approved=is_approved, where=WHERE, version=version)
    except LookupError as error:
        return Decision(False, f"Nothing was changed: {error.args[0]}.", before)
    return Decision(True, sentence, _past(settings, message_id))


def _why_not(past: Past, version: int, *, is_approved: bool) -> str | None:
    message = past.message
    wanted = outbox.APPROVED if is_approved else outbox.REJECTED
    if message.state == wanted:
        return f"{message.story_key}: nothing was changed, it is {message.state} already ({message.reason})."
    if message.version != version:
        return (
            f"{message.story_key}: nothing was changed, the message has a newer text than the one that was shown; "
            "read it below, and decide then."
        )
    if message.state not in (outbox.PENDING, outbox.APPROVED, outbox.FAILED):
        return f"{message.story_key}: nothing was changed, it is {message.state} ({message.reason})."
    return None


def _past(settings: Settings, message_id: str) -> Past | None:
    with open_log(settings, command=_COMMAND, since=now()) as connection:
        return next(iter(pasts(connection, message_id)), None)


def reason_to_wait(settings: Settings, message: Waiting, switched_on: dict[str, datetime]) -> str | None:
    """Say why a published message waits, None where the next night sends it, by the rules of the outbox itself.

    Args:
        switched_on: since when messages are shown (`dry_run`) and sent (`on`), as `fct_writeback_switches` has it.
    """
    at = now()
    return why(message, terms_of(settings.writeback, at, lambda way: switched_on.get(way, at)))
