"""The loop: how long the last finished stories took, and which part of the line took longest."""

import polars as pl

from app import line_chart, parts, queries, words
from app.charts import Palette
from app.parts import Cell, Page
from app.queries import Scope

CLOSING = ("production", "done")
ASKED = "Elapsed time between the first times that the milestones were reached; mart fct_stories."


def body(page: Page) -> None:
    """Draw the sentence, the line and the table."""
    scope = parts.filters(page)
    stages = queries.line_of_stories(page.version, scope)
    if stages.is_empty():
        _open_stories(page, scope)
        return
    medians = queries.median_stages(page.version, scope)
    totals, span = _totals(stages)
    slowest = medians.sort("median_seconds", descending=True).row(0, named=True) if len(medians) > 1 else None
    longest = (slowest["stage_from"], slowest["stage_to"], slowest["median_seconds"]) if slowest else None
    number = stages["story_key"].n_unique()
    sentence = words.loop_sentence(totals, span, longest, number - len(totals))
    parts.answer(_scope(page, scope, "last finished stories"), sentence, ASKED)
    parts.picture(line_chart.line(stages, medians, page.palette, parts.story_address), "line")
    parts.note(_caption(stages))
    parts.section("The stories", "A key opens the story's own events.")
    _table(stages, page.palette)


def _scope(page: Page, scope: Scope, what: str) -> str:
    return parts.scope_words(scope, what, f"data read {words.moment(queries.as_of(page.version))} UTC")


def _open_stories(page: Page, scope: Scope) -> None:
    """Nothing is finished: show how far the open stories are, or teach when there are none."""
    stages = queries.line_of_stories(page.version, scope, finished=False)
    if stages.is_empty():
        parts.empty("No story is known yet.", parts.FIRST_RUN, line_chart.ghost(page.palette))
        return
    medians = queries.median_stages(page.version, scope, finished=False)
    ages = stages.filter(pl.col("stage_to") == "now")["end_seconds"].to_list()
    parts.answer(_scope(page, scope, "newest open stories"), words.open_sentence(ages), ASKED)
    parts.picture(line_chart.line(stages, medians, page.palette, parts.story_address), "open")
    parts.note("Top: the median of each stage so far. Below: each open story, newest first; pale is still going on.")
    parts.section("The stories", "A key opens the story's own events.")
    _table(stages, page.palette)


def _totals(stages: pl.DataFrame) -> tuple[list[float], tuple[str, str]]:
    """Seconds of each story from backlog to production where most of them are linked to it, else to its finish."""
    each = stages.group_by("story_key", maintain_order=True).agg(pl.col("is_in_production").first())
    linked, number = int(each["is_in_production"].sum()), len(each)
    begins = stages.filter(pl.col("stage_from") == "backlog").select("story_key", begin="start_seconds")
    last = pl.col("stage_to") == "production" if 2 * linked >= number else pl.col("stage_to").is_in(CLOSING)
    both = begins.join(stages.filter(last).select("story_key", end="end_seconds"), on="story_key")
    end = "production" if 2 * linked >= number else "finished" if linked else "done"
    return (both["end"] - both["begin"]).to_list(), ("backlog", end)


def _caption(stages: pl.DataFrame) -> str:
    text = "Top: the median of each stage that at least half of the stories know. Below: each story, newest first."
    without = stages.filter(~pl.col("is_in_production"))["story_key"].n_unique()
    if without == stages["story_key"].n_unique():
        return f"{text} None of them has a linked production deployment; their lines run from created to done."
    return f"{text} {without} without a linked production deployment end at done." if without else text


def _table(stages: pl.DataFrame, palette: Palette) -> None:
    rows = []
    for _, story in stages.group_by("story_key", maintain_order=True):
        first = story.row(0, named=True)
        slowest = story.sort("duration_seconds", descending=True).row(0, named=True)
        part = words.stage(slowest["stage_from"], slowest["stage_to"])
        rows.append([
            Cell(first["story_key"], href=parts.story_address(first["story_key"]), kind="fixed"),
            Cell(first["title"] or "", kind="long"),
            Cell(first["team"] or "no team", kind="fixed"),
            Cell(words.date(first["finished_at"]) if first["finished_at"] else "open", kind="number"),
            Cell(words.duration(story["end_seconds"][-1]), kind="number"),
            Cell(f"{part}, {words.duration(slowest['duration_seconds'])}", kind="fixed"),
        ])  # fmt: skip
    parts.table(("Story", "Title", "Team", "Finished", "Whole line", "Longest part"), rows, palette)


parts.view("The loop", body)
