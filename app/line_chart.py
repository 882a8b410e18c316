"""The line of the last finished stories, to scale: the median of each stage on top, every story beneath. Pure."""

from collections.abc import Callable
from typing import Any

import altair as alt
import polars as pl

from app import words
from app.charts import Palette, finish, highest, pixel, unit

# Pixels from the top: the medians' labels, their band, the funnel down to scale, then one row per story.
_LABEL, _BAND, _FUNNEL, _MEDIAN, _ROWS, _ROW, _BAR = 10, 56, 62, 86, 126, 40, 14
_SHORT = {"backlog": "backlog", "spec": "spec", "started": "start", "code_complete": "code", "reviewed": "review",
          "production": "live", "full_rollout": "100 %", "done": "done"}  # fmt: skip


def line(
    stages: pl.DataFrame, medians: pl.DataFrame, colours: Palette, address: Callable[[str], str]
) -> alt.LayerChart:
    """Draw the last finished stories.

    `stages`: a row per story and stage, newest story first: `story_key, title, stage_from, stage_to, start_seconds,
    end_seconds, duration_seconds, is_out_of_order, finished_at, status`. `medians`: a row per stage: `stage_from,
    stage_to, median_seconds, n`. `address` turns a story's key into the address of its view.
    """
    longest = max(highest(stages["end_seconds"]), float(medians["median_seconds"].clip(0).sum()), 1.0)
    name, size = unit(longest)
    domain = [-highest(-stages["start_seconds"], -stages["end_seconds"]) / size, longest / size * 1.1]
    # Without medians there is no head, and the stories begin at the top.
    top = _ROWS if len(medians) else 0
    rows = _rows(stages, top, colours, size, address)
    height = top + _ROW * rows["story_key"].n_unique()
    ticks = _ticks(longest * 1.1 / size)
    axis = alt.Axis(title="time since the first step, to scale", titleAnchor="start", values=ticks,
                    labelExpr=f"datum.value + ' {name}'", labelOverlap=True)  # fmt: skip
    x = alt.X("from:Q", scale=alt.Scale(domain=domain, nice=False), axis=axis)
    layers = [*_story_layers(rows, x, colours), *_median_layers(medians, x, colours, size, longest)]
    grid = pl.DataFrame({"from": ticks}).with_columns(top=pl.lit(max(top - 44.0, 0.0)), foot=pl.lit(float(height)))
    lines = alt.Chart(grid).mark_rule(color=colours.hair).encode(x=x, y=pixel("top"), y2="foot:Q")
    return finish(alt.layer(lines, *layers), colours, height)


def _ticks(length: float) -> list[float]:
    """At most nine round numbers from zero up to a length."""
    steps = (step * 10**power for power in range(9) for step in (1, 2, 5))
    step = next(step for step in steps if length / step <= 9)
    return [float(step * index) for index in range(int(length / step) + 1)]


def _rows(
    stages: pl.DataFrame, start: int, colours: Palette, size: float, address: Callable[[str], str]
) -> pl.DataFrame:
    keys = stages["story_key"].unique(maintain_order=True).to_list()
    records = []
    for row in stages.iter_rows(named=True):
        top = start + _ROW * keys.index(row["story_key"])
        first, last = sorted((row["start_seconds"], row["end_seconds"]))
        records.append({
            "story_key": row["story_key"], "story": _name(row), "href": address(row["story_key"]),
            "stage": words.stage(row["stage_from"], row["stage_to"]), "took": words.exact(row["duration_seconds"]),
            "from": first / size, "to": last / size, "end_seconds": row["end_seconds"], "mart": "fct_stories",
            "title_at": top + 8.0, "top": top + 18.0, "foot": top + 18.0 + _BAR, "middle": top + 18.0 + _BAR / 2,
            "colour": _colour(row, colours),
            "is_backwards": row["duration_seconds"] < 0, "is_out_of_order": bool(row["is_out_of_order"]),
        })  # fmt: skip
    return pl.DataFrame(records, infer_schema_length=None)


