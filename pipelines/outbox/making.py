"""Comments become messages: new ones, new texts of known ones, and what they replace, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

import duckdb

from pipelines.outbox.message import is_of_one_comment
from pipelines.outbox.policy import Terms, never, worth
from warehouse import outbox
from warehouse.connection import transaction
from warehouse.outbox import Draft, Message

_UNSENT = (outbox.PENDING, outbox.APPROVED, outbox.FAILED)


@dataclass(slots=True)
class Made:
    """What became of drafts.

    Attributes:
        withheld: by story, why nothing is written of it.
    """

    added: int = 0
    revised: int = 0
    withheld: dict[str, str] = field(default_factory=dict)


def make_messages(connection: duckdb.DuckDBPyConnection, drafts: Sequence[Draft], terms: Terms) -> Made:
    """Keep what is new of these comments, all of it or nothing.

    Args:
        connection: the writer's, in no transaction.
    """
    done = Made()
    with transaction(connection):
        for draft in drafts:
            why = never(draft, terms)
            if why is not None:
                done.withheld[draft.story_key] = why
                continue
            of_story = [
                one for one in outbox.messages(connection)
                if (one.story_key, one.kind) == (draft.story_key, draft.kind)
            ]  # fmt: skip
            known = next((one for one in of_story if one.message_id == draft.message_id), None)
            if known is None:
                done.added += _added(connection, draft, of_story, terms)
            else:
                done.revised += _revised(connection, known, draft, terms)
    return done


def _added(connection: duckdb.DuckDBPyConnection, draft: Draft, of_story: Sequence[Message], terms: Terms) -> bool:
    """Keep a new message, and take back what it replaces.

    A comment that was made by another definition is gone on with in its place, and only where that is worth it.
    """
    before = [one for one in of_story if is_of_one_comment(one, draft)]
    if any(one.state in (outbox.SENDING, outbox.REJECTED) for one in before):
        return False
    standing = [one for one in before if one.state == outbox.SENT]
    reasons = [worth(one, draft, terms.settings.correction_threshold) for one in standing]
    if standing and not any(reasons):
        return False
    for one in (*before, *of_story):
        is_earlier = one.epoch < draft.epoch and one.state in _UNSENT
        if is_earlier or (one in standing) or (one in before and one.state in _UNSENT):
            why = "a later rollout is told of" if is_earlier else "a newer definition tells it"
            outbox.move(connection, one, outbox.SUPERSEDED, why, terms.at)
    remote_ids = [one.remote_id for one in before if one.remote_id is not None]
    reason = next(filter(None, reasons), "its time has come")
    outbox.add(connection, draft, reason, terms.at, remote_ids[-1] if remote_ids else None)
    return True


def _revised(connection: duckdb.DuckDBPyConnection, known: Message, draft: Draft, terms: Terms) -> bool:
    """Give a message another text: always while it waits, and for a reason once it was approved or sent."""
    reason: str | None = None
    if known.state == outbox.PENDING and known.facts_digest != draft.facts_digest:
        reason = "the figures moved before it was written"
    elif known.state in (outbox.APPROVED, outbox.SENT):
        reason = worth(known, draft, terms.settings.correction_threshold)
    elif known.state == outbox.PENDING and draft.is_backfill and not known.is_backfill:
        reason = "it was asked for, though it shipped before"
    return reason is not None and outbox.revise(connection, known, draft, reason, terms.at)


def decide(
    connection: duckdb.DuckDBPyConnection, named: str, *, is_approved: bool, at: datetime
) -> list[Message]:  # fmt: skip
    """Approve or reject what waits of a story, or of a message by (the begin of) its id; return what was decided on.

    What failed may be approved again.
    """
    found = [
        one for one in outbox.messages(connection)
        if one.state in _UNSENT and (one.story_key == named or (len(named) >= 8 and one.message_id.startswith(named)))
    ]  # fmt: skip
    state, reason = (outbox.APPROVED, "a person approved it") if is_approved else (
        outbox.REJECTED, "a person rejected it")  # fmt: skip
    return [one for one in found if outbox.keep(connection, one, state, reason, at)]
