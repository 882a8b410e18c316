"""The played project answers as the vendor's pages say: exports, posted events, throttling, and what it may refuse."""

import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import polars as pl
import pytest

from pipelines.company import Scale, simulate
from pipelines.company.usage import USAGE
from pipelines.sources.amplitude import demo
from pipelines.sources.amplitude.server import Store, serve
from tests.contracts.played_amplitude import FIRST, HOUR, KEYS, event, project, run, usage


@pytest.fixture
def store() -> Store:
    return project()


@pytest.fixture
def client(store: Store) -> Iterator[httpx.Client]:
    with serve(store) as site, httpx.Client(base_url=site.url, auth=tuple(KEYS.split(":"))) as client:
        yield client


def posted(client: httpx.Client, events: list[dict], path: str = "/2/httpapi", **more: object) -> httpx.Response:
    return client.post(path, json={"api_key": "an-api-key", "events": events, **more})


def seen(number: int, **changed: object) -> dict[str, object]:
    whole = {"event_type": "Impact Measured", "device_id": f"story-{number}", "insert_id": f"message-{number}"}
    return whole | changed


def test_an_export_holds_a_packed_file_an_hour_whose_name_tells_it(client, store):
    store.quirks.files_per_hour = 2
    store.put(FIRST, [event(1, FIRST), event(2, FIRST)])
    store.put(FIRST + HOUR, [event(3, FIRST + HOUR)])
    answer = client.get("/api/2/export", params={"start": "20260317T00", "end": "20260317T01"})
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.namelist() == [
            f"187520/187520_2026-03-17_{hour}#{number}.json.gz" for hour, number in ((0, 1), (0, 2), (1, 1))
        ]
        lines = gzip.decompress(archive.read(archive.namelist()[0])).splitlines()
    assert json.loads(lines[0])["$insert_id"] == "event-00000001"


@pytest.mark.parametrize(
    ("start", "end", "status"),
    [("20250101T00", "20250101T23", 404), ("20260318T00", "20260317T00", 400), ("2026-03-17", "20260317T00", 400),
     ("20240101T00", "20260317T00", 400)],
)  # fmt: skip
def test_an_export_of_nothing_is_404_and_a_range_that_makes_no_sense_is_400(client, start, end, status):
    assert client.get("/api/2/export", params={"start": start, "end": end}).status_code == status


def test_an_export_by_nobody_is_401(client):
    assert client.get("/api/2/export", auth=("an-api-key", "wrong")).status_code == 401


def test_what_is_posted_can_be_read_back_and_counts_once_however_often_it_came(client, store):
    for _ in range(3):
        assert posted(client, [seen(1), seen(2)]).json()["events_ingested"] == 2
    assert posted(client, [seen(3)], "/batch").status_code == 200
    assert [told["insert_id"] for _, told in store.posted.values()] == ["message-1", "message-2", "message-3"]
    assert store.deliveries == {"message-1": 3, "message-2": 3, "message-3": 1}


def test_after_seven_days_a_double_is_no_double_any_more(store):
    at = datetime(2026, 3, 1, tzinfo=UTC)
    assert store.take(seen(1), at)
    assert not store.take(seen(1), at + timedelta(days=6))
    assert store.take(seen(1), at + timedelta(days=8))


def test_bad_posts_are_refused_with_what_is_wrong_and_nothing_of_them_is_taken(client, store):
    wrong_key = client.post("/2/httpapi", json={"api_key": "no", "events": [seen(1)]})
    assert (wrong_key.status_code, wrong_key.json()["error"]) == (400, "Invalid API key: no")
    listed = posted(client, [seen(1), seen(2, event_type=None), {"event_type": "x"}]).json()
    assert listed["events_with_missing_fields"] == {"event_type": [1], "user_id": [2]}
    short = posted(client, [seen(1, device_id="abc")])
    assert short.json()["events_with_invalid_id_lengths"] == {"device_id": [0]}
    assert posted(client, [seen(number) for number in range(2_001)]).status_code == 413
    assert store.posted == {}
    assert posted(client, [seen(1, device_id="abc")], options={"min_id_length": 1}).status_code == 200


