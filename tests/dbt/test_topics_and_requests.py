"""What users ask by week and wish for since a launch, where each planted ticket is an edge: see `planting_topics`."""

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import pytest

from tests.conftest import build
from tests.dbt.planting import SITE, day, plant
from tests.dbt.planting_topics import AS_OF, SETTINGS, company, usage
from tests.dbt.planting_usage import plant_usage
from warehouse.connection import reader

Ask = Callable[[str], list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    folder = tmp_path_factory.mktemp("topics")
    sources = {"amplitude": {"internal_domains": ["acme.example"]}}
    settings = SETTINGS.model_copy(update={"home": folder / "home", "sources": sources})
    plant(settings, company(), as_of=AS_OF)
    plant_usage(settings, usage(), folder / "exports", as_of=AS_OF)
    outcome = build(settings, "agg_topics_weekly", "fct_top_requests")
    assert outcome.ok, outcome.error
    with reader(settings.database) as connection:
        yield lambda sql: connection.execute(sql).fetchall()


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
    weeks = "week_on between date '2026-01-05' and date '2026-01-12'"
    told = ask(f"select week_on, topic, {columns} from marts.agg_topics_weekly where {weeks} order by all")
    first, second = date(2026, 1, 5), date(2026, 1, 12)
    # Nobody was counted active until the middle of the first week. 203 is one of two people in the ticket 202.
    assert told == [
        (first, "export", 1, 1, 1, 1, None, None), (first, "other", 0, 0, 0, 1, None, None),
        (first, "sign-in", 0, 0, 0, 1, None, None),
        (second, "export", 3, 3, 1, 4, 3, 1000.0), (second, "other", 1, 1, 0, 4, 3, 1000 / 3),
        (second, "sign-in", 1, 2, 1, 4, 3, 1000 / 3),
    ]  # fmt: skip


def test_weeks_reach_to_that_of_as_of_and_are_complete_when_events_are_no_longer_waited_for(ask):
    told = dict(ask("select week_on, is_complete from marts.agg_topics_weekly where topic = 'export'"))
    assert max(told) == date(2026, 5, 4)
    # The newest upload is of day 60, a Friday, and events of two days before it may still come.
    assert max(week for week, is_complete in told.items() if is_complete) == date(2026, 2, 23)
    versions = ask("select distinct topic, rule_version, frozen_on from marts.agg_topics_weekly order by topic")
    assert versions == [("export", 3, date(2026, 1, 1)), ("other", None, None), ("sign-in", 1, None)]
