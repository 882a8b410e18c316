"""Every view with a full, an empty, a stale, a broken and no warehouse at all."""

from collections.abc import Callable
from pathlib import Path

import planting
import pytest
from conftest import VIEWS, Shown

Show = Callable[..., Shown]


@pytest.mark.parametrize("view", VIEWS)
def test_a_full_warehouse_answers_in_a_sentence_and_a_picture(view: str, show: Show, published: Path) -> None:
    planting.full(published)
    shown = show(view)
    assert shown.is_sound
    assert 'class="lead"' in shown.markup
    assert shown.charts
    assert "Stale data" not in shown.markup
    assert "could not be drawn" not in shown.markup


@pytest.mark.parametrize("view", VIEWS)
def test_an_empty_warehouse_teaches_what_is_missing_and_how_it_will_look(
    view: str, show: Show, published: Path
) -> None:
    planting.empty(published)
    shown = show(view)
    assert shown.is_sound
    assert "storyline nightly" in shown.markup
    assert "How it will look" in shown.markup
    assert shown.charts


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_published_names_the_one_command(view: str, show: Show) -> None:
    shown = show(view)
    assert shown.is_sound
    assert "Nothing has been published yet." in shown.markup
    assert "<code>storyline nightly</code>" in shown.markup
    assert shown.charts


@pytest.mark.parametrize("view", VIEWS)
def test_stale_data_is_said_at_the_top_of_every_view(view: str, show: Show, published: Path) -> None:
    planting.full(published, read_at=planting.long_ago())
    shown = show(view)
    assert shown.is_sound
    assert "Stale data: github and jira have not been read for" in shown.markup
    assert shown.markup.index("Stale data") < shown.markup.index('class="lead"')


@pytest.mark.parametrize("view", VIEWS)
def test_a_damaged_file_is_told_in_one_sentence(view: str, show: Show, published: Path) -> None:
    planting.damaged(published)
    shown = show(view)
    assert shown.is_sound
    assert "serving-1.duckdb cannot be read as a database" in shown.markup
    assert "Traceback" not in shown.markup


@pytest.mark.parametrize(
    ("view", "mart"),
    [
        ("loop", "fct_stories"),
        ("delivery", "agg_dora_weekly"),
        ("story", "fct_story_events"),
        ("health", "data_quality"),
        ("writebacks", "fct_messages"),
        ("writebacks", "fct_message_history"),
    ],
)
def test_a_mart_that_is_missing_is_named(view: str, mart: str, show: Show, published: Path) -> None:
    planting.without(published, mart)
    shown = show(view)
    assert shown.is_sound
    assert f"The mart {mart} is not in serving-1.duckdb" in shown.markup


def test_a_version_published_while_the_page_is_open_is_read_at_the_next_run(show: Show, published: Path) -> None:
    planting.empty(published)
    shown = show("loop")
    assert "No story is known yet." in shown.markup
    planting.full(published, name="serving-2.duckdb")
    assert "The last ten finished stories" in Shown(shown.page.run()).markup


def test_the_loop_says_the_median_its_count_and_the_longest_part(show: Show, published: Path) -> None:
    planting.full(published)
    markup = show("loop").markup.replace("\u00a0", " ")
    assert "The last ten finished stories took a median <strong>4.3 d</strong> from backlog to production" in markup
    assert "(n = 10, 1.6 d to 5.2 d)" in markup
    assert "the longest part is <strong>production → 100 %</strong>, 2.0 d" in markup


def test_stories_without_a_deployment_end_at_done_and_the_page_says_so(show: Show, published: Path) -> None:
    planting.full(published, delivery=False)
    shown = show("loop")
    assert "from backlog to done" in shown.markup
    assert "None of them has a linked production deployment" in shown.markup


def test_where_nothing_is_finished_the_open_stories_are_shown_up_to_now(show: Show, published: Path) -> None:
    planting.full(published, finished=0)
    shown = show("loop")
    assert shown.is_sound
    assert "No story is finished yet; the <strong>3 open stories</strong>" in shown.markup


def test_a_team_in_the_address_narrows_the_line_and_is_said(show: Show, published: Path) -> None:
    planting.full(published)
    shown = show("loop", team="catalogue")
    assert shown.page.selectbox[0].value == "catalogue"
    assert "UTC · catalogue" in shown.markup
    assert "SHOP-302" not in shown.markup


def test_a_team_that_nobody_knows_is_not_believed(show: Show, published: Path) -> None:
    planting.full(published)
    assert show("loop", team="<b>x</b>").page.selectbox[0].value == "All teams"


def test_delivery_compares_thirteen_weeks_with_those_before(show: Show, published: Path) -> None:
    planting.full(published)
    shown = show("delivery")
    assert len(shown.charts) == 5
    assert "less</strong> than in the 13 weeks before" in shown.markup.replace("\u00a0", " ")


def test_without_a_deployment_delivery_says_how_many_changes_were_merged(show: Show, published: Path) -> None:
    planting.full(published, delivery=False)
    shown = show("delivery")
    assert "No production deployment is known yet (<strong>0 merged changes</strong>)" in shown.markup.replace(
        "\u00a0", " "
    )
    assert "delivery.production_environments" in shown.markup


def test_health_counts_sources_checks_and_records(show: Show, published: Path) -> None:
    planting.full(published)
    markup = show("health").markup.replace("\u00a0", " ")
    assert "<strong>2 of 2 sources</strong> are fresh" in markup
    assert "<strong>1 check</strong> needs action and 1 is worth watching" in markup
    assert "<strong>3 records</strong> could not be read" in markup


def test_a_story_is_reached_by_its_address(show: Show, published: Path) -> None:
    planting.full(published)
    shown = show("story", story="SHOP-305")
    assert "Warn before a coupon expires" in shown.markup
    assert shown.charts


def test_a_story_that_nobody_knows_is_said_plainly(show: Show, published: Path) -> None:
    planting.full(published)
    shown = show("story", story="<script>alert(1)</script>")
    assert shown.is_sound
    assert "There is no story &lt;script&gt;" in shown.markup
    assert "<script>" not in shown.markup


@pytest.mark.parametrize(
    ("view", "query"), [("loop", {}), ("story", {"story": "SHOP-308"}), ("health", {}), ("writebacks", {})]
)
def test_a_hostile_text_is_shown_as_it_is_and_never_obeyed(
    view: str, query: dict[str, str], show: Show, published: Path
) -> None:
    """Titles come from vendors, where anybody may write markup, LaTeX or an image that phones home."""
    planting.full(published)
    shown = show(view, **query)
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown.markup
    assert "<img" not in shown.markup
    assert "<strong>bold</strong>" not in shown.markup
    assert "<script" not in shown.markup
    assert not shown.page.markdown


def test_an_address_that_is_a_script_is_never_linked(show: Show, published: Path) -> None:
    planting.full(published)
    markup = show("story", story="SHOP-301").markup
    assert "javascript:" not in markup
    assert 'href="https://example.com/pull/41"' in markup
