"""One story's own line: lanes of events, its visits to statuses, milestones as verticals. Pure."""

from datetime import datetime, timedelta
from typing import Any

import altair as alt
import polars as pl

from app import words
from app.charts import Palette, finish, pixel

# Pixels of a label row, a lane and the lanes' names; letters that fit across a narrow picture.
_HEAD, _LANE, _GUTTER, _LETTERS = 20, 36, 88, 40
_CATEGORIES = {"to_do": 0, "in_progress": 2, "done": 4}


def timeline(
    events: pl.DataFrame, visits: pl.DataFrame, milestones: list[tuple[str, datetime]], end: datetime, colours: Palette
) -> alt.LayerChart:
    """Draw a story from its first event to `end`.

    `events`: `occurred_at, lane, label`; `visits`: `status, status_category, entered_at, left_at`, an open visit
    ends at `end`; `milestones`: name and moment, in order.
    """
    moments = [*events["occurred_at"], *visits["entered_at"], *(at for _, at in milestones), end]
    first, last = min(moments), max(moments)
    labels = _labels(milestones, first, max((last - first).total_seconds(), 60.0))
    top = float(_HEAD * (1 + max((label["row"] for label in labels), default=-1)) + 8)
    lanes = [*(["status"] if len(visits) else []), *events["lane"].unique(maintain_order=True).to_list()]
    middles = {lane: top + _LANE * (index + 0.5) for index, lane in enumerate(lanes)}
    height = int(top + _LANE * len(lanes))
    # The lanes' names stand in a gutter of their own, left of the first moment.
    scale = alt.Scale(type="utc", domain=[_stamp(first), _stamp(last)], range=[_GUTTER, {"expr": "width - 12"}],
                      nice=False)  # fmt: skip
    form = "%-d %b %Y" if last - first > timedelta(days=6) else "%-d %b, %H:%M"
    axis = alt.Axis(title=None, tickCount={"expr": "width / 160"}, format=form, labelOverlap=True, grid=False)
    x = alt.X("at:T", scale=scale, axis=axis)
    layers = _lanes(middles, colours)
    layers += _milestones(labels, x, height, colours) if labels else []
    layers += _visits(visits, x, end, (last - first) * 0.08, middles["status"], colours) if len(visits) else []
    layers.append(_points(events, middles, x, colours))
    return finish(alt.layer(*layers), colours, height)


def _stamp(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def _labels(milestones: list[tuple[str, datetime]], first: datetime, seconds: float) -> list[dict[str, Any]]:
    """Give each moment one label, in the first row where it touches no other; late ones stand left of their line."""
    names: dict[datetime, list[str]] = {}
    for name, at in milestones:
        names.setdefault(at, []).append(words.MILESTONES[name])
    taken: list[list[tuple[float, float]]] = []
    labels = []
    for at, told in names.items():
        place, text = (at - first).total_seconds() / seconds, ", ".join(told)
        is_late, width = place > 0.6, len(text) / _LETTERS
        left, right = (place - width, place) if is_late else (place, place + width)
        row = next((index for index, used in enumerate(taken) if all(right < a or left > b for a, b in used)), None)
        if row is None:
            row = len(taken)
            taken.append([])
        taken[row].append((left, right))
        labels.append({"at": at, "name": text, "row": row, "is_late": is_late, "label_at": row * _HEAD + 8.0})
    return labels


def _milestones(labels: list[dict[str, Any]], x: alt.X, height: int, colours: Palette) -> list[Any]:
    base = alt.Chart(pl.DataFrame(labels).with_columns(foot=pl.lit(float(height)))).encode(x=x)
    text = base.encode(y=pixel("label_at"), text="name:N")
    lines = base.mark_rule(color=colours.soft, strokeWidth=1, opacity=0.7)
    marks: list[Any] = [lines.encode(y=pixel("label_at"), y2="foot:Q")]
    # A halo of the ground keeps a label readable where another line passes behind it.
    halo = {"stroke": colours.ground, "strokeWidth": 5}
    for look in (halo, {"color": colours.ink}):
        early, late = text.transform_filter("!datum.is_late"), text.transform_filter("datum.is_late")
        marks.append(early.mark_text(dx=4, align="left", fontSize=12, **look))
        marks.append(late.mark_text(dx=-4, align="right", fontSize=12, **look))
    return marks


def _visits(
    visits: pl.DataFrame, x: alt.X, end: datetime, room: timedelta, middle: float, colours: Palette
) -> list[Any]:
    tones = {name: colours.stages[tone] for name, tone in _CATEGORIES.items()}
    rows = visits.select(
        pl.col("entered_at").alias("at"), pl.col("left_at").fill_null(end).alias("to"), "status",
        pl.col("duration_seconds").map_elements(words.exact, pl.String).fill_null("still in it").alias("took"),
        pl.col("status_category").replace_strict(tones, default=colours.past).alias("colour"),
        pl.lit(middle - 9).alias("bar"), pl.lit(middle + 9).alias("foot"), pl.lit(middle).alias("middle"),
        pl.when(pl.col("status_category") == "done").then(pl.lit("#ffffff")).otherwise(pl.lit("#1b1f24")).alias("ink"),
    )  # fmt: skip
    hover = [alt.Tooltip("status:N"), alt.Tooltip("took:N", title="for")]
    bars = alt.Chart(rows).mark_rect(stroke=colours.ground, strokeWidth=1)
    names = alt.Chart(rows.filter(pl.col("to") - pl.col("at") > room)).mark_text(fontSize=12, dx=6)
    fill, ink = alt.Color("colour:N", scale=None), alt.Color("ink:N", scale=None)
    return [
        bars.encode(x=x, x2="to:T", y=pixel("bar"), y2="foot:Q", color=fill, tooltip=hover),
        names.encode(x=x, y=pixel("middle"), text="status:N", color=ink),
    ]


def _points(events: pl.DataFrame, middles: dict[str, float], x: alt.X, colours: Palette) -> Any:
    rows = events.select(
        pl.col("occurred_at").alias("at"), "label",
        pl.col("occurred_at").map_elements(words.moment, pl.String).alias("when"),
        pl.col("lane").replace_strict(middles, return_dtype=pl.Float64).alias("middle"),
    )  # fmt: skip
    hover = [alt.Tooltip("label:N", title="event"), alt.Tooltip("when:N", title="UTC")]
    points = alt.Chart(rows).mark_circle(color=colours.line, size=72, opacity=0.8, stroke=colours.ground)
    return points.encode(x=x, y=pixel("middle"), tooltip=hover)


def _lanes(middles: dict[str, float], colours: Palette) -> list[Any]:
    rows = pl.DataFrame({"name": list(middles), "middle": list(middles.values())})
    base = alt.Chart(rows).encode(y=pixel("middle"))
    wide = {"x": alt.value(_GUTTER), "x2": alt.value({"expr": "width"})}
    return [
        base.mark_rule(color=colours.hair).encode(**wide),
        base.mark_text(color=colours.soft, limit=_GUTTER - 8).encode(x=alt.value(0), text="name:N"),
    ]
