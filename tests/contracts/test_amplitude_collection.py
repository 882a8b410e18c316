"""A project is exported hour by hour into segments, and what is planted in it is what is counted."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pydantic import ValidationError

from pipelines.settings import Settings
from pipelines.sources.amplitude.server import serve
from pipelines.sources.live import Network
from tests.contracts.played_amplitude import (
    FIRST,
    HOUR,
    SOURCE,
    busy,
    connected,
    event,
    hours,
    project,
    run,
    segments,
    usage,
)  # fmt: skip
from warehouse.connection import reader

LIMIT = datetime(2026, 3, 31, 3, tzinfo=UTC)


def asked(site):
    return [(request.asked("start"), request.asked("end")) for request in site.requests]


def test_every_event_is_there_once_and_a_settled_day_is_one_segment(settings):
    store = project()
    busy(store, count=48)
    with serve(store) as site:
        done = run(settings, site)
    assert done.errors == []
    assert len(usage(settings)) == 48 * 5
    assert segments(settings) == [
        (FIRST, FIRST + timedelta(days=1), 24 * 5),
        (FIRST + timedelta(days=1), FIRST + timedelta(days=2), 24 * 5),
    ]


def test_hours_that_are_not_settled_stay_hours_until_the_watermark_has_passed(settings):
    store = project()
    store.put(LIMIT - HOUR, [event(1, LIMIT - HOUR)])
    store.put(LIMIT - 2 * HOUR, [event(2, LIMIT - 2 * HOUR)])
    with serve(store) as site:
        run(settings, site)
        assert [row[1] - row[0] for row in segments(settings)] == [HOUR, HOUR]
        run(settings, site, hours=48)
    assert [(row[1] - row[0], row[2]) for row in segments(settings)] == [(timedelta(days=1), 2)]
    assert len(usage(settings)) == 2


def test_what_was_uploaded_within_the_lag_is_left_for_the_next_run(settings):
    store = project()
    store.put(LIMIT, [event(1, LIMIT)])
    with serve(store) as site:
        run(settings, site)
        assert usage(settings) == []
        assert asked(site)[-1] == ("20260331T00", "20260331T02")
        run(settings, site, hours=1)
    assert len(usage(settings)) == 1


def test_a_quiet_night_asks_for_the_new_hours_and_the_tail_and_reads_nothing_twice(settings):
    store = project()
    busy(store)
    with serve(store) as site:
        first = run(settings, site)
        before = usage(settings)
        site.requests.clear()
        quiet = run(settings, site, hours=24)
    assert first.requests == 15
    assert asked(site) == [
        ("20260330T21", "20260330T23"), ("20260331T00", "20260331T23"), ("20260401T00", "20260401T02"),
    ]  # fmt: skip
    assert quiet.requests == 3
    assert quiet.taken.new_records == 0
    assert usage(settings) == before


def test_late_events_of_the_tail_replace_their_hour_and_doubles_across_hours_count_once(settings):
    store, tail = project(), LIMIT - 3 * HOUR
    store.put(tail - HOUR, [event(1, tail - HOUR), event(2, tail - HOUR)])
    store.put(tail, [event(2, tail), event(3, tail)])
    with serve(store) as site:
        run(settings, site)
        assert len(usage(settings)) == 3
        store.put(tail, [event(4, tail), event(1, tail)])
        run(settings, site, hours=1)
    # The first delivery stands: of 2 and 1 the one that was uploaded first.
    assert [(row[3], row[2]) for row in usage(settings)] == [
        ("event-00000001", tail - HOUR), ("event-00000002", tail - HOUR), ("event-00000003", tail),
        ("event-00000004", tail),
    ]  # fmt: skip
    with reader(settings.database) as connection:
        assert connection.execute("select sum(rows), count(*) from log.segments").fetchall() == [(6, 2)]
        assert connection.execute("select count(*) from log.usage_segments").fetchall() == [(6,)]


def test_nobody_is_named_in_a_segment(settings):
    store = project()
    busy(store, count=24)
    store.put(FIRST, [event(99, FIRST, **{"$insert_id": "user-0049:1774828800"})])
    with serve(store) as site:
        run(settings, site)
    told = str(usage(settings)) + "".join(
        file.read_bytes().decode("latin-1") for file in settings.segments.rglob("*.parquet")
    )
    for word in ("user-00", "device-00", "@customer", "203.0.113", "Berlin", "what nobody allowed", "900049"):
        assert word not in told
    assert all(row[5].startswith("p_") and row[6].startswith("p_") for row in usage(settings))
    assert not settings.scratch.exists() or list(settings.scratch.rglob("*.gz")) == []


def test_a_range_that_is_too_large_is_halved_down_to_hours(settings):
    store = project()
    busy(store, count=48)
    store.quirks.largest_bytes = 2_500
    with serve(store) as site:
        done = run(settings, site, days_per_request=4)
    assert done.errors == []
    assert len(usage(settings)) == 48 * 5
    assert [row[2] for row in segments(settings)] == [120, 120]


def test_an_hour_that_is_too_large_is_told_with_what_to_do_and_what_came_before_it_is_kept(settings):
    store = project()
    store.put(FIRST, [event(1, FIRST)])
    store.put(FIRST + HOUR, [event(number, FIRST + HOUR) for number in range(100)])
    store.quirks.largest_bytes = 1_000
    with serve(store) as site:
        done = run(settings, site)
        assert done.errors == [
            "amplitude exports no more than 4 GB at once, and the hour 20260317T01 of project 187520 is more; "
            "take it from the export to S3 with `storyline replay`"
        ]
        assert len(usage(settings)) == 1
        store.quirks.largest_bytes = 1_000_000
        assert run(settings, site).errors == []
    assert len(usage(settings)) == 100


def test_keys_of_another_project_are_refused_before_anything_is_kept(settings):
    store = project()
    busy(store, count=1)
    with serve(store) as site:
        done = run(settings, site, projects=("99",))
    assert "are of amplitude's project 187520" in done.errors[0]
    assert usage(settings) == []


def test_an_earlier_first_day_is_made_up_for_from_the_newest_back(settings):
    store = project()
    busy(store, count=72)
    with serve(store) as site:
        run(settings, site, begins_on=date(2026, 3, 19))
        assert len(usage(settings)) == 24 * 5
        site.requests.clear()
        run(settings, site, begins_on=date(2026, 3, 17))
        assert [start for start, _ in asked(site)][-2:] == ["20260318T00", "20260317T00"]
        site.requests.clear()
        run(settings, site, begins_on=date(2026, 3, 17))
        assert min(start for start, _ in asked(site)) > "20260330"
    assert len(usage(settings)) == 72 * 5


def test_wrong_keys_are_told_and_right_ones_are_found_without_an_event(settings):
    store = project()
    with serve(store) as site:
        good = SOURCE.collector(connected(site), Network(attempts=1))
        assert [finding.status for finding in good.examine()] == ["ok"]
        assert [target.name for target in good.offered()] == ["187520"]
        store.keys = "other:keys"
        told = [finding.sentence for finding in good.examine()]
        good.close()
    assert "does not take the token" in told[0]
    assert "an-api-key" not in told[0]
    assert "a-secret-key" not in told[0]


def test_one_project_is_named_and_no_more(settings):
    with serve(project()) as site:
        assert connected(site, projects="187520").project == "187520"
        for wrong in ((), ("1", "2")):
            with pytest.raises(ValidationError):
                connected(site, projects=wrong)


def test_an_hour_is_written_anew_only_where_its_content_changed(settings):
    store = project()
    for hour in hours(LIMIT - 4 * HOUR, 4):
        store.put(hour, [event(1, hour)])
    with serve(store) as site:
        run(settings, site)
        first = files(settings)
        run(settings, site, hours=1)
        assert files(settings) == first
        store.put(LIMIT - HOUR, [event(5, LIMIT - HOUR)])
        run(settings, site, hours=2)
    changed = files(settings)
    assert [path for path in changed if path not in first] == changed[-1:]
    assert len(changed) == len(first) == 4


def files(home):
    with reader(home.database) as connection:
        found = connection.execute("select path from log.segments order by covers_from").fetchall()
    return [row[0] for row in found]


def test_two_homes_that_saw_one_project_hold_equal_rows(settings, tmp_path):
    store, other = project(files_per_hour=2), Settings(home=tmp_path / "other")
    busy(store, count=60)
    with serve(store) as site:
        run(settings, site)
        # The other one sees it in pieces.
        for back in range(-200, 1, 50):
            run(other, site, hours=back)
        run(other, site)
    assert usage(settings) == usage(other) != []
    assert segments(settings) == segments(other)