def test_a_device_that_sends_too_much_is_throttled_and_the_others_are_told_apart(client, store):
    answer = posted(client, [seen(1, insert_id=str(number)) for number in range(31)] + [seen(2)])
    assert answer.status_code == 429
    assert answer.json()["throttled_devices"] == {"story-1": 31}
    assert answer.json()["throttled_events"] == list(range(31))


def test_notes_and_releases_are_kept(client, store):
    client.post("/api/2/annotations", data={"date": "2026-03-17", "label": "CSV export at 100 %"})
    assert client.get("/api/2/annotations").json()["data"][0]["label"] == "CSV export at 100 %"
    assert client.post("/api/2/release", data={"version": "1.2.0"}).status_code == 400
    client.post("/api/2/release", data={"version": "1.2.0", "release_start": "2026-03-17 00:00:00"})
    assert client.get("/api/2/release").json()["releases"][0]["version"] == "1.2.0"


def test_an_archive_that_is_broken_inside_is_asked_for_again(settings, store):
    store.put(FIRST, [event(number, FIRST) for number in range(50)])
    with serve(store) as site:
        routes, broken = site._routes, []

        def spoil(request):
            reply = routes(request)
            if request.path == "/api/2/export" and reply.status == 200 and not broken:
                broken.append(True)
                middle = len(reply.body) // 2
                return type(reply)(content=reply.body[:middle] + bytes(64) + reply.body[middle + 64 :])
            return reply

        site._routes = spoil
        assert run(settings, site).errors == []
    assert broken == [True]
    assert len(usage(settings)) == 50


def uploaded() -> pl.DataFrame:
    """What three deliveries of the company look like: an exposure, a purchase by a clock that is ahead, and ours."""
    at = datetime(2026, 3, 17, 8, 30, tzinfo=UTC)
    rows = [
        {"event_key": "e1", "user": "u1", "flag": "csv-export", "variant": "on", "event": "exposed"},
        {"event_key": "e2", "user": None, "event": "bought", "revenue": 9.5, "occurred_at": at + timedelta(hours=3)},
        {"event_key": "e3", "user": "u3", "event": "exported", "is_internal": True, "properties": '{"feature":"csv"}'},
    ]
    whole = {
        "uploaded_at": at, "occurred_at": at, "device": "d1", "session": 1_700_000_000_000, "platform": "web",
        "country": "DE", "plan": "pro", "is_internal": False, "properties": "{}",
    }  # fmt: skip
    return pl.DataFrame([{name: (whole | row).get(name) for name in USAGE} for row in rows], schema=USAGE)


def test_the_companys_uploads_are_rendered_as_the_vendor_exports_them(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(demo, "uploads", lambda _company, _begin, _end: iter([uploaded()]))
    company = simulate(Scale.small(), ends_at=datetime(2026, 3, 31, 6, tzinfo=UTC))
    shown = demo.DEMO.show(company, company.ends_at, tmp_path / "rendered")
    assert shown is not None
    with shown.server as site:
        home = settings.model_copy(update={"sources": {"amplitude": dict(shown.table)}})
        key, secret = shown.secrets["key"], shown.secrets["secret"]
        table = {name: value for name, value in shown.table.items() if name != "begins_on"}
        assert run(home, site, **table, key=key, secret=secret).errors == []
    rows = {row[3]: row for row in usage(home)}
    assert {key: row[4] for key, row in rows.items()} == {
        "e1": "[Experiment] Exposure", "e2": "bought", "e3": "exported",
    }  # fmt: skip
    assert rows["e1"][17:20] == (True, "csv-export", "on")
    assert rows["e2"][5] is None
    assert rows["e2"][15] == 9.5
    assert rows["e2"][9] == rows["e2"][10]
    assert [row[16] for row in rows.values()] == [False, False, True]
    assert rows["e3"][20] == '{"feature":"csv"}'
