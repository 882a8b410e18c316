"""What a collection of a Linear costs, and that it obeys whatever limits it meets."""

import json
from collections.abc import Iterator

import pytest

from pipelines.settings import Settings
from pipelines.sources.linear.server import Store, serve
from pipelines.sources.loopback import Loopback
from tests.contracts.played_linear import FIXTURES, TOKEN, asked, busy, events, run


@pytest.fixture
def store() -> Store:
    return Store.from_recording(FIXTURES, tokens=[TOKEN])


@pytest.fixture
def site(store: Store) -> Iterator[Loopback]:
    with serve(store) as server:
        yield server


def test_nothing_new_costs_one_query_a_team_and_one_count(settings, site, store):
    busy(store, 300)
    run(settings, site, store)
    before = len(site.requests)
    again = run(settings, site, store, hours=24)
    assert (again.errors, again.taken.new_records) == ([], 0)
    assert asked(site, before) == ["ChangedIssues", "Teams"]


def test_a_thousand_issues_cost_a_few_requests_where_one_each_would_cost_a_thousand(settings, site, store):
    busy(store, 1_000)
    done = run(settings, site, store)
    assert done.errors == []
    assert done.taken.new_records >= 1_000
    assert done.requests < 50


def test_a_query_that_is_too_complex_is_halved_until_it_passes_and_that_is_remembered(settings, site, store):
    busy(store, 60)
    store.quirks.most_complexity = 3_000
    assert run(settings, site, store).errors == []
    firsts = [request.json()["variables"].get("first") for request in site.requests if "Changed" in request.place]
    assert firsts[:3] == [30, 15, 7]
    assert set(firsts[2:]) == {7}
    before = len(site.requests)
    run(settings, site, store, hours=24)
    assert [one.json()["variables"]["first"] for one in site.requests[before:] if "Changed" in one.place] == [7]


def test_one_issue_that_is_too_complex_is_an_error_that_says_so(settings, site, store):
    store.quirks.most_complexity = 100
    assert "does not take so large a query" in run(settings, site, store).errors[0]


@pytest.mark.parametrize("status", [400, 200])
def test_a_spent_limit_is_waited_for_to_its_reset_and_nothing_is_lost(settings, site, store, tmp_path, status):
    busy(store, 60)
    store.quirks.most_per_page = 20
    store.quirks.refuses_with = status
    store.complexity.limit = store.complexity.left = 12_000
    store.complexity.refill_seconds = 1.2
    assert run(settings, site, store).errors == []
    # It was refused at least once, and asked again no more often than it refused.
    assert 1 <= store.refused <= 6
    store.complexity.limit = store.complexity.left = 1e9
    clean = Settings(home=tmp_path / "clean")
    run(clean, site, store)
    assert events(settings) == events(clean)


def test_pages_shrink_to_what_is_left_of_the_complexity_before_it_is_refused(settings, site, store):
    busy(store, 60)
    store.complexity.limit = store.complexity.left = 16_000
    store.complexity.refill_seconds = 0.5
    assert run(settings, site, store).errors == []
    firsts = [one.json()["variables"]["first"] for one in site.requests if "ChangedIssues" in one.place]
    assert firsts[0] == 30
    assert firsts[1] == 19


def test_a_part_of_an_answer_beside_an_error_is_no_answer(settings, site, store):
    body = json.dumps({"data": {"issues": None}, "errors": [{"message": "boom", "extensions": {"code": "OTHER"}}]})
    site.faults.next("status", status=200, body=body.encode(), match="#ChangedIssues")
    assert "linear could not answer a query (boom)" in run(settings, site, store).errors[0]
    assert run(settings, site, store).errors == []
