"""Pictures: a frame and a palette in, an Altair chart out. Pure; the one place that knows colours.

Rows are placed by pixel (`scale=None`), so that labels stand above their bars and never collide at any width.
"""

import datetime
from dataclasses import dataclass
from typing import Any

import altair as alt
import polars as pl

from app import words

FONT = "Source Sans, sans-serif"
STAGES = ("interviewed", "backlog", "spec", "code_complete", "reviewed", "production")


@dataclass(frozen=True)
class Palette:
    """One theme's colours. `stages` go from light to dark along the line; statuses always come with a shape."""

    ground: str
    ink: str
    soft: str
    hair: str
    accent: str
    line: str
    past: str
    stages: tuple[str, ...]
    edge: str
    ok: str
    watch: str
    act: str

    def stage(self, milestone: str) -> str:
        """The colour of the stage that this milestone opens; a start stands in for a spec."""
        name = "spec" if milestone == "started" else milestone
        return self.stages[STAGES.index(name)] if name in STAGES else self.soft

    def pale(self, colour: str) -> str:
        """A colour mixed with the ground: what it marks still goes on."""
        mixed = (round(0.4 * int(colour[i : i + 2], 16) + 0.6 * int(self.ground[i : i + 2], 16)) for i in (1, 3, 5))
        return "#" + "".join(f"{channel:02x}" for channel in mixed)

    def status(self, name: str) -> str:
        """The colour of a check's status."""
        return {"ok": self.ok, "watch": self.watch, "act": self.act}.get(name, self.soft)


# Okabe-Ito's hues, shifted until text in them reaches 4.5 to 1 on the ground.
LIGHT = Palette(
    ground="#ffffff", ink="#1b1f24", soft="#57616c", hair="#dfe3e8", accent="#b34700", line="#0072b2", past="#8a939d",
    stages=("#cfe5f5", "#9ecae9", "#64a9d8", "#2f84bd", "#0b5f94", "#073b5e"), edge="#5d8fb3",
    ok="#00704f", watch="#8a5a00", act="#b3360b",
)  # fmt: skip
DARK = Palette(
    ground="#12161b", ink="#e8ebee", soft="#a9b3be", hair="#2c343d", accent="#ff9d5c", line="#56b4e9", past="#7d8894",
    stages=("#dceefa", "#aed7f2", "#7dbce5", "#4f9dd0", "#347fb3", "#286490"), edge="#8fb9d6",
    ok="#35c496", watch="#e9b04a", act="#ff8a5c",
)  # fmt: skip


def palette(theme: str | None) -> Palette:
    """The colours for a theme; light where it is not known."""
    return DARK if theme == "dark" else LIGHT


@alt.theme.register("storyline", enable=True)
def _theme() -> alt.theme.ThemeConfig:
    return alt.theme.ThemeConfig(
        config={
            "background": "transparent",
            "font": FONT,
            "view": {"stroke": None},
            "axis": {"labelFontSize": 12, "titleFontSize": 12, "titleFontWeight": "normal", "domain": False,
                     "tickSize": 4, "labelPadding": 4, "grid": False},
            "text": {"fontSize": 13, "baseline": "middle", "align": "left"},
        }
    )  # fmt: skip


def finish(chart: Any, colours: Palette, height: int) -> alt.LayerChart:
    """Give a layered chart its height and the theme's ink."""
    # Rows are placed by pixel: the height is the plot's own, so only the width may be fitted.
    fit = alt.AutoSizeParams(type="fit-x", contains="padding")
    drawn: alt.LayerChart = chart.properties(height=height, autosize=fit).configure_axis(
        labelColor=colours.soft, titleColor=colours.soft, tickColor=colours.hair, gridColor=colours.hair
    )
    return drawn


def pixel(field: str) -> alt.Y:
    """A vertical place in pixels from the top."""
    return alt.Y(f"{field}:Q", scale=None, axis=None)


def unit(seconds: float) -> tuple[str, float]:
    """The unit in which an axis that reaches this far is read, and its length in seconds."""
    for name, size in (("y", 365.25 * 86400), ("d", 86400.0), ("h", 3600.0), ("min", 60.0)):
        if seconds >= 2 * size:
            return name, size
    return "s", 1.0


def highest(*columns: pl.Series) -> float:
    """The largest number in these columns; 0 where there is none."""
    return max((float(value) for column in columns for value in column.drop_nulls()), default=0.0)


METRICS = {
    "lead_time": ("Change lead time", "seconds"),
    "frequency": ("Deployments", "count"),
    "fail_rate": ("Change fail rate", "share"),
    "recovery": ("Recovery time", "seconds"),
    "rework": ("Rework rate", "share"),
}
_PLOT, _COUNTS, _WIDTH = 60, 14, 9


Span = tuple[datetime.date, datetime.date]


