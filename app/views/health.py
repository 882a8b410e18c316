"""Data health: how old each source is, how much is linked, what could not be read, which checks ask for something."""

import polars as pl

from app import health_charts, line_chart, parts, queries, words
from app.charts import Palette
from app.parts import Cell, Page
from app.queries import Serving
from pipelines.clock import now
from pipelines.settings import load_settings


def body(page: Page) -> None:
    """Draw the sentence, the ages, the coverage, and what was set aside."""
    version, palette = page.version, page.palette
    sources, checks = queries.sources(version), queries.checks(version)
    if sources.is_empty():
        parts.empty("No source was ever read.", parts.FIRST_RUN, line_chart.ghost(palette))
        return
    limit = load_settings().freshness.stale_after_hours * 3600.0
    aged = _aged(sources, limit)
    quarantine = queries.quarantine(version)
    acts, watches = (set(checks.filter(pl.col("status") == status)["check_name"]) for status in ("act", "watch"))
    sentence = words.health_sentence(
        len(aged), len(aged.filter(pl.col("status") != "ok")), len(acts), len(watches - acts),
        int(quarantine["n"].sum()),
    )  # fmt: skip
    parts.answer(f"data read {words.moment(queries.as_of(version))} UTC · every source and team", sentence)
    parts.section("Sources", f"One row per source; stale after {words.duration(limit)}.")
    parts.picture(health_charts.freshness(aged, limit, palette), "freshness")
    _source_table(aged, palette)
    _checks(checks, palette)
    _refusals(version, palette)
    _quarantine(quarantine, palette)


def _aged(sources: pl.DataFrame, limit: float) -> pl.DataFrame:
    moment = now()
    age = (pl.lit(moment) - pl.col("last_observed_at")).dt.total_seconds().cast(pl.Float64)
    bad = pl.col("last_status") != "ok"
    return sources.with_columns(
        pl.format("{} · {}", "source", pl.col("instance").fill_null("never")).alias("name"),
        age.clip(0).fill_null(0).alias("age_seconds"),
        pl.col("last_error").fill_null("no error").alias("detail"),
        pl.when(bad.fill_null(False)).then(pl.lit("act")).when((age > limit).fill_null(True)).then(pl.lit("watch"))
        .otherwise(pl.lit("ok")).alias("status"),
    )  # fmt: skip


def _source_table(aged: pl.DataFrame, palette: Palette) -> None:
    rows = [
        [
            Cell({"ok": "fresh", "watch": "stale", "act": "failed"}[row["status"]], status=row["status"], kind="fixed"),
            Cell(row["name"], kind="fixed"),
            Cell(words.moment(row["last_observed_at"]), kind="number"),
            Cell(words.moment(row["newest_event_at"]), kind="number"),
            Cell(f"{row['raw_records'] or 0:,}", kind="number"),
            Cell(f"{row['current_events'] or 0:,}", kind="number"),
            Cell(row["last_error"] or "none", kind="long"),
        ]
        for row in aged.iter_rows(named=True)
    ]
    heads = ("State", "Source", "Last read (UTC)", "Newest event (UTC)", "Records", "Events", "Last error")
    parts.table(heads, rows, palette)


def _checks(checks: pl.DataFrame, palette: Palette) -> None:
    parts.section("What is linked, and what is in order", "One bar per check, the worst first.")
    if checks.is_empty():
        parts.note("No check has run yet; `storyline transform` runs them.")
        return
    # A check over everything stands for its parts; the table beneath tells the parts.
    whole = pl.col("scope").fill_null("all") == "all"
    shown = checks.filter((pl.col("total") > 0) & (whole | ~whole.any().over("check_name"))).head(16)
    parts.picture(health_charts.coverage(_told(shown), palette), "coverage")
    several = (~whole & (pl.col("status") != "ok")).any().over("check_name")
    asking = checks.filter((pl.col("status") != "ok") & (~whole | ~several))
    rows = [
        [
            Cell(row["status"], status=row["status"], kind="fixed"),
            Cell(row["check_name"].replace("_", " "), kind="long"),
            Cell(row["scope"] or "all", kind="fixed"),
            Cell(f"{row['linked'] or 0:,} of {row['total'] or 0:,}", kind="number"),
            Cell(words.percent(row["share"]), kind="number"),
        ]
        for row in asking.iter_rows(named=True)
    ]
    if rows:
        parts.section("Checks that ask for something")
        parts.table(("Status", "Check", "Scope", "n", "Share"), rows, palette)


def _told(checks: pl.DataFrame) -> pl.DataFrame:
    shape = pl.col("status").replace_strict({"ok": "●", "watch": "▲", "act": "■"}, default="○")
    share = pl.col("share").map_elements(words.percent, pl.String)
    return checks.with_columns(
        pl.concat_str(
            pl.col("check_name").str.replace_all("_", " "),
            pl.when(pl.col("scope").fill_null("all") == "all").then(pl.lit("")).otherwise(pl.format(" · {}", "scope")),
        ).alias("name"),
        pl.format("{} · {} of {} {} {}", share, "linked", "total", shape, "status").alias("told"),
        pl.format("{} {}", share, shape).alias("brief"),
    )  # fmt: skip


def _refusals(version: Serving, palette: Palette) -> None:
    refusals = queries.refusals(version)
    if refusals.is_empty():
        return
    parts.section("Why things were not linked")
    rows = [
        [Cell(f"{row['n']:,}", kind="number"), Cell(f"{row['from_kind']} → {row['to_kind']}", kind="fixed"),
         Cell(row["reason"] or "no reason given", kind="long")]
        for row in refusals.iter_rows(named=True)
    ]  # fmt: skip
    parts.table(("n", "Link", "Reason"), rows, palette)


def _quarantine(quarantine: pl.DataFrame, palette: Palette) -> None:
    parts.section("Quarantine", "Records that could not be read; each is tried again after a change of its mapping.")
    if quarantine.is_empty():
        parts.note("Nothing is in quarantine.")
        return
    rows = [
        [Cell(f"{row['n']:,}", kind="number"), Cell(f"{row['source']} · {row['stream']}", kind="fixed"),
         Cell(row["reason"] or "", kind="long"), Cell(row["example"] or "", kind="fixed"),
         Cell(words.date(row["last_at"]), kind="number")]
        for row in quarantine.iter_rows(named=True)
    ]  # fmt: skip
    parts.table(("n", "Stream", "Reason", "Example", "Last seen"), rows, palette)


parts.view("Data health", body)
