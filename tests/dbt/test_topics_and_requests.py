"""What users ask by week and wish for, and what they ask around a launch, where each planted ticket is an edge."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl
import pytest

from pipelines.impact.topics import TOPIC_IMPACT
from pipelines.settings import Settings
from tests.conftest import build
from tests.dbt.planting import SITE, day, plant
from tests.dbt.planting_launches import AFTER_FROM, BEFORE_UNTIL
from tests.dbt.planting_topics import AS_OF, SETTINGS, company, usage
from tests.dbt.planting_usage import plant_usage
from warehouse.connection import reader
from warehouse.estimates import frame

Ask = Callable[[str], list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Told:
    """Frames of the models by their names, and the rows that are estimated of them."""

    frames: dict[str, pl.DataFrame]
    rows: pl.DataFrame

    def weeks(self, story: str) -> dict[int, tuple[Any, ...]]:
        """Topic's, control's and all tickets and user-days by week, where there is any ticket."""
        found = self.frames["intermediate.int_topic_weeks"].filter(pl.col("story_key") == story)
        columns = ("tickets", "control_tickets", "all_tickets", "active_user_days")
        return {row["week_number"]: tuple(row[name] for name in columns) for row in found.iter_rows(named=True)}


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("topics")
    sources = {"amplitude": {"internal_domains": ["acme.example"]}}
    settings = SETTINGS.model_copy(update={"home": folder / "home", "sources": sources})
    plant(settings, company(), as_of=AS_OF)
    plant_usage(settings, usage(), folder / "exports", as_of=AS_OF)
    outcome = build(settings, "agg_topics_weekly", "fct_top_requests", "int_topic_weeks")
    assert outcome.ok, outcome.error
    return settings


@pytest.fixture(scope="module")
def ask(settings: Settings) -> Iterator[Ask]:
    with reader(settings.database) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def told(settings: Settings) -> Told:
    with reader(settings.database) as connection:
        frames = {name: frame(connection, name) for name in TOPIC_IMPACT.reads}
    return Told(frames, TOPIC_IMPACT.estimate(frames))


def test_a_top_request_counts_people_from_three_on_and_a_tie_names_both(ask):
    told = ask("select story_key, theme, position, is_tie, people, mentions from marts.fct_top_requests order by all")
    # Of RQ-2 only two people wish one thing; RQ-3 is not with all; what RQ-2 is named for is nothing of RQ-1's.
    assert told == [("RQ-1", "add Excel", 1, True, 3, 7), ("RQ-1", "choose columns", 1, True, 3, 3)]


def test_the_items_of_a_request_stand_in_their_order_and_lead_to_what_was_said(ask):
    ((items,), (more,)) = ask("select item_ids from marts.fct_top_requests order by theme")
    assert items == [f"{SITE}/{number}" for number in (100, 101, 102, 103, 104, 112, 105)]
    assert [items.removeprefix(f"{SITE}/") for items in (more[0], more[2])] == ["113", "114"]
    assert ask(f"select count(*) from intermediate.int_user_statements where statement_key = '{more[1]}'") == [(1,)]


def test_the_window_of_a_request_is_thirty_days_from_the_moment_that_all_have_it(ask):
    columns = "window_start, window_end, is_complete, rule_version, frozen_on"
    assert ask(f"select {columns} from marts.fct_top_requests order by theme") == [
        (day(30), day(60), True, 2, date(2026, 1, 1)), (day(30), day(60), True, 1, None),
    ]  # fmt: skip


def test_a_week_holds_its_first_moment_and_each_ticket_once(ask):
    columns = "tickets, requesters, accounts, all_tickets, active_user_days, tickets_per_thousand_user_days"
    some = "topic in ('export', 'other', 'sign-in')"
    weeks = "week_on between date '2026-01-05' and date '2026-01-12'"
    told = ask(f"select week_on, topic, {columns} from marts.agg_topics_weekly where {weeks} and {some} order by all")
    first, second = date(2026, 1, 5), date(2026, 1, 12)
    # Nobody was counted active until the middle of the first week. 203 is one of two people in the ticket 202.
    assert told == [
        (first, "export", 1, 1, 1, 2, None, None), (first, "other", 1, 1, 0, 2, None, None),
        (first, "sign-in", 0, 0, 0, 2, None, None),
        (second, "export", 3, 3, 1, 4, 5, 600.0), (second, "other", 1, 1, 0, 4, 5, 200.0),
        (second, "sign-in", 1, 2, 1, 4, 5, 200.0),
    ]  # fmt: skip


def test_weeks_reach_to_that_of_as_of_and_are_complete_when_events_are_no_longer_waited_for(ask):
    told = dict(ask("select week_on, is_complete from marts.agg_topics_weekly where topic = 'export'"))
    assert max(told) == date(2026, 10, 12)
    # The newest upload is of a Thursday, and events of two days before it may still come.
    assert max(week for week, is_complete in told.items() if is_complete) == date(2026, 9, 21)
    versions = ask("select distinct topic, rule_version, frozen_on from marts.agg_topics_weekly order by topic")
    assert versions == [
        ("billing", 1, None), ("export", 3, date(2026, 1, 1)), ("other", None, None), ("sign-in", 1, None),
        ("themes", 1, None),
    ]  # fmt: skip


def test_what_is_before_ends_with_the_first_users_and_what_is_after_begins_with_the_first_whole_day_of_all(told):
    launches = told.frames["intermediate.int_topic_launches"]
    edges = {row["story_key"]: row for row in launches.iter_rows(named=True)}
    assert edges.keys() == {"LA-1", "LA-2", "LA-3"}
    assert edges["LA-1"]["before_until"] == BEFORE_UNTIL.date()
    assert edges["LA-1"]["after_from"] == AFTER_FROM.date()


def test_a_week_holds_its_first_moment_and_days_of_the_ramp_are_in_none(told):
    weeks = told.weeks("LA-1")
    assert [weeks[number][0] for number in (-2, -1, 1, 2)] == [1, 2, 2, 2]
    assert sum(week[0] for week in weeks.values()) == 7


def test_a_ticket_of_two_topics_is_no_control_nor_is_a_wish_nor_what_another_launch_is_meant_to_change(told):
    # Of the second week after: two of the topic; a password and nothing in particular, and the invoice, whose launch is
    # far; all together they are eight, the theme and two wishes among them.
    assert told.weeks("LA-1")[2] == (2, 3, 8, 2)
    # Of the invoice's own launch no whole week is over for long enough.
    assert set(told.weeks("LA-3")) == set(range(-16, 0))


def test_weeks_are_known_from_where_both_tickets_and_product_events_are_to_where_none_are_waited_for(told):
    weeks = told.weeks("LA-1")
    assert sorted(weeks) == [*range(-16, 0), *range(1, 9)]
    assert {week[3] for week in weeks.values()} == {2}


def test_few_tickets_are_counted_and_no_rate_is_made_of_them(told):
    rows = {(row["story_key"], row["metric"]): row for row in told.rows.iter_rows(named=True)}
    found = rows["LA-1", "tickets_about:export"]
    assert (found["answer"], found["evidence_grade"], found["value"]) == ("not_enough_data", None, None)
    assert (found["numerator"], found["numerator_comparison"], found["n"], found["n_comparison"]) == (4, 3, 16, 16)
    assert found["wording"] == ('Support tickets about "export": 4 after, 3 before (8 weeks each), too few for a rate.')
    assert (found["window_start"].date(), found["window_end"].date()) == (
        BEFORE_UNTIL.date().replace(month=4, day=9), AFTER_FROM.date().replace(month=8, day=5),
    )  # fmt: skip
    late = rows["LA-3", "tickets_about:billing"]
    assert (late["answer"], late["evidence_grade"], late["numerator"], late["is_mature"]) == (
        "too_early",
        None,
        None,
        False,
    )
    assert late["reason"] == "4 whole weeks since all have it end on 23 Oct 2026; late events are waited for."
    assert ("LA-3", "tickets_all") not in rows
    assert rows["LA-1", "tickets_all"]["numerator"] == 10


def test_the_same_frames_give_the_same_rows(told):
    assert TOPIC_IMPACT.estimate(told.frames).equals(told.rows)
