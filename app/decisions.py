"""What readers decided since the marts were published: passed on to the outbox, and laid over what the marts say.

A decision changes the writer's file at once and the serving file with the next publish. Until then its answer is kept
here, for every reader of this report, and forgotten as soon as the marts know as much.
"""

from dataclasses import asdict
from datetime import datetime
from typing import Any

import polars as pl

from app import message_statements as statements
from app.statements import Statement
from pipelines import report_decisions
from pipelines.settings import load_settings
from warehouse.outbox_history import Past

# By a message's id, how it stands since somebody decided on it.
Decided = dict[str, Past]
_kept: dict[tuple[str, str], Past] = {}


def may_decide() -> bool:
    """Tell whether this report shows buttons."""
    return report_decisions.may_decide(load_settings())


def decide(message_id: str, version: int, *, is_approved: bool) -> tuple[str, int | None]:
    """Approve or reject the text that was shown.

    Returns the sentence that says what became of it, and how many changes the message has now, None where that could
    not be looked at.
    """
    settings = load_settings()
    done = report_decisions.decide(settings, message_id, version, is_approved=is_approved)
    if done.past is not None:
        _kept[str(settings.home), message_id] = done.past
    return done.sentence, None if done.past is None else len(done.past.changes)


def why_it_waits(row: dict[str, Any], switched_on: dict[str, datetime]) -> str | None:
    """Say why a message of the page waits, None where the next night sends it."""
    names = ("message_id", "kind", "state", "remote_id", "project_key", "shipped_at", "is_backfill")
    waiting = report_decisions.Waiting(**{name: row[name] for name in names})
    return report_decisions.reason_to_wait(load_settings(), waiting, switched_on)


def newer(messages: pl.DataFrame) -> Decided:
    """Return what was decided since these messages were published, by id; forget what they know by now."""
    home, known = str(load_settings().home), dict(messages.select("message_id", "changes").iter_rows())
    for place in [place for place in _kept if place[0] == home]:
        if len(_kept[place].changes) <= known.get(place[1], 0):
            del _kept[place]
    return {place[1]: past for place, past in _kept.items() if place[0] == home and place[1] in known}


def over_messages(messages: pl.DataFrame, decided: Decided) -> pl.DataFrame:
    """Return the messages as they stand now."""
    if not decided:
        return messages
    rows = [row | _standing(row, decided.get(row["message_id"])) for row in messages.iter_rows(named=True)]
    return _framed(rows, statements.MESSAGES)


def _standing(row: dict[str, Any], past: Past | None) -> dict[str, Any]:
    if past is None:
        return {}
    told = {name: value for name, value in asdict(past.message).items() if name in row}
    return told | {"changed_at": past.changes[-1].changed_at, "changes": len(past.changes)}


def over_changes(changes: pl.DataFrame, decided: Decided) -> pl.DataFrame:
    """Return the changes of these messages with those that the marts do not know yet."""
    return _framed(_rows(changes, decided, "changes"), statements.CHANGES)


def over_texts(texts: pl.DataFrame, decided: Decided) -> pl.DataFrame:
    """Return the texts of these messages with those that the marts do not know yet."""
    return _framed(_rows(texts, decided, "texts"), statements.TEXTS)


def _rows(frame: pl.DataFrame, decided: Decided, part: str) -> list[dict[str, Any]]:
    asked = set(frame["message_id"])
    rows = [row for row in frame.iter_rows(named=True) if row["message_id"] not in decided]
    for name in sorted(asked & decided.keys()):
        rows += [{"message_id": name, **asdict(one)} for one in getattr(decided[name], part)]
    return rows


def _framed(rows: list[dict[str, Any]], statement: Statement) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=dict(statement.columns), orient="row")
