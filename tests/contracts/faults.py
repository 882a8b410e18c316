"""What the tests of faults share: every played vendor, and what has to become of a collection that meets one."""

import importlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from pipelines.settings import Settings
from pipelines.sources.faults import Faults
from tests.contracts.collecting import Vendor, events
from warehouse.connection import reader

VENDORS: tuple[Vendor, ...] = tuple(
    vendor
    for file in sorted(Path(__file__).parent.glob("played_*.py"))
    for vendor in importlib.import_module(f"tests.contracts.{file.stem}").VENDORS
)
every_vendor = pytest.mark.parametrize("vendor", VENDORS, ids=lambda vendor: vendor.name)
every_place = pytest.mark.parametrize("where", ["list", pytest.param("details", marks=pytest.mark.heavy)])
Clean = Callable[[Vendor], list[tuple[Any, ...]]]


@dataclass(frozen=True)
class Fault:
    """What goes wrong.

    Attributes:
        arrange: plans it for requests of a place that has this part.
        said: what the run then says of itself; None where it is whole all the same.
        is_quick: ends in another way than the others do; those take minutes.
    """

    arrange: Callable[[Faults, str], None]
    said: str | None = None
    is_quick: bool = False


def every_fault(faults: Mapping[str, Fault]) -> pytest.MarkDecorator:
    """Ask for each of them by name."""
    return pytest.mark.parametrize(
        "fault",
        [
            pytest.param(fault, id=name, marks=[] if fault.is_quick else pytest.mark.heavy)
            for name, fault in faults.items()
        ],
    )


def healing(faults: Mapping[str, Fault]) -> Callable[..., None]:
    """The test of each of them, at each place of each vendor."""

    @every_place
    @every_vendor
    @every_fault(faults)
    def test(fault: Fault, vendor: Vendor, where: str, settings: Settings, clean: Clean) -> None:
        """Let it happen once: the log ends equal, at once or by the next run, and until then the source says why."""
        with vendor.play() as played:
            fault.arrange(played.site.faults, vendor.list if where == "list" else vendor.details)
            first = played.collect(settings)
            if fault.said is None:
                assert first.errors == []
            else:
                assert fault.said in "; ".join(first.errors)
                with reader(settings.database) as connection:
                    assert connection.execute("select status, error from log.runs").fetchall() == [
                        ("failed", "; ".join(first.errors))
                    ]
                played.site.faults.clear()
                assert played.collect(settings).errors == []
        assert events(settings) == clean(vendor)

    return test
