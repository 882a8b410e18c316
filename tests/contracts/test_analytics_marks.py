"""Notes on charts and releases: each stands there once, and what we told comes back as nobody's use of the product."""

import shutil
from collections.abc import Iterator
from datetime import date, datetime, timedelta

import pytest

from pipelines.settings import Settings
from tests.contracts.analytics_sites import Analytics, analytics_site, events_of_ours, messages, shipped
from tests.contracts.collecting import AS_OF, collected
from tests.contracts.outbox_sites import LATER
from tests.contracts.played_amplitude import SOURCE, connected, usage

MARKS = {"kinds": ("annotation", "release")}
POSTS = {"annotation": "POST /api/2/annotations", "release": "POST /api/2/release"}


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Analytics]:
    with analytics_site(monkeypatch) as site:
        yield site


def counts(site: Analytics) -> tuple[int, int]:
    return len(site.store.annotations), len(site.store.releases)


def come_back(home: Settings, site: Analytics, hour: datetime) -> None:
    """Read what was uploaded, as a night does some hours later."""
    connection = connected(site.site, begins_on=date(hour.year, hour.month, hour.day))
    collected(home, SOURCE, connection, hours=(hour - AS_OF) // timedelta(hours=1) + 12)


def test_a_note_stands_on_the_charts_once_and_so_does_the_release(site, settings):
    told = site.settings(settings, analytics=MARKS)
    shipped(told)
    done = [site.send(told, LATER * number) for number in range(3)]
    assert [one.posted for one in done] == [2, 0, 0]
    assert sorted(done[0].sentences) == ["1 note on charts was posted.", "1 release was posted."]
    assert counts(site) == (1, 1)
    assert site.site.written == {"an annotation": 1, "a release": 1}
    (note,), (release,) = site.store.annotations, site.store.releases
    assert (note["date"], note["label"], note["app_id"]) == ("2025-12-15", "SHOP-1: all users have it", "187520")
    assert (release["release_start"], release["version"]) == ("2025-12-15 14:00:00", "SHOP-1")
    assert release["chart_visibility"] is False
    assert "CSV export" not in f"{note} {release}"
    assert events_of_ours(told) == [("annotation", None), ("release", None)]


@pytest.mark.parametrize("kind", POSTS)
@pytest.mark.parametrize("fault", ["lost", "denied", "truncate", "garbage", "drop"])
def test_whatever_becomes_of_the_answer_it_stands_there_once(fault, kind, site, settings):
    told = site.settings(settings, analytics=MARKS)
    shipped(told)
    site.site.faults.next(fault, match=POSTS[kind])
    assert len(site.send(told).troubles) == 1
    site.send(told, LATER)
    assert counts(site) == (1, 1)
    assert {one.state for one in messages(told)} == {"sent"}


def test_an_older_copy_of_the_warehouse_finds_what_stands_there_however_late(site, settings):
    told = site.settings(settings, analytics=MARKS)
    shipped(told)
    copy = told.home.with_name("copy.duckdb")
    shutil.copyfile(told.database, copy)
    site.send(told)
    shutil.copyfile(copy, told.database)
    assert site.send(told, timedelta(days=90)).found == 2
    assert counts(site) == (1, 1)


def test_many_marks_are_listed_once(site, settings):
    told = site.settings(settings, analytics={"kinds": ("annotation",)})
    shipped(told, [f"SHOP-{number}" for number in range(5)])
    site.send(told)
    assert len(site.store.annotations) == 5
    assert len(site.site.requests) == 6
    told_again = site.settings(settings, analytics={"kinds": ("annotation",)})
    told_again.database.unlink()
    shipped(told_again, [f"SHOP-{number}" for number in range(5)])
    before = len(site.site.requests)
    assert site.send(told_again).found == 5
    assert len(site.site.requests) == before + 1


def test_a_project_whose_releases_cannot_be_listed_is_sent_none(site, settings):
    told = site.settings(settings, analytics={"kinds": ("release",)})
    shipped(told)
    site.site.faults.next("status", count=9, match="GET /api/2/release", status=404, body=b'{"error": "Not Found"}')
    assert len(site.send(told).troubles) == 1
    assert site.store.releases == []
    assert [one.state for one in messages(told)] == ["failed"]


def test_what_we_told_comes_back_and_is_nobodys_use_of_the_product(site, settings):
    told = site.settings(settings)
    shipped(told)
    assert site.send(told).sent == 3
    hour = max(site.store.lines)
    site.store.put(hour, [{
        "$insert_id": "somebody-1", "uuid": "u1", "event_type": "Export Clicked", "user_id": "ann", "device_id": "d1",
        "event_time": hour.strftime("%Y-%m-%d %H:%M:%S.%f"),
        "server_upload_time": hour.strftime("%Y-%m-%d %H:%M:%S.%f"),
    }])  # fmt: skip
    come_back(told, site, hour)
    rows = usage(told)
    assert len(rows) == 4
    assert sorted((row[4], row[16]) for row in rows) == [
        ("Export Clicked", False), ("Rollout Step", True), ("Rollout Step", True), ("Story Shipped", True),
    ]  # fmt: skip


def test_an_older_copy_finds_what_it_does_not_remember_among_what_was_read_back(site, settings):
    told = site.settings(settings)
    shipped(told)
    copy = told.home.with_name("copy.duckdb")
    shutil.copyfile(told.database, copy)
    assert site.send(told).sent == 3
    shutil.copyfile(copy, told.database)
    hour = max(site.store.lines)
    come_back(told, site, hour)
    late = site.send(told, timedelta(days=30))
    assert (late.found, late.sent) == (3, 0)
    assert set(site.store.deliveries.values()) == {1}
    assert {(one.state, one.reason) for one in messages(told)} == {
        ("sent", "it was read back, so it had arrived before")
    }
