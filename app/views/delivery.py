"""Delivery: DORA's five by week, each with its counts."""

import datetime
import statistics

import polars as pl
import streamlit as st

from app import charts, parts, queries, words
from app.parts import Page

DETAILS = {
    "lead_time": "median week, band to p85",
    "frequency": "a week, median",
    "fail_rate": "of deployments",
    "recovery": "median week",
    "rework": "of deployments",
}
DEFINITIONS = {
    "lead_time": "From a change's first commit to the production deployment that first carries it.",
    "frequency": "Successful deployments to production; a retry of the same commit counts once.",
    "fail_rate": "Production deployments that failed or needed an immediate fix, of all that ended.",
    "recovery": "From a failed production deployment to the one that put it right.",
    "rework": "Unplanned production deployments made because of an incident, of all deployments.",
}


def body(page: Page) -> None:
    """Draw the sentence and five small pictures on one axis of time."""
    scope = parts.filters(page, delivery=True)
    weeks = queries.delivery_weeks(page.version, scope)
    if weeks.is_empty():
        parts.empty(*_missing(page), charts.ghost_weeks(page.palette))
        return
    weeks = weeks.with_columns((pl.col("age") < scope.weeks).alias("is_now"))
    last, as_of = max(weeks["week_on"].to_list()), queries.as_of(page.version)
    end = min(last + datetime.timedelta(days=6), as_of.date() if as_of else datetime.date.max)
    span = (min(*weeks["week_on"].to_list(), last - datetime.timedelta(weeks=12)), last)
    now, before = (typical(weeks, "lead_time", is_now) for is_now in (True, False))
    told = (f"{scope.weeks} weeks in blue", f"the {scope.weeks} weeks before in grey", "definition dora")
    parts.answer(
        parts.scope_words(scope, *told),
        words.change_sentence(scope.weeks, end, now, before),
        f"{DEFINITIONS['lead_time']} Mart agg_dora_weekly.",
    )
    for metric, (name, kind) in charts.METRICS.items():
        (value, n), (earlier, n_earlier) = (typical(weeks, metric, is_now) for is_now in (True, False))
        was = f"before: {_said(earlier, kind)} (n = {n_earlier:,})" if n_earlier else "no weeks before to compare with"
        beside, picture = st.columns((1, 3), vertical_alignment="center", gap="small")
        with beside:
            asked = f"{DEFINITIONS[metric]} Mart agg_dora_weekly."
            parts.figure(name, _said(value, kind), asked, f"{DETAILS[metric]}, n = {n:,}", was)
        with picture:
            parts.picture(charts.weeks(weeks.filter(pl.col("metric") == metric), metric, span, page.palette), metric)


def _missing(page: Page) -> tuple[str, str]:
    merged = words.count(queries.merged_changes(page.version), "merged change")
    how = "Deployments come with `storyline nightly`; where your production has another name, `storyline.toml` says so"
    return f"No production deployment is known yet (**{merged}**).", f"{how} under `delivery.production_environments`."


def typical(weeks: pl.DataFrame, metric: str, is_now: bool) -> tuple[float | None, int]:
    """The middle week of a metric weighted by its counts; for rates, the rate over all weeks; and n."""
    known = (pl.col("metric") == metric) & (pl.col("is_now") == is_now) & pl.col("value").is_not_null()
    rows = weeks.filter(known).sort("value")
    n = int(rows["n"].sum() or 0)
    if not n:
        return None, 0
    if metric in ("fail_rate", "rework"):
        return float((rows["value"] * rows["n"]).sum()) / n, n
    if metric == "frequency":
        return statistics.median(rows["value"].to_list()), n
    return float(rows.filter(pl.col("n").cum_sum() * 2 >= n)["value"][0]), n


def _said(value: float | None, kind: str) -> str:
    if value is None:
        return "not enough data"
    return words.duration(value) if kind == "seconds" else words.percent(value) if kind == "share" else f"{value:,.0f}"


parts.view("Delivery", body)
