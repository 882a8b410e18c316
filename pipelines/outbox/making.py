"""Comments become messages: new ones, new texts of known ones, and what they replace, in one transaction."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import duckdb

from pipelines.outbox.message import is_of_one_comment
from pipelines.outbox.policy import BY_A_PERSON, Terms, never, worth
from pipelines.writeback_settings import ANALYTICS, FOLLOW_UP, SPEC
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


@dataclass(frozen=True, slots=True)
class _Plan:
    """What a comment calls for: a new message or a new text of a known one, and what that takes back, with reasons."""

    reason: str
    known: Message | None
    takes_back: tuple[tuple[Message, str], ...] = ()
    remote_id: str | None = None


def wanted(connection: duckdb.DuckDBPyConnection, drafts: Sequence[Draft], terms: Terms) -> list[Draft]:
    """Return those of which `make_messages` would keep anything, so that only these are worded."""
    kept = _by_story(connection)
    return [one for one in drafts if isinstance(_plan(kept.get(one.story_key, []), one, terms), _Plan)]


def make_messages(connection: duckdb.DuckDBPyConnection, drafts: Sequence[Draft], terms: Terms) -> Made:
    """Keep what is new of these comments, all of it or nothing.

    Args:
        connection: the writer's, in no transaction.
    """
    done = Made()
    kept, times = _by_story(connection), Counter(one.story_key for one in drafts)
    with transaction(connection):
        for draft in drafts:
            plan = _plan(kept.get(draft.story_key, []), draft, terms)
            if isinstance(plan, str):
                done.withheld[draft.story_key] = plan
            elif plan is not None:
                _carry_out(connection, draft, plan, terms.at)
                done.added += plan.known is None
                done.revised += plan.known is not None
                if times[draft.story_key] > 1:
                    kept[draft.story_key] = outbox.messages(connection, story_key=draft.story_key)
    return done


def _by_story(connection: duckdb.DuckDBPyConnection) -> dict[str, list[Message]]:
    found: dict[str, list[Message]] = {}
    for one in outbox.messages(connection):
        found.setdefault(one.story_key, []).append(one)
    return found


def _carry_out(connection: duckdb.DuckDBPyConnection, draft: Draft, plan: _Plan, at: datetime) -> None:
    for one, reason in plan.takes_back:
        outbox.move(connection, one, outbox.SUPERSEDED, reason, at)
    if plan.known is None:
        outbox.add(connection, draft, plan.reason, at, plan.remote_id)
    else:
        outbox.revise(connection, plan.known, draft, plan.reason, at)


def _plan(of_story: Sequence[Message], draft: Draft, terms: Terms) -> _Plan | str | None:
    """Return what a comment calls for, None for nothing; or say why nothing is written of its story."""
    of_kind = [one for one in of_story if one.kind == draft.kind]
    is_standing = any(one.remote_id is not None for one in of_kind if is_of_one_comment(one, draft))
    why = never(draft, terms, is_standing=is_standing)
    if why is not None:
        return why
    known = next((one for one in of_kind if one.message_id == draft.message_id), None)
    if known is None:
        return _added(of_kind, draft, terms)
    reason = _revised(known, draft, terms)
    return None if reason is None else _Plan(reason, known)


def _added(of_story: Sequence[Message], draft: Draft, terms: Terms) -> _Plan | None:
    """Return what a new message takes back.

    A comment that was made by another definition is gone on with in its place, and only where that is worth it.
    """
    before = [one for one in of_story if is_of_one_comment(one, draft)]
    if any(one.state in (outbox.SENDING, outbox.REJECTED) for one in before):
        return None
    standing = [one for one in before if one.state == outbox.SENT]
    reasons = [worth(one, draft, terms.settings.correction_threshold) for one in standing]
    if standing and not any(reasons):
        return None
    newer = [(one, "a newer definition tells it") for one in before if one.state in (*_UNSENT, outbox.SENT)]
    later = [
        (one, "a later rollout is told of") for one in of_story
        if one.epoch < draft.epoch and one.state in _UNSENT and draft.kind not in (*ANALYTICS, FOLLOW_UP)
    ]  # fmt: skip
    remote_ids = [one.remote_id for one in before if one.remote_id is not None]
    reason = next(filter(None, reasons), "its time has come")
    return _Plan(reason, None, (*newer, *later), remote_ids[-1] if remote_ids else None)


def _revised(known: Message, draft: Draft, terms: Terms) -> str | None:
    """Say why a message gets another text: always while it waits, and for a reason once it was approved or sent."""
    if known.state == outbox.PENDING and known.facts_digest != draft.facts_digest:
        return "it changed before it was written"
    if draft.kind == SPEC and known.state in (outbox.FAILED, outbox.REJECTED):
        return "it was asked for again"
    if known.state in (outbox.APPROVED, outbox.SENT):
        return worth(known, draft, terms.settings.correction_threshold)
    if known.state == outbox.PENDING and draft.is_backfill and not known.is_backfill:
        return "it was asked for, though it shipped before"
    return None


def take_back(
    connection: duckdb.DuckDBPyConnection, kind: str, stories: Collection[str], drafts: Sequence[Draft], at: datetime
) -> None:  # fmt: skip
    """Take back what waits of a kind and of these stories and is none of the drafts: nothing calls for it any more."""
    called_for = {one.message_id for one in drafts}
    for message in outbox.messages(connection):
        is_of_them = message.kind == kind and message.story_key in stories and message.state in _UNSENT
        if is_of_them and message.message_id not in called_for:
            outbox.keep(connection, message, outbox.SUPERSEDED, "nothing calls for it any more", at)


def decide(
    connection: duckdb.DuckDBPyConnection, named: str, *, is_approved: bool, at: datetime, where: str = "",
    version: int | None = None,
) -> list[Message]:  # fmt: skip
    """Approve or reject what waits of a story, or of a message by (the begin of) its id; return what was decided on.

    What failed may be approved again.

    Args:
        where: the decision was made, for the history.
        version: of the text that was seen; another one is not decided on.
    """
    found = [
        one for one in outbox.messages(connection)
        if one.state in _UNSENT and version in (None, one.version)
        and (one.story_key == named or (len(named) >= 8 and one.message_id.startswith(named)))
    ]  # fmt: skip
    state, what = (outbox.APPROVED, BY_A_PERSON) if is_approved else (outbox.REJECTED, "a person rejected it")
    reason = f"{what} {where}".rstrip()
    return [one for one in found if outbox.keep(connection, one, state, reason, at)]
