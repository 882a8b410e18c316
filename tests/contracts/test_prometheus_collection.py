"""What is collected from a Prometheus is what its series are, however the answers must be cut and joined."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

import pipelines.sources.prometheus as prometheus
from pipelines.ingest import Intake, take_in
from pipelines.settings import Settings
from pipelines.sources.live import Network
from pipelines.sources.loopback import Loopback
from pipelines.sources.prometheus.connection import PrometheusConnection
from pipelines.sources.prometheus.server import Store, serve
from tests.contracts.collecting import AS_OF, events
from tests.contracts.played_prometheus import ASKED, DAYS, RATE, SIGNED, busy, connected, midnight, run
from warehouse.connection import reader

FIXTURES = Path(prometheus.__file__).parent / "fixtures"


@pytest.fixture
def store() -> Store:
    return Store(signed={SIGNED})


@pytest.fixture
def site(store: Store) -> Iterator[Loopback]:
    with serve(store) as server:
        yield server


def points(home: Settings) -> dict[tuple[str | None, str], float | None]:
    """Every point by its series' service and variant, and the begin of its bucket."""
    found: dict[tuple[str | None, str], float | None] = {}
    for event in events(home):
        payload = json.loads(event[5])
        for point in payload["points"]:
            found[f"{payload.get('service')} {payload.get('variant')}", point["at"]] = point["value"]
    return found


def planted(store: Store, step: float) -> dict[tuple[str | None, str], float | None]:
    return {
        (f"{one.metric.get('service')} {one.metric.get('variant')}", _iso(at - step)): float(value)
        for one in store.series[ASKED]
        for at, value in one.points
    }


def _iso(seconds: float) -> str:
    return (AS_OF + timedelta(seconds=seconds - AS_OF.timestamp())).isoformat().replace("+00:00", "Z")


