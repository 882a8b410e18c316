"""Write-backs: which messages wait for a person, which stand on their tickets, which failed; and how each came."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from html import escape
from typing import Any

import polars as pl
import streamlit as st

from app import decisions, message_chart, message_parts, message_words, parts, queries, words
from app.decisions import Decided
from app.message_words import APPROVED, FAILED, PENDING, REJECTED, SENDING, SENT, SUPERSEDED
from app.parts import Page
from app.queries import Serving
from pipelines.clock import now
from pipelines.settings import load_settings

_AT_ONCE = 10
_ANSWERS = "decided here"
ASKED = "Messages of the outbox by their state; marts fct_messages and fct_message_history."


@dataclass(frozen=True)
class _Known:
    """What is known beside the messages: the published version, what was decided since, since when each way is on."""

    version: Serving
    decided: Decided
    switched_on: dict[str, datetime]

    def texts(self, ids: Sequence[str]) -> pl.DataFrame:
        return decisions.over_texts(queries.message_texts(self.version, ids), self.decided)

    def changes(self, ids: Sequence[str]) -> pl.DataFrame:
        return decisions.over_changes(queries.message_changes(self.version, ids), self.decided)


def body(page: Page) -> None:
    """Draw the sentence, the picture, and the messages: those that ask for a person first."""
    published = queries.messages(page.version)
    if published.is_empty():
        parts.empty("No message was made yet.", _how(), message_chart.ghost(page.palette))
        return
    known = _Known(page.version, decisions.newer(published), queries.switched_on(page.version))
    messages, mode = _chosen(page, decisions.over_messages(published, known.decided)), load_settings().writeback.mode
    troubled = len(messages.filter((pl.col("state") == APPROVED) & pl.col("error").is_not_null()))
    sent = messages.filter(pl.col("state") == SENT)["kind"].to_list()
    elsewhere = sum(not message_words.is_on_a_ticket(kind) for kind in sent)
    counts = Counter(messages["state"].to_list())
    sentence = message_words.messages_sentence(counts, mode, troubled, elsewhere)
    parts.answer(f"data read {words.moment(queries.as_of(page.version))} UTC · {_scope(messages)}", sentence, ASKED)
    since = load_settings().writeback.enabled_at or known.switched_on.get("on")
    parts.note(message_words.mode_sentence(mode, since))
    if messages.is_empty():
        return
    parts.picture(message_chart.by_week(messages, max(now().date(), *_days(messages)), page.palette), "messages")
    parts.note("By the week in which each message came to be as it is.")
    clicked = messages.filter(pl.col("message_id").is_in(list(st.session_state.get(_ANSWERS, {}))))
    asking = pl.col("message_id").is_in([row["message_id"] for row in clicked.iter_rows(named=True) if _answer(row)])
    # What was decided here stays where it was seen, with its answer.
    for title, state, also in (("Failed", FAILED, pl.lit(False)), (_waiting(mode), PENDING, asking)):
        count = int((messages["state"] == state).sum())
        _asked(known, title, count, messages.filter((pl.col("state") == state) & ~asking | also))
    for title, states in (
        ("Approved, not sent yet", (APPROVED, SENDING)), ("Sent", (SENT,)),
        ("Rejected or taken back", (REJECTED, SUPERSEDED)),
    ):  # fmt: skip
        _told(known, title, messages.filter(pl.col("state").is_in(states) & ~asking))


def _how() -> str:
    if load_settings().writeback.mode == "off":
        return "Write-back is off: set `writeback.mode` to dry_run in storyline.toml, then run `storyline nightly`."
    return (
        "`storyline nightly` makes one for each story thirty days after all users have it; "
        "`storyline writeback --backfill` also for stories that shipped before."
    )


def _waiting(mode: str) -> str:
    return "Waiting for a person" if mode == "approve" else "Waiting"


def _chosen(page: Page, messages: pl.DataFrame) -> pl.DataFrame:
    """Let the reader choose a team, a kind and a story; the address keeps it."""
    scope = parts.filters(page)
    with page.bar:
        named = {message_words.kind(name): name for name in sorted(set(messages["kind"]))}
        kind = named.get(parts.choose("Kind", "kind", ["All kinds", *named]))
        story = parts.choose("Story", "about", ["All stories", *sorted(set(messages["story_key"]))])
    if scope.team is not None:
        messages = messages.filter(pl.col("team") == scope.team)
    if kind is not None:
        messages = messages.filter(pl.col("kind") == kind)
    return messages if story == "All stories" else messages.filter(pl.col("story_key") == story)


def _scope(messages: pl.DataFrame) -> str:
    kinds = Counter(messages["kind"].to_list())
    told = [message_words.kinds(number, kind) for kind, number in kinds.most_common()]
    return words.listed(told) if told else "no message of these"


def _days(messages: pl.DataFrame) -> list[date]:
    return [moment.date() for moment in messages["changed_at"].to_list()]


def _asked(known: _Known, title: str, count: int, messages: pl.DataFrame) -> None:
    """Draw messages that a person may decide on, each with its text, its evidence and its buttons."""
    if messages.is_empty():
        return
    parts.section(f"{title} ({count:,})", "What people will read comes first, then the story that shipped last.")
    place = pl.col("kind").map_elements(message_words.place, pl.Int64)
    shown = messages.sort(place, maintain_order=True).head(_limit(title))
    ids = shown["message_id"].to_list()
    texts, changes = known.texts(ids), known.changes(ids)
    for row in shown.iter_rows(named=True):
        of_this = pl.col("message_id") == row["message_id"]
        _message(row, texts.filter(of_this), changes.filter(of_this), decisions.why_it_waits(row, known.switched_on))
    _more(title, len(messages))


def _message(row: dict[str, Any], texts: pl.DataFrame, changes: pl.DataFrame, why: str | None) -> None:
    parts.html(message_parts.head(row))
    beside, facts = st.columns((3, 2), gap="medium")
    now_said = texts.filter(pl.col("version") == row["version"])
    standing = texts.filter(pl.col("version").eq_missing(row["sent_version"]))["body"].to_list()
    with beside:
        parts.html(message_parts.text(standing[0] if standing else "", row["body"]))
    with facts:
        _state(row, why)
        _buttons(row)
        parts.html(message_parts.evidence(now_said["facts"][0]) if len(now_said) else "")
        parts.html(message_parts.folded("History", [message_parts.history(changes)]))


def _state(row: dict[str, Any], why: str | None) -> None:
    answer = _answer(row)
    if answer:
        parts.html(f'<p role="status"><strong>{escape(answer)}</strong></p>')
    parts.note(message_words.waiting_sentence(row["state"], words.plain(row["reason"]), why))
    if row["error"]:
        parts.html(message_parts.error(row["error"]))


def _buttons(row: dict[str, Any]) -> None:
    """Offer what can be decided: by buttons where the settings allow them, else by the command to type."""
    name, state = row["message_id"], row["state"]
    if state not in (PENDING, FAILED, APPROVED):
        return
    if not decisions.may_decide():
        let = "" if state == APPROVED else f"`storyline writeback --approve {name[:12]}` lets it go, "
        parts.note(f"{let}`storyline writeback --reject {name[:12]}` never.")
        return
    with st.container(horizontal=True, gap="small"):
        if state != APPROVED:
            label = "Try again" if state == FAILED else "Approve"
            st.button(label, key=f"approve {name}", on_click=_decide, args=(row, True))
        st.button("Reject", key=f"reject {name}", on_click=_decide, args=(row, False))


def _decide(row: dict[str, Any], is_approved: bool) -> None:
    """Carry out a click, and keep its answer beside the message for this reader, until the message moves on."""
    sentence, changes = decisions.decide(row["message_id"], row["version"], is_approved=is_approved)
    answer = (sentence, row["changes"] if changes is None else changes)
    st.session_state[_ANSWERS] = st.session_state.get(_ANSWERS, {}) | {row["message_id"]: answer}


def _answer(row: dict[str, Any]) -> str | None:
    sentence, changes = st.session_state.get(_ANSWERS, {}).get(row["message_id"], (None, None))
    return sentence if changes == row["changes"] else None


def _told(known: _Known, title: str, messages: pl.DataFrame) -> None:
    """Draw messages that ask for nothing: a line each, with all that became of it folded beneath."""
    if messages.is_empty():
        return
    parts.section(
        f"{title} ({len(messages):,})", "What changed last comes first; each opens its history and its texts."
    )
    shown = messages.sort("changed_at", descending=True).head(_limit(title))
    ids = shown["message_id"].to_list()
    texts, changes = known.texts(ids), known.changes(ids)
    lines = []
    for row in shown.iter_rows(named=True):
        of_this = pl.col("message_id") == row["message_id"]
        why = decisions.why_it_waits(row, known.switched_on) if row["state"] == APPROVED else ""
        inner = [
            message_parts.head(row), message_parts.waits(why), message_parts.error(row["error"]),
            message_parts.history(changes.filter(of_this)),
            message_parts.texts(texts.filter(of_this), row["sent_version"]),
        ]  # fmt: skip
        lines.append(message_parts.folded(_summary(row), inner))
    parts.html("".join(lines))
    _more(title, len(messages))


def _summary(row: dict[str, Any]) -> str:
    told = (row["story_key"], row["title"] or "no title", message_words.kind(row["kind"]))
    return f"{' · '.join(told)} · {words.moment(row['changed_at'])}: {row['reason']}"


def _limit(title: str) -> int:
    return int(st.session_state.get(f"shown {title}", _AT_ONCE))


def _more(title: str, number: int) -> None:
    limit = _limit(title)
    if limit < number:
        label = f"Show {min(_AT_ONCE, number - limit)} more of {number:,}"
        st.button(label, key=f"more {title}", on_click=_show_more, args=(title, limit))


def _show_more(title: str, limit: int) -> None:
    st.session_state[f"shown {title}"] = limit + _AT_ONCE


parts.view("Write-backs", body)
