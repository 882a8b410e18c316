"""Plants product events as a vendor exports them, by the very way in that recordings take."""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from pipelines.ingest import Intake, take_in
from pipelines.settings import Settings
from warehouse.people import pseudonyms

PROJECT = "187520"
_NUMBERS = count(1)
_TIME = "%Y-%m-%d %H:%M:%S.%f"

Line = dict[str, Any]


def did(
    user: str | None, what: str, at: datetime, *, device: str | None = None, told_late: timedelta = timedelta(0),
    **changed: Any,
) -> Line:  # fmt: skip
    """Something that was done at a moment, by the client's clock, and uploaded at once or so much later."""
    uploaded = (at + told_late).strftime(_TIME)
    return {
        "$insert_id": f"planted-{next(_NUMBERS)}",
        "app": int(PROJECT),
        "user_id": user,
        "device_id": device or f"device of {user}",
        "amplitude_id": None,
        "event_type": what,
        "event_time": at.strftime(_TIME),
        "server_upload_time": uploaded,
        "event_properties": {},
        "user_properties": {"email": f"{user}@customer.example"},
        **changed,
    }


def met(user: str | None, flag: str, variant: str, at: datetime, **more: Any) -> Line:
    """A flag that was met."""
    told = {"flag_key": flag, "variant": variant}
    return did(user, "[Experiment] Exposure", at, event_properties=told, **more)


def bought(user: str, at: datetime, revenue: float, **more: Any) -> Line:
    """A purchase, or below 0 what was given back."""
    return did(user, "purchase_completed", at, event_properties={"$revenue": revenue}, **more)


def plant_usage(settings: Settings, lines: Iterable[Line], folder: Path, *, as_of: datetime) -> None:
    """Take the lines in, each under the hour of its upload."""
    hours: dict[str, list[Line]] = defaultdict(list)
    for line in lines:
        day, clock = line["server_upload_time"].split(" ")
        hours[f"{day}_{int(clock[:2])}"].append(line)
    folder.mkdir(parents=True, exist_ok=True)
    for hour, told in hours.items():
        content = "".join(json.dumps(line) + "\n" for line in told).encode()
        (folder / f"{PROJECT}_{hour}#0.json.gz").write_bytes(gzip.compress(content))
    done = take_in(settings, Intake("amplitude", folder, "replay", as_of))
    assert done.reasons == []


def person(settings: Settings, user: str) -> str:
    """The key of a user in the log."""
    return pseudonyms(settings).user_keys("amplitude", "user_id", [user])[0]


def device(settings: Settings, name: str) -> str:
    """The key of a device in the log."""
    return pseudonyms(settings).user_keys("amplitude", "device_id", [name])[0]
