"""What a played Amplitude answers: exports by hour, events that are posted, and notes on its charts."""

import base64
import json
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs

from pipelines.clock import now
from pipelines.sources.amplitude.server.store import Store
from pipelines.sources.loopback import Loopback, Reply, Request

_STAMP = "%Y%m%dT%H"
_MOST_EVENTS = 2_000
_MOST_DAYS = timedelta(days=365)
_SHORTEST_ID = 5


def serve(store: Store) -> Loopback:
    """Return a server for a project; enter it, and it answers."""
    return Loopback(lambda request: _answer(store, request))


def _answer(store: Store, request: Request) -> Reply:
    handler = _ROUTES.get((request.method, request.path))
    if handler is None:
        return Reply(404, {"code": 404, "error": "Not Found"})
    if request.path.startswith("/api/") and request.headers.get("authorization") != _basic(store.keys):
        return Reply(401, content=b"Invalid API key or secret key.", headers={"Content-Type": "text/plain"})
    return handler(store, request)


def _basic(keys: str) -> str:
    return "Basic " + base64.b64encode(keys.encode()).decode()


def _export(store: Store, request: Request) -> Reply:
    try:
        first, last = (_hour(request.asked(name)) for name in ("start", "end"))
    except ValueError:
        return Reply(400, content=b"start and end must be of the form YYYYMMDDTHH")
    end = last + timedelta(hours=1)
    if end <= first or end - first > _MOST_DAYS:
        return Reply(400, content=b"the range must be of one hour at least and of 365 days at most")
    archive = store.export(first, end)
    if len(archive) > store.quirks.largest_bytes:
        return Reply(400, content=b"The export is larger than 4GB; ask for a smaller time range.")
    if not archive:
        return Reply(404, content=b"Raw data files were not found.")
    return Reply(content=archive, headers={"Content-Type": "application/zip"})


def _hour(told: str | None) -> datetime:
    return datetime.strptime(told or "", _STAMP).replace(tzinfo=UTC)


def _events(store: Store, request: Request) -> Reply:
    """Take posted events: HTTP V2 and batch answer alike but for their bounds."""
    try:
        told = request.json()
    except ValueError:
        return _refused("Invalid JSON request body")
    if not isinstance(told, dict) or told.get("api_key") != store.api_key:
        key = told.get("api_key") if isinstance(told, dict) else None
        return _refused(f"Invalid API key: {key}")
    events = told.get("events")
    if not isinstance(events, list) or not events:
        return _refused("Request missing required field", missing_field="events")
    if len(events) > _MOST_EVENTS:
        return Reply(413, {"code": 413, "error": "Payload too large"})
    shortest = (told.get("options") or {}).get("min_id_length", _SHORTEST_ID)
    wrong = _wrong(events, shortest)
    if wrong:
        return _refused("Request missing required field", **wrong)
    bursts = {device: count for device, count in _by_device(events).items() if count > store.quirks.events_per_second}
    if bursts:
        return Reply(
            429,
            {
                "code": 429,
                "error": "Too many requests for some devices and users",
                "eps_threshold": store.quirks.events_per_second,
                "throttled_devices": bursts,
                "throttled_events": [
                    place for place, event in enumerate(events) if str(event.get("device_id")) in bursts
                ],
            },
        )
    at = now()
    for event in events:
        store.take(event, at)
    told_back = {"events_ingested": len(events), "payload_size_bytes": len(request.body)}
    answer = {"code": 200, **told_back, "server_upload_time": round(at.timestamp() * 1_000)}
    return Reply(json=answer, wrote=f"{len(events)} events")


def _refused(error: str, **more: Any) -> Reply:
    return Reply(400, {"code": 400, "error": error, **more})


def _wrong(events: list[Any], shortest: int) -> dict[str, Any]:
    missing: dict[str, list[int]] = {}
    invalid: dict[str, list[int]] = {}
    for place, event in enumerate(events):
        if not isinstance(event, dict) or not event.get("event_type"):
            missing.setdefault("event_type", []).append(place)
        elif not event.get("user_id") and not event.get("device_id"):
            missing.setdefault("user_id", []).append(place)
        else:
            for name in ("user_id", "device_id"):
                if event.get(name) is not None and len(str(event[name])) < shortest:
                    invalid.setdefault(name, []).append(place)
    told = {"events_with_missing_fields": missing, "events_with_invalid_id_lengths": invalid}
    return {name: places for name, places in told.items() if places}


def _by_device(events: list[Any]) -> Counter[str]:
    return Counter(str(event["device_id"]) for event in events if event.get("device_id"))


def _form(request: Request) -> dict[str, Any]:
    """Read a body that is JSON or a form, or what stands in the address."""
    try:
        told = json.loads(request.body)
    except ValueError:
        told = {name: values[-1] for name, values in parse_qs(request.body.decode("utf-8", "replace")).items()}
    asked = {name: values[-1] for name, values in request.query.items()}
    return {**asked, **told} if isinstance(told, dict) else asked


def _annotated(store: Store, request: Request) -> Reply:
    told = _form(request)
    note = {"id": len(store.annotations) + 1, **told}
    store.annotations.append(note)
    return Reply(json={"success": True, "annotation": note}, wrote="an annotation")


def _annotations(store: Store, _: Request) -> Reply:
    return Reply(json={"data": store.annotations})


def _released(store: Store, request: Request) -> Reply:
    told = _form(request)
    if not told.get("version") or not told.get("release_start"):
        return Reply(400, {"success": False, "error": "version and release_start are required"})
    store.releases.append({"id": len(store.releases) + 1, **told})
    return Reply(json={"success": True, "release": store.releases[-1]}, wrote="a release")


def _releases(store: Store, _: Request) -> Reply:
    return Reply(json={"success": True, "releases": store.releases})


_ROUTES: dict[tuple[str, str], Callable[[Store, Request], Reply]] = {
    ("GET", "/api/2/export"): _export,
    ("POST", "/2/httpapi"): _events,
    ("POST", "/batch"): _events,
    ("GET", "/api/2/annotations"): _annotations,
    ("POST", "/api/2/annotations"): _annotated,
    ("GET", "/api/2/release"): _releases,
    ("POST", "/api/2/release"): _released,
}