def weeks(frame: pl.DataFrame, metric: str, span: Span, colours: Palette) -> alt.LayerChart:
    """One delivery metric by week: its line or bars, the band to p85 where there is one, and n beneath.

    `frame` has one row per week of the metric: `week_on, value, high, n, is_now`; the span before is grey. `span` is
    the first and the last week of all metrics, so that they stand on one axis of time.
    """
    kind = METRICS[metric][1]
    peak = highest(frame["value"], frame["high"])
    name, size = unit(peak) if kind == "seconds" else ("%", 0.01) if kind == "share" else ("", 1.0)
    rows = _told(frame, metric, size, colours)
    label = f"datum.value + '{' ' + name if name else ''}'"
    axis = alt.Axis(tickCount=3, grid=True, labelExpr=label, title=None, minExtent=48, maxExtent=48, ticks=False)
    scale = alt.Scale(domain=[0, peak / size * 1.08 or 1], range=[_PLOT, 0], nice=False)
    y = alt.Y("shown:Q", scale=scale, axis=axis)
    month = alt.Axis(title=None, format="%b %Y", tickCount={"interval": "month", "step": 1}, labelOverlap=True)
    hover = [alt.Tooltip("week:N"), alt.Tooltip("told:N", title=METRICS[metric][0]), alt.Tooltip("n:Q", title="n")]
    hover += [alt.Tooltip("p85:N", title="p85")] if rows["high"].count() else []
    hover.append(alt.Tooltip("mart:N"))
    base = alt.Chart(rows).encode(
        x=alt.X("week_on:T", axis=month, scale=_around(span)), tooltip=hover, color=alt.Color("colour:N", scale=None)
    )
    values = alt.layer(*_values(base, y, kind, bool(rows["high"].count())), *_peak(rows, y, span, colours))
    if metric == "frequency":
        return finish(values, colours, _PLOT)
    counts = base.mark_bar(width=_WIDTH, opacity=0.45).encode(y=pixel("count_top"), y2="count_foot:Q")
    text = alt.Chart(rows.head(1)).mark_text(align="right", color=colours.soft, fontSize=12, dx=-4)
    text = text.encode(x=alt.value(0), y=alt.value(_PLOT + 10 + _COUNTS / 2), text="most:N")
    return finish(alt.layer(values, counts, text).resolve_scale(y="independent"), colours, _PLOT + 10 + _COUNTS)


def _around(span: Span) -> alt.Scale:
    """The weeks of a span with room for the first and the last bar."""
    first, last = (day + datetime.timedelta(days=days) for day, days in zip(span, (-4, 4), strict=True))
    days = [alt.DateTime(year=day.year, month=day.month, date=day.day, utc=True) for day in (first, last)]
    return alt.Scale(domain=days, type="utc", nice=False)


def _told(frame: pl.DataFrame, metric: str, size: float, colours: Palette) -> pl.DataFrame:
    kind, most = METRICS[metric][1], max([1, *frame["n"].to_list()])
    told = words.duration if kind == "seconds" else words.percent if kind == "share" else "{:,.0f}".format
    return frame.with_columns(
        (pl.col("value") / size).alias("shown"), (pl.col("high") / size).alias("top"),
        (_PLOT + 10 + _COUNTS - _COUNTS * pl.col("n") / most).alias("count_top"),
        pl.lit(float(_PLOT + 10 + _COUNTS)).alias("count_foot"), pl.lit(f"n ≤ {most:,}").alias("most"),
        pl.lit("agg_dora_weekly").alias("mart"),
        pl.when("is_now").then(pl.lit(colours.line)).otherwise(pl.lit(colours.past)).alias("colour"),
        pl.col("week_on").map_elements(words.date, pl.String).alias("week"),
        pl.col("value").map_elements(told, pl.String).alias("told"),
        pl.col("high").map_elements(told, pl.String).alias("p85"),
    )  # fmt: skip


def _values(base: Any, y: alt.Y, kind: str, has_band: bool) -> list[Any]:
    if kind != "seconds":
        return [base.mark_bar(width=_WIDTH).encode(y=y)]
    band = [base.mark_area(opacity=0.16).encode(y=y, y2="top:Q")] if has_band else []
    return [*band, base.mark_line(strokeWidth=2).encode(y=y), base.mark_circle(size=28, opacity=1).encode(y=y)]


def _peak(rows: pl.DataFrame, y: alt.Y, span: Span, colours: Palette) -> list[Any]:
    """Name the band where it is highest in the present span."""
    now = rows.filter(pl.col("is_now") & pl.col("high").is_not_null()).sort("high", descending=True).head(1)
    if now.is_empty():
        return []
    top = y.copy()
    top.shorthand = "top:Q"
    named = now.with_columns(pl.format("p85 {}", "p85").alias("name"))
    is_late = (named["week_on"][0] - span[0]) > 0.75 * (span[1] - span[0])
    mark = alt.Chart(named).mark_text(
        color=colours.soft, fontSize=12, dx=-6 if is_late else 6, dy=-6, align="right" if is_late else "left"
    )
    return [mark.encode(x="week_on:T", y=top, text="name:N")]


def ghost_weeks(colours: Palette) -> alt.LayerChart:
    """How a delivery metric will look: made-up weeks in grey, for the empty state."""
    start = datetime.date(2026, 1, 5)
    rows = [
        {"week_on": start + datetime.timedelta(weeks=week), "value": 3600.0 * (20 + 9 * (week % 4)), "is_now": False,
         "high": 3600.0 * (44 + 13 * (week % 3)), "n": 4 + week * 7 % 9}
        for week in range(26)
    ]  # fmt: skip
    return weeks(pl.DataFrame(rows), "lead_time", (start, start + datetime.timedelta(weeks=25)), colours)
