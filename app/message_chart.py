"""The picture of messages to tickets: a row for each state, by the week in which they came to be so. Pure."""

import dataclasses
import datetime
from typing import Any

import altair as alt
import polars as pl

from app import message_words, words
from app.charts import Palette, finish, pixel

_ROW, _BAR, _LABEL, _WIDTH = 52, 24, 12, 9
_LEAST, _MOST = 13, 52
_SHAPES = {"ok": "●", "watch": "▲", "act": "■"}
_DAY = datetime.timedelta(days=1)


def by_week(frame: pl.DataFrame, last: datetime.date, colours: Palette) -> alt.LayerChart:
    """One row per state that any message is in, with bars of how many came into it in each week up to `last`.

    `frame`: `state, kind, changed_at`, a row per message. Weeks older than a year are counted and not drawn.
    """
    states = [name for name in message_words.STATES if name in set(frame["state"])]
    end = last - _DAY * last.weekday()
    first = max(min(_monday(frame).to_list(), default=end), end - _MOST * 7 * _DAY)
    first = min(first, end - (_LEAST - 1) * 7 * _DAY)
    bars = _bars(frame, states).filter(pl.col("week_on") >= first)
    names = _names(frame, states)
    x = alt.X("week_on:T", scale=_weeks(first, end), axis=alt.Axis(
        title=None, format="%b %Y", tickCount={"interval": "month", "step": 1}, labelOverlap=True))  # fmt: skip
    hover = [alt.Tooltip("named:N", title="state"), alt.Tooltip("week:N", title="week of"), alt.Tooltip("told:N"),
             alt.Tooltip("mart:N")]  # fmt: skip
    base = alt.Chart(bars).encode(x=x, tooltip=hover)
    text = alt.Chart(names).encode(x=alt.value(0), y=pixel("name_at"), text="told:N")
    layers: list[Any] = [
        alt.Chart(names).mark_rule(color=colours.hair).encode(y=pixel("foot"), x=alt.value(0), x2=alt.value("width")),
        base.mark_bar(width=_WIDTH, color=colours.line).encode(y=pixel("top"), y2="foot:Q"),
        base.transform_filter("datum.is_most").mark_text(
            color=colours.soft, fontSize=12, align="right", dx=-8,
        ).encode(y=pixel("count_at"), text=alt.Text("n:Q", format=",")),
        text.mark_text(color=colours.ink),
    ]  # fmt: skip
    return finish(alt.layer(*layers), colours, _ROW * len(states) + 4)


def _monday(frame: pl.DataFrame) -> pl.Series:
    return frame.select(pl.col("changed_at").dt.truncate("1w").dt.date()).to_series()


def _bars(frame: pl.DataFrame, states: list[str]) -> pl.DataFrame:
    """Return a row per state and week: where its bar is, how many messages it stands for, and of which kinds."""
    each = frame.with_columns(_monday(frame).alias("week_on")).group_by("state", "week_on", "kind").len()
    told = [message_words.kinds(number, kind) for kind, number in each.select("kind", "len").iter_rows()]
    counted = (
        each.with_columns(pl.Series("kinds", told, pl.String))
        .sort("kinds").group_by("state", "week_on", maintain_order=True)
        .agg(pl.col("len").sum().alias("n"), pl.col("kinds"))
    )  # fmt: skip
    most = max(counted["n"].to_list(), default=1)
    foot = pl.col("state").replace_strict({name: _foot(place) for place, name in enumerate(states)}, default=0.0)
    return counted.with_columns(
        foot.alias("foot"), pl.col("kinds").list.join(", ").alias("told"), pl.lit("fct_messages").alias("mart"),
        (pl.col("n") == pl.col("n").max().over("state")).alias("is_most"),
        pl.col("state").map_elements(message_words.state, pl.String).alias("named"),
        pl.col("week_on").map_elements(words.date, pl.String).alias("week"),
    ).with_columns(
        # One message is seen beside hundreds.
        (pl.col("foot") - pl.max_horizontal(_BAR * pl.col("n") / most, pl.lit(2.0))).alias("top"),
        (pl.col("foot") - 7.0).alias("count_at"),
    )  # fmt: skip


def _names(frame: pl.DataFrame, states: list[str]) -> pl.DataFrame:
    counts = dict(frame.group_by("state").len().iter_rows())
    rows = []
    for place, name in enumerate(states):
        told, status = message_words.STATES[name]
        shape = f"{_SHAPES[status]} " if status else ""
        foot = _foot(place)
        rows.append({"name_at": foot - _BAR - _LABEL, "foot": foot, "told": f"{shape}{told} · {counts[name]:,}"})
    return pl.DataFrame(rows, schema={"name_at": pl.Float64, "foot": pl.Float64, "told": pl.String})


def _foot(place: int) -> float:
    return float(_ROW * (place + 1))


def _weeks(first: datetime.date, end: datetime.date) -> alt.Scale:
    ends = (first - 4 * _DAY, end + 4 * _DAY)
    days = [alt.DateTime(year=day.year, month=day.month, date=day.day, utc=True) for day in ends]
    return alt.Scale(domain=days, type="utc", nice=False)


def ghost(colours: Palette) -> alt.LayerChart:
    """How it will look: made-up messages in grey, for the empty state."""
    grey = dataclasses.replace(colours, line=colours.past, ink=colours.soft)
    last = datetime.date(2026, 3, 30)
    rows = [
        {"state": state, "kind": "impact", "changed_at": datetime.datetime.combine(
            last - 7 * week * _DAY, datetime.time(6), datetime.UTC)}
        for state, weeks in (("pending", (0, 0, 1)), ("sent", (0, 1, 2, 2, 4, 5, 5, 5, 8, 9)))
        for week in weeks
    ]  # fmt: skip
    return by_week(pl.DataFrame(rows), last, grey)