def test_every_planted_point_is_collected_with_the_begin_of_its_bucket(settings, site, store):
    busy(store)
    assert run(settings, site).errors == []
    assert points(settings) == planted(store, 3_600)
    # A span is a month at most.
    assert len(site.requests) == -(-DAYS // 31)


def test_a_quiet_night_costs_one_request_a_query_and_tells_nothing_new(settings, site, store):
    busy(store)
    run(settings, site)
    before = len(site.requests)
    again = run(settings, site, hours=1)
    assert (again.errors, again.taken.new_records, len(site.requests) - before) == ([], 0, 1)


def test_a_value_that_changes_after_it_was_read_is_superseded(settings, site, store):
    busy(store, 2)
    run(settings, site, reread_hours=12)
    series = store.series[ASKED][0]
    at, _ = series.points[-1]
    series.points[-1] = (at, "0.5")
    series.points.append((at + 3_600, "0.25"))
    assert run(settings, site, hours=24, reread_hours=12).errors == []
    assert points(settings) == planted(store, 3_600)


def test_values_of_the_newest_minutes_are_left_for_the_next_run(settings, site, store):
    for at in (AS_OF.timestamp() - 3_600, AS_OF.timestamp()):
        store.plant(ASKED, {"service": "shop"}, [(at, "0.1")])
    run(settings, site, delay_minutes=10)
    assert len(points(settings)) == 1
    run(settings, site, hours=1, delay_minutes=10)
    assert len(points(settings)) == 2


@pytest.mark.parametrize("step", [1, 5, 300])
def test_no_answer_is_asked_for_more_points_than_the_server_gives(settings, site, store, step):
    asked = RATE.replace("$step", f"{step}s")
    times = [midnight() - 86_400 + step * number for number in range(1, 2 * 86_400 // step, 997 if step < 60 else 7)]
    store.plant(asked, {"service": "shop"}, [(at, "1") for at in times])
    done = run(settings, site, queries={"requests": {"promql": RATE}}, step_seconds=step, history_days=1)
    assert done.errors == []
    told = points(settings)
    until = AS_OF.timestamp() - 600
    assert set(told) == {("shop None", _iso(at - step)) for at in times if at <= until}
    with reader(settings.database) as connection:
        assert connection.execute("select count(*) from log.raw_records").fetchall() == [(2,)]


@pytest.mark.parametrize(("limit", "most"), [("most_samples", 40), ("most_points", 500)])
def test_a_server_with_less_room_is_asked_for_less(settings, site, store, limit, most):
    busy(store, 31)
    setattr(store.quirks, limit, most)
    assert run(settings, site).errors == []
    assert points(settings) == planted(store, 3_600)
    assert len(site.requests) > 5


def test_a_wrong_query_is_told_once_and_keeps_no_other_from_being_read(settings, site, store):
    busy(store, 2)
    queries = {"wrong": {"promql": "rate(errors[5m]"}, "error_rate": {"promql": RATE}}
    done = run(settings, site, queries=queries)
    assert len(done.errors) == 1
    assert "parse error" in done.errors[0]
    assert points(settings) == planted(store, 3_600)
    assert site.count("query_range") <= 1 + 3


def test_an_answer_that_may_lack_something_is_not_kept_and_asked_for_again(settings, site, store):
    busy(store, 3)
    store.quirks.warnings = ["No StoreAPIs matched for this query"]
    assert "may lack something" in run(settings, site).errors[0]
    assert events(settings) == []
    store.quirks.warnings = ["PromQL warning: encountered a mix of histograms and floats"]
    assert run(settings, site).errors == []
    assert points(settings) == planted(store, 3_600)


def test_an_error_that_comes_with_200_is_an_error(settings, site, store):
    busy(store, 3)
    store.quirks.error = "the disk is full"
    assert "internal: the disk is full" in run(settings, site).errors[0]
    store.quirks.error = None
    assert run(settings, site).errors == []
    assert points(settings) == planted(store, 3_600)


def test_what_a_server_has_forgotten_stays_known(settings, site, store):
    busy(store, 5)
    run(settings, site)
    known = events(settings)
    for series in store.series[ASKED]:
        series.points = series.points[-4:]
    # From the beginning once more, as after a change of the query that is taken back.
    run(settings, site, hours=1, queries={"error_rate": {"promql": RATE, "service": "service"}})
    run(settings, site, hours=2)
    assert len(events(settings)) == len(known)
    assert len(points(settings)) == len({at for event in known for at in _times(event)})


def _times(event: tuple[Any, ...]) -> list[tuple[str, str]]:
    payload = json.loads(event[5])
    return [(event[2], point["at"]) for point in payload["points"]]


def test_nothing_measured_is_nothing_said(settings, site):
    done = run(settings, site)
    assert (done.errors, events(settings)) == ([], [])


def test_a_collection_gives_the_events_of_a_replay_of_what_was_recorded(tmp_path, site, store):
    replayed, collected = Settings(home=tmp_path / "replayed"), Settings(home=tmp_path / "collected")
    taken = take_in(replayed, Intake("prometheus", FIXTURES, "replay", AS_OF))
    store.record(FIXTURES)
    names = [name for name in store.series if name != "checkout_latency_p95_seconds"]
    done = run(collected, site, queries=names, step_seconds=300)
    assert done.errors == []
    # Of the recording alone: a stamp between two steps, as one gets who asks from an odd moment on.
    told = [event for event in events(replayed) if "latency" not in event[5]]
    assert events(collected) == told
    assert len(told) >= 10
    assert len(taken.reasons) == 5


@pytest.mark.parametrize(
    ("told", "header"),
    [
        ({"token": SecretStr("t0ken")}, "Bearer t0ken"),
        ({"token": SecretStr("pass"), "username": "ann"}, "Basic YW5uOnBhc3M="),
        ({"token": None}, None),
    ],
)
def test_a_reader_signs_in_as_the_settings_say(settings, told, header):
    open_to_all = Store(signed={header} if header else set())
    busy(open_to_all, 2)
    with serve(open_to_all) as site:
        assert run(settings, site, **told).errors == []
        assert {request.headers.get("authorization") for request in site.requests} == {header}


def test_a_step_that_divides_no_day_is_refused():
    with pytest.raises(ValidationError, match="must divide a day"):
        PrometheusConnection(url="http://x", step_seconds=7)


def test_the_doctor_says_what_each_query_tells(site, store):
    store.plant("up", {"job": "shop"}, [])
    store.rules = ["job:errors:rate5m"]
    collector = prometheus.SOURCE.collector(connected(site), Network(attempts=1))
    said = [(found.status, found.sentence) for found in collector.examine()]
    assert [status for status, _ in said] == ["ok", "warn"]
    assert "measured nothing in the last hour" in said[1][1]
    assert [target.name for target in collector.offered()] == ["job:errors:rate5m"]
    wrong = prometheus.SOURCE.collector(connected(site, token=SecretStr("other")), Network(attempts=1))
    (found,) = wrong.examine()
    assert (found.status, "other" in found.sentence) == ("act", False)
