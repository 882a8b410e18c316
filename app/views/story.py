"""One story: its own line over time, why things are linked to it, and every event with the vendor's page."""

from datetime import datetime
from typing import Any

import polars as pl
import streamlit as st

from app import line_chart, parts, queries, story_chart, words
from app.charts import Palette
from app.parts import Cell, Page
from app.queries import Serving


def body(page: Page) -> None:
    """Draw the sentence, the lanes and the tables of the story that the URL names."""
    version, palette = page.version, page.palette
    keys = queries.story_keys(version)
    if not keys:
        parts.empty("No story is known yet.", parts.FIRST_RUN, line_chart.ghost(palette))
        return
    key = _chosen(page, keys, st.query_params.get("story"))
    story = queries.story(version, key)
    if story is None:
        parts.note(f"There is no story {key}; choose another one above.")
        return
    events, visits = queries.story_events(version, key), queries.story_visits(version, key)
    milestones = [(name, story[f"{name}_at"]) for name in words.MILESTONES if story.get(f"{name}_at")]
    milestones.sort(key=lambda pair: pair[1])
    told = f"{story['status'] or 'no status'} · {story['story_type'] or 'ticket'} · {story['team'] or 'no team'}"
    sentence = _open_sentence(milestones, visits, queries.as_of(version)) if _is_on_its_way(story) else ""
    sentence = sentence or _sentence(milestones, story)
    parts.answer(told, f"{words.plain(story['title'] or key)}: {sentence}", "Mart fct_stories.")
    if len(events):
        end = queries.as_of(version) if story["is_open"] else None
        known = [*events["occurred_at"], *visits["entered_at"], *visits["left_at"].drop_nulls()]
        last = max([*known, *([end] if end else [])])
        parts.picture(story_chart.timeline(events, visits, milestones, last, palette), "timeline")
    _links(version, key, palette)
    _visits(visits, palette)
    _events(events, palette)


def _chosen(page: Page, keys: list[str], asked: str | None) -> str:
    """Let the reader choose; the URL's story comes first, known or not."""
    options = keys if asked is None or asked in keys else [asked, *keys]
    with page.bar:
        if "filter story" not in st.session_state:
            st.session_state["filter story"] = asked or options[0]
        key = str(st.selectbox("Story", options, key="filter story", width=240, label_visibility="collapsed"))
    st.query_params["story"] = key
    return key


def _sentence(milestones: list[tuple[str, datetime]], story: dict[str, Any]) -> str:
    if len(milestones) < 2:
        return f"one step is known, {words.date(story['created_at'])}."
    (first, begin), (last, end) = milestones[0], milestones[-1]
    length = words.duration((end - begin).total_seconds())
    text = f"**{length}** from {words.MILESTONES[first]} ({words.date(begin)}) to {words.MILESTONES[last]}"
    again = story["reopened_count"] or 0
    return f"{text} ({words.date(end)})" + (f", reopened {words.count(again, 'time')}." if again else ".")


def _is_on_its_way(story: dict[str, Any]) -> bool:
    return bool(story["is_open"]) and story["production_at"] is None


def _open_sentence(milestones: list[tuple[str, datetime]], visits: pl.DataFrame, as_of: datetime | None) -> str:
    """How long an open story has been open, and since when it is where it is; empty where that is not known."""
    here = visits.filter(pl.col("left_at").is_null())
    if as_of is None or not milestones or here.is_empty():
        return ""
    name, begin = milestones[0]
    age = words.duration((as_of - begin).total_seconds())
    status, since = here["status"][-1], here["entered_at"][-1]
    text = f"open for **{age}** since {words.MILESTONES[name]} ({words.date(begin)})"
    return f"{text}, in {words.plain(status)} since {words.date(since)}."


def _links(version: Serving, key: str, palette: Palette) -> None:
    links = queries.story_links(version, key)
    if links.is_empty():
        return
    parts.section("Why these are linked")
    rows = [
        [Cell("linked" if row["is_linked"] else "refused", status="ok" if row["is_linked"] else "watch", kind="fixed"),
         Cell(f"{row['from_kind']} {row['from_key']} → {row['to_kind']} {row['to_key']}", kind="long"),
         Cell(row["rule"] or "", kind="long"), Cell(row["confidence"] or "", kind="number"),
         Cell(row["reason"] or "", kind="long")]
        for row in links.iter_rows(named=True)
    ]  # fmt: skip
    parts.table(("", "Link", "Rule", "Confidence", "Reason"), rows, palette)


def _visits(visits: pl.DataFrame, palette: Palette) -> None:
    if visits.is_empty():
        return
    parts.section("Visits to a status")
    rows = [
        [Cell(row["status"] or "", kind="fixed"), Cell(f"{row['visit_number']}", kind="number"),
         Cell(words.moment(row["entered_at"]), kind="number"), Cell(words.moment(row["left_at"]).replace(
             "unknown", "still in it"), kind="number"),
         Cell(words.duration(row["duration_seconds"]) if row["left_at"] else "", kind="number")]
        for row in visits.iter_rows(named=True)
    ]  # fmt: skip
    parts.table(("Status", "Visit", "Entered (UTC)", "Left (UTC)", "For"), rows, palette)


def _events(events: pl.DataFrame, palette: Palette) -> None:
    parts.section("Every event")
    rows = [
        [Cell(words.moment(row["occurred_at"]), kind="fixed"), Cell(row["lane"] or "", kind="fixed"),
         Cell(row["label"] or row["event_type"], href=parts.vendor_address(row["url"]), kind="long")]
        for row in events.iter_rows(named=True)
    ]  # fmt: skip
    if rows:
        parts.table(("At (UTC)", "Lane", "Event"), rows, palette)
    else:
        parts.note("No event of this story is in the marts.")


parts.view("Story", body)
