"""Realistic product events of about 1.6 KB in the files that an export holds, written fast and alike each time."""

import gzip
import hashlib
import json
import random
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

PROJECT, DAY, USERS = "187520", datetime(2026, 3, 30, tzinfo=UTC), 20_000
_TYPES = ("Page Viewed", "Export Clicked", "Search Done", "Report Opened", "Session Started", "Comment Added")
_CITIES = (("Berlin", "Germany"), ("Paris", "France"), ("Oslo", "Norway"), ("San Francisco", "United States"))


def write(folder: Path, count: int, files: int = 24) -> int:
    """Write `files` packed files of an hour each into `folder/loose`, and all of them as one zip into `folder/zip`.

    Returns:
        bytes of the lines, unpacked.
    """
    (folder / "loose").mkdir(parents=True)
    (folder / "zip").mkdir()
    chance, template, size = random.Random(7), _template(), 0
    with zipfile.ZipFile(folder / "zip" / "export.zip", "w", zipfile.ZIP_STORED) as archive:
        for number in range(files):
            hour = DAY + timedelta(hours=number)
            lines = b"".join(
                (template % _values(chance, hour, number * 10_000_000 + place)).encode() + b"\n"
                for place in range(count // files)
            )
            name = f"{PROJECT}_{hour:%Y-%m-%d}_{hour.hour}#0.json.gz"
            (folder / "loose" / name).write_bytes(gzip.compress(lines, 5, mtime=0))
            archive.write(folder / "loose" / name, f"{PROJECT}/{name}")
            size += len(lines)
    return size


def _values(chance: random.Random, hour: datetime, number: int) -> dict[str, Any]:
    user = chance.randrange(USERS)
    digest = hashlib.md5(number.to_bytes(8, "big")).hexdigest()
    at = (hour + timedelta(microseconds=chance.randrange(3_600_000_000))).strftime("%Y-%m-%d %H:%M:%S.%f")
    city, country = _CITIES[user % 4]
    unique = f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:]}"
    kind = "[Experiment] Exposure" if number % 20 == 0 else _TYPES[chance.randrange(6)]
    return {
        "unique": unique, "user": f"user-{user:06}", "device": hashlib.md5(b"%d" % user).hexdigest(), "id": user,
        "at": at, "type": kind, "city": city, "country": country, "page": chance.randrange(10_000),
        "ms": chance.randrange(9_000), "ip": f"198.51.{user % 250}.{user % 199}", "number": number,
        "text": digest * chance.randrange(1, 4), "variant": ("on", "off")[user % 2],
    }  # fmt: skip


def _template() -> str:
    """Return a line with places to fill in: the fields of an export, most of them of no use to anybody."""
    event = {
        "$insert_id": "%(unique)s", "$insert_key": None, "$schema": 13, "adid": None, "amplitude_event_type": None,
        "amplitude_id": "#9%(id)s#", "app": 187520, "city": "%(city)s", "client_event_time": "%(at)s",
        "client_upload_time": "%(at)s", "country": "%(country)s", "data": {"path": "/2/httpapi"}, "data_type": "event",
        "device_brand": None, "device_carrier": None, "device_family": "Mac OS X", "device_id": "%(device)s",
        "device_type": "Mac", "dma": None, "event_id": "#%(number)s#", "event_time": "%(at)s", "event_type": "%(type)s",
        "event_properties": {
            "feature": "export", "surface": "toolbar", "page": "/projects/%(page)s", "duration_ms": "#%(ms)s#",
            "query": "%(text)s", "[Amplitude] Page URL": "https://app.acme.example/projects/%(page)s?tab=board",
            "[Amplitude] Page Title": "Board of project %(page)s", "items": [1, 2, 3], "flag_key": "csv-export",
            "variant": "%(variant)s",
        },
        "global_user_properties": {}, "group_properties": {}, "groups": {}, "idfa": None, "ip_address": "%(ip)s",
        "is_attribution_event": False, "language": "English", "library": "amplitude-ts/2.11.1", "location_lat": 52.5,
        "location_lng": 13.4, "os_name": "Chrome", "os_version": "126", "partner_id": None, "paying": None, "plan": {},
        "platform": "Web", "processed_time": "%(at)s", "region": "%(city)s", "sample_rate": None,
        "server_received_time": "%(at)s", "server_upload_time": "%(at)s", "session_id": "#17118%(id)s#",
        "source_id": None, "start_version": None, "user_creation_time": "2025-03-01 08:00:00.000000",
        "user_id": "%(user)s", "uuid": "%(unique)s", "version_name": "4.2.1",
        "user_properties": {
            "email": "%(user)s@customer.example", "plan": "pro", "role": "admin", "company": "Customer %(id)s Ltd",
            "initial_referrer": "https://www.search.example/", "initial_utm_source": "newsletter",
            "signup_date": "2025-03-01",
        },
    }  # fmt: skip
    return json.dumps(event, separators=(",", ":")).replace('"#', "").replace('#"', "")