def _name(row: dict[str, Any]) -> str:
    """Key and title, and for an open story the status that it is in."""
    status = f" · {row['status']}" if row["finished_at"] is None and row["status"] else ""
    return f"{row['story_key']}  {row['title'] or ''}{status}"


def _colour(row: dict[str, Any], colours: Palette) -> str:
    """The stage's colour; one that still goes on is pale."""
    colour = colours.stage(row["stage_from"])
    return colours.pale(colour) if row["stage_to"] == "now" else colour


def _story_layers(rows: pl.DataFrame, x: alt.X, colours: Palette) -> list[Any]:
    hover = [
        alt.Tooltip("story:N"),
        alt.Tooltip("stage:N"),
        alt.Tooltip("took:N", title="exactly"),
        alt.Tooltip("mart:N"),
    ]
    ends = rows.group_by("story_key", maintain_order=True).agg(
        pl.col("story", "title_at", "middle", "href", "is_out_of_order").first(), pl.col("to").max().alias("from"),
        pl.col("end_seconds").last(),
    )  # fmt: skip
    ends = ends.with_columns(
        total=pl.struct("end_seconds", "is_out_of_order").map_elements(
            lambda row: words.duration(row["end_seconds"]) + (" ▲ out of order" if row["is_out_of_order"] else ""),
            pl.String,
        )
    )
    bars = (
        alt.Chart(rows.filter(~pl.col("is_backwards")))
        .mark_rect(stroke=colours.ground, strokeWidth=1)
        .encode(x=x, x2="to:Q", y=pixel("top"), y2="foot:Q", tooltip=hover, href="href:N",
                color=alt.Color("colour:N", scale=None))
    )  # fmt: skip
    backwards = (
        alt.Chart(rows.filter("is_backwards"))
        .mark_rect(fillOpacity=0, stroke=colours.act, strokeWidth=1.5, strokeDash=[3, 2])
        .encode(x=x, x2="to:Q", y=pixel("top"), y2="foot:Q", tooltip=hover)
    )
    titles = (
        alt.Chart(ends)
        .mark_text(color=colours.ink, limit={"expr": "width - 4"})
        .encode(x=alt.value(0), y=pixel("title_at"), text="story:N", href="href:N")
    )
    totals = (
        alt.Chart(ends)
        .mark_text(color=colours.ink, dx=6, fontWeight=600)
        .encode(x=x, y=pixel("middle"), text="total:N")
    )
    return [bars, *([backwards] if rows["is_backwards"].any() else []), titles, totals]


def _median_layers(medians: pl.DataFrame, x: alt.X, colours: Palette, size: float, longest: float) -> list[Any]:
    if medians.is_empty():
        return []
    slots, start, records, funnels = len(medians), 0.0, [], []
    width = longest * 1.1 / size / slots
    slowest = medians["median_seconds"].max()
    for index, row in enumerate(medians.iter_rows(named=True)):
        length = max(row["median_seconds"] / size, 0.0)
        colour, is_longest = _colour(row, colours), row["median_seconds"] == slowest
        left, right = index * width, (index + 1) * width
        records.append({
            "from": left, "to": right - width * 0.02, "band": float(_BAND), "band_foot": _BAND + 6.0,
            "label_at": float(_LABEL), "took_at": _LABEL + 18.0, "n_at": _LABEL + 35.0, "colour": colour,
            "name": words.stage(row["stage_from"], row["stage_to"]), "slots": slots,
            "short": "→ " + _SHORT.get(row["stage_to"], row["stage_to"]), "n": f"n = {row['n']}",
            "took": words.duration(row["median_seconds"]), "ink": colours.accent if is_longest else colours.ink,
            "at": start, "end": start + length, "exactly": words.exact(row["median_seconds"]),
            "median": float(_MEDIAN), "median_foot": float(_MEDIAN + 20), "under": float(_MEDIAN + 24),
            "is_longest": is_longest,
        })  # fmt: skip
        funnels += [
            {"stage": index, "from": left, "to": right - width * 0.02, "y": float(_FUNNEL), "colour": colour},
            {"stage": index, "from": start, "to": start + length, "y": float(_MEDIAN), "colour": colour},
        ]
        start += length
    return _median_marks(pl.DataFrame(records), pl.DataFrame(funnels), x, colours)


