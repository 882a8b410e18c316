"""Whatever goes wrong on the way, the log ends equal to that of a clean collection: at once, or by the next run, and
until then the source says why it is not whole.
"""

import importlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.settings import Settings
from pipelines.sources.faults import Faults
from pipelines.sources.loopback import Reply, Request
from tests.contracts.collecting import Vendor, events
from warehouse.connection import reader

VENDORS: tuple[Vendor, ...] = tuple(
    vendor
    for file in sorted(Path(__file__).parent.glob("played_*.py"))
    for vendor in importlib.import_module(f"tests.contracts.{file.stem}").VENDORS
)
every_vendor = pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
LIMIT = b'{"message": "You have exceeded a secondary rate limit."}'
WHOLE = None


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[Any, ...]]]:
    found = {}
    for vendor in VENDORS:
        home = Settings(home=tmp_path_factory.mktemp("clean") / vendor.name)
        with vendor.play() as played:
            assert played.collect(home).errors == []
        found[vendor.name] = events(home)
        assert len(found[vendor.name]) > 200
    return found


# What goes wrong, at which request; and what the run then says of itself.
FAULTS: dict[str, tuple[Callable[[Faults, str], None], str | None]] = {
    "429 that names a second": (
        lambda faults, at: faults.next("status", status=429, match=at, headers={"Retry-After": "1"}), WHOLE,
    ),
    "429 that names an hour": (
        lambda faults, at: faults.next("status", status=429, match=at, headers={"Retry-After": "7200"}), "asks to wait",
    ),
    "429 that names nothing, without end": (
        lambda faults, at: faults.next("status", 99, status=429, match=at, body=LIMIT), "asks to wait",
    ),
    "503 once": (lambda faults, at: faults.next("status", status=503, match=at), WHOLE),
    "500 in the middle of the list": (lambda faults, at: faults.next("status", status=500, match=at, after=1), WHOLE),
    "502 without end": (lambda faults, at: faults.next("status", 99, status=502, match=at), "answers 502"),
    "a dropped connection": (lambda faults, at: faults.next("drop", match=at), WHOLE),
    "connections dropped without end": (lambda faults, at: faults.next("drop", 99, match=at), "try later"),
    "a body that is cut off": (lambda faults, at: faults.next("truncate", match=at), WHOLE),
    "bodies cut off without end": (lambda faults, at: faults.next("truncate", 99, match=at), "broke off its answer"),
    "a slow body": (lambda faults, at: faults.next("slow", match=at, pause_seconds=0.000_01), WHOLE),
    "a web page": (lambda faults, at: faults.next("garbage", match=at), "a web page where"),
    "a web page later on": (lambda faults, at: faults.next("garbage", match=at, after=1), "a web page where"),
    "sent on to another host": (
        lambda faults, at: faults.next("redirect", status=302, match=at, headers={"Location": "http://127.0.0.2/"}),
        "sends on to 127.0.0.2",
    ),
    "a token revoked in the middle": (
        lambda faults, at: faults.next("status", status=401, match=at, after=1), "expired or revoked",
    ),
    "a right taken away": (
        lambda faults, at: faults.next("status", status=403, match=at), "lacks the right to read it",
    ),
}  # fmt: skip


# Those that end each in another way: waited for, tried again, left to the next run, refused. The others take minutes.
QUICK = ("503 once", "429 that names an hour", "a body that is cut off", "a web page later on", "a right taken away")


@pytest.mark.parametrize("where", ["list", pytest.param("details", marks=pytest.mark.heavy)])
@every_vendor
@pytest.mark.parametrize(
    "fault", [fault if fault in QUICK else pytest.param(fault, marks=pytest.mark.heavy) for fault in FAULTS]
)
def test_under_a_fault_the_log_ends_equal_or_says_why_and_the_next_run_heals(
    fault: str, vendor: Vendor, where: str, clean: dict[str, list[tuple[Any, ...]]], tmp_path: Path
) -> None:
    home = Settings(home=tmp_path / "home")
    arrange, said = FAULTS[fault]
    with vendor.play() as played:
        arrange(played.site.faults, vendor.list if where == "list" else vendor.details)
        first = played.collect(home)
        if said is WHOLE:
            assert first.errors == []
        else:
            assert said in "; ".join(first.errors)
            with reader(home.database) as connection:
                assert connection.execute("select status, error from log.runs").fetchall() == [
                    ("failed", "; ".join(first.errors))
                ]
            played.site.faults.clear()
            assert played.collect(home).errors == []
    assert events(home) == clean[vendor.name]


@every_vendor
def test_what_is_taken_away_between_two_pages_takes_nothing_else_with_it(vendor, clean, tmp_path):
    home = Settings(home=tmp_path / "home")
    with vendor.play() as played:
        routes, lists = played.site._routes, []

        def taking(request: Request) -> Reply:
            lists.append(vendor.list in request.place)
            if lists.count(True) == 2 and lists[-1]:
                played.take_one()
            return routes(request)

        played.site._routes = taking
        first = played.collect(home)
    assert first.errors == []
    # What was read before it went is known; a census tells of its end, where the vendor has anything to count.
    left = [row for row in events(home) if row[1] != vendor.deletion]
    assert left == clean[vendor.name]
    gone = [row for row in events(home) if row[1] == vendor.deletion]
    assert len(gone) == (0 if vendor.deletion is None else 1)


@pytest.mark.parametrize("hours", [-5, 5])
@every_vendor
def test_a_vendor_whose_clock_is_wrong_is_read_all_the_same(vendor, hours, clean, tmp_path):
    home = Settings(home=tmp_path / "home")
    with vendor.play() as played:
        played.site.clock_offset = timedelta(hours=hours)
        assert played.collect(home).errors == []
        assert played.collect(home).errors == []
    assert events(home) == clean[vendor.name]
