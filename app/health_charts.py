"""Pictures of the data itself: how old each source is, and how much of what should be linked is. Pure."""

from typing import Any

import altair as alt
import polars as pl

from app import words
from app.charts import Palette, finish, highest, pixel, unit

_ROW, _BAR = 44, 10
_SHAPES = {"ok": "circle", "watch": "triangle-up", "act": "square"}


def freshness(frame: pl.DataFrame, limit_seconds: float, colours: Palette) -> alt.LayerChart:
    """One row per source, a mark at its age and a line where it counts as stale.

    `frame`: `name, detail, age_seconds, status` (ok, watch or act).
    """
    longest = max(highest(frame["age_seconds"]), limit_seconds)
    name, size = unit(longest)
    rows = _placed(frame).with_columns(
        (pl.col("age_seconds") / size).alias("age"),
        pl.col("age_seconds").map_elements(lambda age: f"{words.duration(age)} ago", pl.String).alias("told"),
    )
    x = alt.X("age:Q", scale=alt.Scale(domain=[0, longest / size * 1.25], nice=False), axis=alt.Axis(
        title="time since it was last read", titleAnchor="start", grid=True, tickCount=6,
        labelExpr=f"datum.value + ' {name}'"))  # fmt: skip
    hover = [alt.Tooltip("name:N"), alt.Tooltip("detail:N"), alt.Tooltip("told:N", title="read")]
    base = alt.Chart(rows).encode(y=pixel("middle"), tooltip=hover)
    stem = base.mark_rule(color=colours.soft, strokeWidth=2).encode(x=_from(x), x2="age:Q")
    limit = alt.Chart(pl.DataFrame({"age": [limit_seconds / size], "told": ["stale"]})).encode(x=x)
    layers = [
        limit.mark_rule(color=colours.soft, strokeDash=[4, 3]),
        limit.mark_text(color=colours.soft, dx=4, fontSize=12).encode(y=alt.value(8), text="told:N"),
        *_names(rows, colours), stem, _marks(base, x, colours),
        base.mark_text(color=colours.ink, dx=10).encode(x=x, text="told:N"),
    ]  # fmt: skip
    return finish(alt.layer(*layers), colours, _ROW * len(rows) + 8)


def coverage(frame: pl.DataFrame, colours: Palette) -> alt.LayerChart:
    """One bar per check, from nothing to all that could be linked. `frame`: `name, share, told, brief, status`."""
    rows = _placed(frame).with_columns(
        pl.lit(1.0).alias("all"), (pl.col("middle") - _BAR / 2).alias("top"),
        (pl.col("middle") + _BAR / 2).alias("foot"),
        pl.col("status").map_elements(colours.status, pl.String).alias("tone"),
    )  # fmt: skip
    x = alt.X("share:Q", scale=alt.Scale(domain=[0, 1], nice=False), axis=alt.Axis(
        title="share of all that could be", titleAnchor="start", values=[0, 0.25, 0.5, 0.75, 1],
        labelExpr="round(datum.value * 100) + ' %'"))  # fmt: skip
    hover = [alt.Tooltip("name:N", title="check"), alt.Tooltip("told:N"), alt.Tooltip("status:N")]
    text = alt.value({"expr": "width < 480 ? datum.brief : datum.told"})
    base = alt.Chart(rows).encode(y=pixel("top"), y2="foot:Q", tooltip=hover)
    layers = [
        base.mark_rect(color=colours.hair).encode(x=_from(x), x2="all:Q"),
        base.mark_rect(color=colours.line).encode(x=_from(x), x2="share:Q"),
        *_names(rows, colours),
        alt.Chart(rows).mark_text(align="right").encode(
            x=alt.value({"expr": "width"}), y=pixel("name_at"), text=text, color=alt.Color("tone:N", scale=None)),
    ]  # fmt: skip
    return finish(alt.layer(*layers), colours, _ROW * len(rows) + 8)


def _from(x: alt.X) -> alt.X:
    start = x.copy()
    start.shorthand = "zero:Q"
    return start


def _placed(frame: pl.DataFrame) -> pl.DataFrame:
    index = pl.int_range(pl.len()).cast(pl.Float64) * _ROW
    return frame.with_columns(
        (index + 12.0).alias("name_at"), (index + 30.0).alias("middle"), pl.lit(0.0).alias("zero")
    )


def _names(rows: pl.DataFrame, colours: Palette) -> list[Any]:
    text = alt.Chart(rows).mark_text(color=colours.ink, limit={"expr": "width < 480 ? width - 72 : width - 200"})
    return [text.encode(x=alt.value(0), y=pixel("name_at"), text="name:N")]


def _marks(base: Any, x: alt.X, colours: Palette) -> Any:
    statuses = list(_SHAPES)
    return base.mark_point(size=70, filled=True, opacity=1).encode(
        x=x,
        shape=alt.Shape("status:N", scale=alt.Scale(domain=statuses, range=list(_SHAPES.values())), legend=None),
        color=alt.Color(
            "status:N", legend=None,
            scale=alt.Scale(domain=statuses, range=[colours.status(status) for status in statuses]),
        ),
    )  # fmt: skip
