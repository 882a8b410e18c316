"""What is collected from a LaunchDarkly over HTTP is what a replay of the same flags gives, whatever happens."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pipelines.ingest import Intake, take_in
from pipelines.settings import Settings
from pipelines.sources.launchdarkly.server import Store, serve, shapes
from pipelines.sources.live import Network
from pipelines.sources.loopback import Loopback
from tests.contracts.collecting import AS_OF, events
from tests.contracts.played_launchdarkly import FIXTURES, at_minute, busy, connected, done, recorded, run
from warehouse.connection import reader

NEW = datetime(2026, 3, 31, 5, tzinfo=UTC)


@pytest.fixture
def store() -> Store:
    return recorded()


@pytest.fixture
def site(store: Store) -> Iterator[Loopback]:
    with serve(store) as server:
        yield server


def told(home: Settings, event_type: str) -> list[tuple[Any, ...]]:
    return [row for row in events(home) if row[1] == event_type]


def paths(site: Loopback, since: int = 0) -> list[str]:
    return [request.path for request in site.requests[since:]]


def test_a_collection_gives_the_events_of_a_replay_of_the_same_flags(tmp_path, site):
    replayed, collected = Settings(home=tmp_path / "replayed"), Settings(home=tmp_path / "collected")
    take_in(replayed, Intake("launchdarkly", FIXTURES, "replay", AS_OF))
    result = run(collected, site)
    assert (result.errors, result.taken.reasons) == ([], [])
    # Which releases run is known by their changes; the recording has one of a flag that shows none. And a list of flags
    # tells no times of their environments.
    apart = {"flag.updated", "flag.release_updated"}
    assert [row for row in events(collected) if row[1] not in apart] == [
        row for row in events(replayed) if row[1] not in apart
    ]
    assert len(events(collected)) > 30
    assert {row[2] for row in told(collected, "flag.updated")} == {row[2] for row in told(replayed, "flag.updated")}
    assert told(collected, "flag.release_updated") == [
        row for row in told(replayed, "flag.release_updated") if "csv-export" in row[2]
    ]


def test_a_night_with_nothing_new_costs_two_looks_at_the_audit_log(settings, site, store):
    busy(store, 120)
    run(settings, site)
    before = len(site.requests)
    again = run(settings, site, hours=24)
    assert (again.errors, again.taken.new_records) == ([], 0)
    assert paths(site, before) == ["/api/v2/auditlog"] * 2


def test_every_request_says_which_version_it_wants_and_who_asks_without_bearer(settings, site):
    run(settings, site)
    versions = {request.path: request.headers["ld-api-version"] for request in site.requests}
    assert {path for path, version in versions.items() if version == "beta"} == {
        path for path in versions if path.endswith("/releases")
    }
    assert set(versions.values()) == {"20240415", "beta"}
    assert {request.headers["authorization"] for request in site.requests} == {"api-t0ken"}


def test_only_changes_of_a_configuration_are_asked_for_one_by_one(settings, site, store):
    for number in range(30):
        store.update("shop", "csv-export", done(at_minute(number), "updateTags"), tags=[str(number)])
    run(settings, site)
    asked = {path.rpartition("/")[2] for path in paths(site) if path.startswith("/api/v2/auditlog/")}
    quiet = {"updateTags", "updateName", "updateFlagCustomProperties", "deleteFlag", "updateIncluded"}
    loud = [row for row in store.entries if {one["action"] for one in row["accesses"]} - quiet]
    assert asked == {row["_id"] for row in loud}
    assert len(loud) < len(store.entries) - 30


def test_a_change_of_the_night_is_read_and_nothing_else(settings, site, store):
    busy(store, 50)
    run(settings, site)
    store.configure("shop", "busy-0007", "production", done(NEW, "updateOn"), {"on": False})
    before = len(site.requests)
    assert run(settings, site, hours=24).errors == []
    details = [path for path in paths(site, before) if path.startswith("/api/v2/auditlog/")]
    assert len(details) == 1
    assert told(settings, "flag.configured")[-1] is not None
    assert [row for row in told(settings, "flag.configured") if row[4] == NEW]


@pytest.mark.parametrize("count", [20, 21, 45, 61])
def test_more_entries_of_one_millisecond_than_a_page_holds_are_all_read(settings, site, store, count):
    at = at_minute(0)
    for number in range(count):
        key = f"same-{number:03}"
        store.create("shop", key, key, done(at - timedelta(days=1, minutes=number), "createFlag"))
        store.configure("shop", key, "production", done(at, "updateOn"), {"on": True})
    busy(store, 5)
    assert run(settings, site).errors == []
    found = {row[2].rpartition("/")[2] for row in told(settings, "flag.configured") if row[4] == at}
    assert {f"same-{number:03}" for number in range(count)} <= found
    assert len(told(settings, "flag.created")) >= count + 5


def test_a_flag_with_a_page_of_changes_at_one_moment_is_told_and_moves_nothing(settings, site, store):
    for number in range(25):
        store.configure("shop", "csv-export", "production", done(at_minute(1), "updateOn"), {"on": bool(number % 2)})
        store.entries[-1]["_id"] = f"crowded-{number:02}"
    (error,) = run(settings, site).errors
    assert "20 or more changes of flag csv-export in production at one moment" in error
    with reader(settings.database) as connection:
        found = connection.execute("select * from log.checkpoints where stream like '% auditlog'").fetchall()
    assert found == []


@pytest.mark.parametrize("after", range(1, 40, 4))
def test_a_walk_that_is_cut_off_moves_nothing_keeps_what_it_read_and_ends_as_a_clean_one(
    settings, site, store, tmp_path, after
):
    busy(store, 40)
    site.faults.next("drop", match="/api/", after=after)
    assert len(run(settings, site, attempts=1).errors) == 1
    read = [path for path in paths(site) if path.startswith("/api/v2/auditlog/")]
    before = len(site.requests)
    # While it was down, the newest entry came.
    store.configure("shop", "busy-0001", "production", done(NEW, "updateOn"), {"on": False})
    assert run(settings, site).errors == []
    again = [path for path in paths(site, before) if path.startswith("/api/v2/auditlog/")]
    # What a step kept is not asked for again; the step that was cut off is.
    assert len(set(read) & set(again)) <= 20
    clean = Settings(home=tmp_path / "clean")
    run(clean, site)
    assert events(settings) == events(clean) != []


def test_an_entry_that_comes_late_is_found_within_the_overlap(settings, site, store):
    busy(store, 10)
    run(settings, site)
    newest = max(int(one["date"]) for one in store.entries)
    late = datetime.fromtimestamp(newest / 1_000, UTC) - timedelta(minutes=9)
    store.configure("shop", "busy-0002", "staging", done(late, "updateOn"), {"on": True})
    assert run(settings, site, hours=1).taken.new_records >= 1
    assert [row for row in told(settings, "flag.configured") if row[4] == late]


def test_a_list_that_shifts_while_it_is_read_loses_no_flag(settings, site, store):
    busy(store, 60)
    store.quirks.most_per_page = 20
    routes, lists = site._routes, []

    def shifting(request: Any) -> Any:
        lists.append(request.path == "/api/v2/flags/shop")
        if lists.count(True) == 2 and lists[-1]:
            del store.flags["shop"]["busy-0003"]
        return routes(request)

    site._routes = shifting
    assert run(settings, site).errors == []
    found = {row[2].rpartition("/")[2] for row in told(settings, "flag.updated")}
    assert {f"busy-{number:04}" for number in range(60)} <= found


def test_an_entry_that_is_listed_and_has_no_address_any_more_goes_to_quarantine_with_a_reason(settings, site, store):
    busy(store, 3)
    lost = store.entries[-1]["_id"]
    store.quirks.lost_details = {lost}
    result = run(settings, site)
    assert result.errors == []
    (reason,) = result.taken.reasons
    assert lost in reason
    assert "tells no state after it" in reason


def test_an_audit_log_that_ignores_its_bounds_is_told(settings, site, store):
    busy(store, 20)
    store.quirks.ignores_before = True
    (error,) = run(settings, site).errors
    assert "repeats a page of its audit log without end" in error


def test_a_release_is_asked_for_until_it_ended(settings, site, store):
    busy(store, 1)
    store.configure(
        "shop", "busy-0000", "production", done(NEW, "updateFallthroughWithMeasuredRollout"),
        {"fallthrough": shapes.rollout(10, seed=1)},
    )  # fmt: skip
    place = "shop/busy-0000/production"
    store.releases[place] = [shapes.release(place, "in_progress", [(10.0, NEW)], [])]
    run(settings, site)
    end = NEW + timedelta(hours=2)
    store.releases[place] = [shapes.release(place, "completed", [(10.0, NEW)], [end])]
    asked = []
    for hours in (24, 48):
        before = len(site.requests)
        assert run(settings, site, hours=hours).errors == []
        asked.append(sum(path.endswith("/releases") for path in paths(site, before)))
    assert asked == [1, 0]
    assert [row[4] for row in told(settings, "flag.release_updated") if "busy-0000" in row[2]] == [end]


@pytest.mark.parametrize(
    ("headers", "most"),
    [
        ({"X-Ratelimit-Route-Remaining": "0", "X-Ratelimit-Reset": "9999999999999999"}, "10"),
        ({"Retry-After": "3"}, ""),
    ],
    ids=["a reset that is no time", "a limit by address"],
)
def test_a_limit_is_waited_for_or_told(settings, site, headers, most):
    site.faults.next("status", 1, status=429, match="/auditlog", headers=headers)
    errors = run(settings, site, attempts=1).errors
    assert errors == [] if not most else "asks to wait" in errors[0]


def test_the_doctor_tells_of_address_token_and_projects(site, store):
    from pipelines.sources.launchdarkly import SOURCE

    def said(**changed: Any) -> list[tuple[str, str]]:
        collector = SOURCE.collector(connected(site, **changed), Network(attempts=1))
        found = [(one.status, one.sentence) for one in collector.examine()]
        collector.close()
        return found

    assert [status for status, _ in said()] == ["ok", "ok"]
    assert said(projects=("nope",))[-1] == (
        "act", "launchdarkly shows no project nope to this token; it shows shop.",
    )  # fmt: skip
    site.clock_offset = timedelta(hours=2)
    assert [status for status, _ in said()] == ["ok", "warn", "ok"]
    store.entries.clear()
    assert "no audit log of its flags" in said()[-1][1]
    site.faults.next("status", status=403, match="/auditlog")
    assert said()[-1][0] == "act"
    store.tokens.clear()
    ((status, sentence),) = said()
    assert status == "act"
    assert "does not take the token" in sentence
    assert "t0ken" not in sentence
