"""What every view shares: its frame and states, the filter bar kept in the URL, escaped text and tables."""

import logging
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote, urlsplit

import altair as alt
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app import charts, line_chart, queries, words
from app.charts import Palette
from app.queries import Scope, Serving
from pipelines.clock import now
from pipelines.settings import load_settings

_STYLE = Path(__file__).with_name("style.css")
FIRST_RUN = "Run `storyline nightly`, then load this page again."
_SHAPES = {"ok": "●", "watch": "▲", "act": "■"}


@dataclass(frozen=True)
class Cell:
    """A table cell: text that will be escaped, where it leads, its status, and whether it is a number."""

    text: str
    href: str | None = None
    status: str | None = None
    kind: str = ""


@dataclass(frozen=True)
class Page:
    """What a view draws with: the published version, the theme's colours, and the bar beside its title."""

    version: Serving
    palette: Palette
    bar: DeltaGenerator


def view(title: str, body: Callable[[Page], None]) -> None:
    """Draw a view's title, then its body; say in one sentence what is missing, stale or broken."""
    st.html(_STYLE)
    palette = charts.palette(st.context.theme.type)
    bar = st.container(horizontal=True, vertical_alignment="center", gap="small")
    with bar:
        html(f"<h1>{escape(title)}</h1>")
    try:
        page = Page(queries.serving(), palette, bar)
        with st.spinner("Reading the marts"):
            _stale(page)
            body(page)
    except queries.NothingPublished:
        empty("Nothing has been published yet.", FIRST_RUN, line_chart.ghost(palette))
    except queries.Unreadable as error:
        _notice(str(error), palette.act)
    except Exception:
        # The page is where a person looks; the traceback goes to the log.
        logging.getLogger(__name__).exception("the view %s failed", title)
        _notice("This view could not be drawn; the log of `storyline app` says why.", palette.act)


def answer(scope: str, sentence: str, asked: str = "") -> None:
    """Write what was asked, in words, and the sentence that answers it; `asked` tells definition and mart on hover."""
    hover = f' title="{escape(asked)}"' if asked else ""
    html(f'<p class="soft">{escape(scope)}</p><p class="lead"{hover}>{_figures(sentence)}</p>')


def section(title: str, note: str = "") -> None:
    """Write the heading of a view's further part, with a soft line beneath."""
    html(f"<h2>{escape(title)}</h2>" + (f'<p class="soft">{_figures(note)}</p>' if note else ""))


def note(text: str) -> None:
    """Write a soft line: what a picture shows, or what it does not."""
    html(f'<p class="soft">{_figures(text)}</p>')


def html(markup: str) -> None:
    """Show markup of our own, in the report's type. Whatever came from a vendor was escaped before."""
    st.html(f'<div class="story-line">{markup}</div>')


def picture(chart: alt.LayerChart | alt.Chart, key: str) -> None:
    """Show a chart as wide as the page."""
    st.altair_chart(chart, theme=None, width="stretch", key=key)


def figure(name: str, value: str, asked: str, *details: str) -> None:
    """Show one metric beside its picture: name, figure, what it rests on; `asked` is told on hover."""
    lines = "".join(f'<p class="soft">{_figures(detail)}</p>' for detail in details)
    html(f'<p>{escape(name)}</p><p class="figure" title="{escape(asked)}">{escape(value)}</p>{lines}')


def table(heads: Sequence[str], rows: Iterable[Sequence[Cell]], palette: Palette) -> None:
    """Show rows as a table; a column is aligned as its cells are."""
    lines = [list(row) for row in rows]
    first = lines[0] if lines else [Cell("")] * len(heads)
    titles = "".join(f'<th class="{cell.kind}">{escape(name)}</th>' for name, cell in zip(heads, first, strict=True))
    body = "".join("<tr>" + "".join(_cell(cell, palette) for cell in line) + "</tr>" for line in lines)
    html(f'<div class="wide"><table><thead><tr>{titles}</tr></thead><tbody>{body}</tbody></table></div>')


def _cell(cell: Cell, palette: Palette) -> str:
    text = escape(cell.text)
    if cell.href:
        text = f'<a href="{escape(cell.href)}" target="_self">{text}</a>'
    if cell.status:
        shape, colour = _SHAPES.get(cell.status, "○"), palette.status(cell.status)
        text = f'<span style="color:{colour}">{shape}</span> {text}'
    return f'<td class="{escape(cell.kind)}">{text}</td>'


def story_address(key: str) -> str:
    """Where a story's own view is, from any view."""
    return f"story?story={quote(key, safe='')}"


def vendor_address(url: str | None) -> str | None:
    """A vendor's address as it may be linked: web pages only, never a script."""
    return url if url and urlsplit(url).scheme in ("http", "https") else None


def empty(what: str, how: str, ghost: alt.LayerChart) -> None:
    """Teach: what is missing, the one command or setting that brings it, and how it will look."""
    html(f'<p class="lead">{_figures(what)}</p><p>{_figures(how)}</p>')
    section("How it will look", "Made up, in grey.")
    picture(ghost, "ghost")


def _stale(page: Page) -> None:
    limit = load_settings().freshness.stale_after_hours * 3600.0
    ages: dict[str, float] = {}
    for row in queries.sources(page.version).iter_rows(named=True):
        seen = row["last_observed_at"]
        ages[row["source"]] = max(ages.get(row["source"], 0.0), (now() - seen).total_seconds() if seen else 0.0)
    late = {name: age for name, age in ages.items() if age > limit}
    if late:
        _notice(words.stale_sentence(sorted(late), max(late.values())), page.palette.watch)


def _notice(sentence: str, colour: str) -> None:
    html(f'<p class="notice" role="status" style="border-color:{colour}">{_figures(sentence)}</p>')


def _figures(sentence: str) -> str:
    whole = re.sub(r"(?<=[\d=]) (?=(?:d|h|min|s|%)(?!\w)|\d)|(?<=\bn) (?=[=≤])", "\u00a0", sentence)
    bold = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", escape(whole))
    return re.sub(r"`(.+?)`", r"<code>\1</code>", bold)


def filters(page: Page, *, delivery: bool = False) -> Scope:
    """Draw the filter bar; return what it asks for. Choices live in the URL and follow from view to view."""
    with page.bar:
        weeks = choose("Period", "weeks", ["13 weeks", "26 weeks", "52 weeks"]) if delivery else "13 weeks"
        team = choose("Team", "team", ["All teams", *queries.teams(page.version)])
        names = queries.services(page.version) if delivery else []
        service = choose("Service", "service", ["All services", *names])
    return Scope(
        weeks=int(weeks.split()[0]),
        team=None if team == "All teams" else team,
        service=None if service == "All services" else service,
    )


def choose(label: str, key: str, options: list[str]) -> str:
    """Offer the options, the first of which is the default and stays out of the URL."""
    default, widget, kept = options[0], f"filter {key}", f"chosen {key}"
    # One team or service and "all" are the same choice, so none is offered.
    if len(options) < 3:
        return default
    if widget not in st.session_state:
        asked = st.query_params.get(key) or st.session_state.get(kept)
        st.session_state[widget] = asked if asked in options else default
    chosen = str(st.selectbox(label, options, key=widget, width=168, label_visibility="collapsed"))
    st.session_state[kept] = chosen
    if chosen == default:
        st.query_params.pop(key, None)
    else:
        st.query_params[key] = chosen
    return chosen


def scope_words(scope: Scope, *told: str) -> str:
    """Say in words what the filter bar asks for, after what the view itself says."""
    return " · ".join([*told, scope.team or "all teams", *([scope.service] if scope.service else [])])