def _median_marks(rows: pl.DataFrame, funnels: pl.DataFrame, x: alt.X, colours: Palette) -> list[Any]:
    hover = [alt.Tooltip("name:N", title="stage"), alt.Tooltip("exactly:N", title="median"), alt.Tooltip("n:N")]
    base, fill = alt.Chart(rows).encode(tooltip=hover), alt.Color("colour:N", scale=None)
    text = base.encode(x=x)
    bar = x.copy()
    bar.shorthand = "at:Q"
    name = alt.value({"expr": "width / datum.slots > 132 ? datum.name : datum.short"})
    return [
        alt.Chart(funnels).mark_area(orient="horizontal", opacity=0.28).encode(
            x=x, x2="to:Q", y=pixel("y"), color=fill, detail="stage:N"),
        base.mark_rect().encode(x=x, x2="to:Q", y=pixel("band"), y2="band_foot:Q", color=fill),
        base.mark_rect(stroke=colours.ground, strokeWidth=1).encode(
            x=bar, x2="end:Q", y=pixel("median"), y2="median_foot:Q", color=fill),
        base.transform_filter("datum.is_longest").mark_rule(color=colours.accent, strokeWidth=3).encode(
            x=bar, x2="end:Q", y=pixel("under")),
        text.mark_text(fontSize=12, color=colours.soft).encode(y=pixel("label_at"), text=name),
        text.mark_text(fontSize=16, fontWeight=600).encode(
            y=pixel("took_at"), text="took:N", color=alt.Color("ink:N", scale=None)),
        text.mark_text(fontSize=12, color=colours.soft).encode(y=pixel("n_at"), text="n:N"),
        *([_median_name(rows, x, colours)] if len(rows) else []),
    ]  # fmt: skip


def _median_name(rows: pl.DataFrame, x: alt.X, colours: Palette) -> Any:
    """Name the band of medians at its end, where the page is wide enough for it."""
    end = rows.tail(1).select(pl.col("end").alias("from"), (pl.col("median") + 10).alias("middle"))
    words_at_end = alt.value({"expr": "width - scale('x', datum.from) > 150 ? 'median of each stage' : ''"})
    return alt.Chart(end).mark_text(color=colours.soft, fontSize=12, dx=8).encode(
        x=x, y=pixel("middle"), text=words_at_end)  # fmt: skip


def ghost(colours: Palette) -> alt.LayerChart:
    """How the line will look: three made-up stories in grey, for the empty state."""
    grey = Palette(**{**vars(colours), "stages": (colours.hair,) * 6, "accent": colours.soft, "ink": colours.soft})
    names = ("interviewed", "backlog", "spec", "code_complete", "reviewed", "production", "full_rollout")
    hours, rows = ((48, 6, 24, 9, 3, 60), (30, 10, 40, 4, 8, 24), (60, 3, 16, 14, 2, 40)), []
    for story, lengths in enumerate(hours):
        at = 0.0
        for first, last, length in zip(names, names[1:], lengths, strict=False):
            rows.append({"story_key": f"STORY-{3 - story}", "title": "a story of yours", "stage_from": first,
                         "stage_to": last, "start_seconds": at, "end_seconds": at + 3600.0 * length,
                         "duration_seconds": 3600.0 * length, "is_out_of_order": False, "finished_at": None,
                         "status": None})  # fmt: skip
            at += 3600.0 * length
    medians = [{"stage_from": first, "stage_to": last, "median_seconds": 3600.0 * length, "n": 3}
               for first, last, length in zip(names, names[1:], (48, 6, 24, 9, 3, 40), strict=False)]  # fmt: skip
    return line(pl.DataFrame(rows), pl.DataFrame(medians), grey, str)
