"""A played Amplitude project for tests: events with planted truth, and one collection of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

from pydantic import SecretStr

import pipelines.sources.amplitude as amplitude
from pipelines.collect import Collected
from pipelines.settings import Settings
from pipelines.sources.amplitude.connection import AmplitudeConnection
from pipelines.sources.amplitude.server import Store, serve
from pipelines.sources.live import LiveSource
from pipelines.sources.loopback import Loopback
from tests.contracts.collecting import AS_OF, Played, Vendor, collected
from warehouse.connection import reader

PROJECT = "187520"
KEYS = "an-api-key:a-secret-key"
FIRST = datetime(2026, 3, 17, tzinfo=UTC)
HOUR = timedelta(hours=1)
SOURCE: LiveSource = amplitude.SOURCE


def project(**quirks: int) -> Store:
    store = Store(PROJECT, KEYS)
    for name, value in quirks.items():
        setattr(store.quirks, name, value)
    return store


def event(number: int, hour: datetime, **changed: Any) -> dict[str, Any]:
    """An event as the vendor exports it; `number` makes it unique and tells who did it."""
    at = (hour + timedelta(seconds=number % 3_600)).strftime("%Y-%m-%d %H:%M:%S.%f")
    return {
        "$insert_id": f"event-{number:08}",
        "uuid": f"delivery-{number:08}-{hour:%d%H}",
        "app": int(PROJECT),
        "amplitude_id": 900_000 + number % 50,
        "user_id": f"user-{number % 50:04}",
        "device_id": f"device-{number % 70:04}",
        "event_type": "Export Clicked",
        "event_time": at,
        "server_upload_time": at,
        "session_id": 1_774_828_800_000,
        "platform": "Web",
        "country": "Germany",
        "version_name": "4.2.1",
        "ip_address": "203.0.113.9",
        "city": "Berlin",
        "event_properties": {"feature": "export", "query": "what nobody allowed"},
        "user_properties": {"plan": "pro", "email": f"user{number % 50}@customer.example"},
        **changed,
    }


def hours(first: datetime, count: int) -> list[datetime]:
    return [first + place * HOUR for place in range(count)]


def busy(store: Store, count: int = 320, each: int = 5, first: datetime = FIRST) -> None:
    """Fill hours from `first` on with events of their own."""
    for place, hour in enumerate(hours(first, count)):
        store.put(hour, [event(place * each + number, hour) for number in range(each)])


def connected(site: Loopback, **changed: Any) -> AmplitudeConnection:
    key, secret = KEYS.split(":")
    whole: dict[str, Any] = {
        "url": site.url,
        "projects": (PROJECT,),
        "begins_on": date(2026, 3, 17),
        "key": SecretStr(key),
        "secret": SecretStr(secret),
    }
    return AmplitudeConnection(**(whole | changed))


def run(home: Settings, site: Loopback, *, hours: int = 0, attempts: int = 3, **changed: Any) -> Collected:
    return collected(home, SOURCE, connected(site, **changed), hours=hours, attempts=attempts)


def usage(home: Settings) -> list[tuple[Any, ...]]:
    """Every product event, told once."""
    with reader(home.database) as connection:
        return connection.execute("select * from log.usage_events order by all").fetchall()


def segments(home: Settings) -> list[tuple[Any, ...]]:
    with reader(home.database) as connection:
        return connection.execute(
            "select covers_from, covers_until, rows from log.segments order by covers_from"
        ).fetchall()


@contextmanager
def _played() -> Iterator[Played]:
    begins = datetime(2026, 3, 22, tzinfo=UTC)
    store = project()
    busy(store, 204, 2, begins)
    with serve(store) as site:
        # Nothing is ever taken out of an export; what is put in after the walk has passed is for the next night.
        late = AS_OF + timedelta(days=30)
        yield Played(
            site, lambda home: run(home, site, begins_on=begins.date()), lambda: store.put(late, [event(1, late)])
        )


VENDORS = (Vendor("amplitude", "/2/export", "/api/2/export", None, _played),)
