"""What a collection gives to which nothing happens, of every vendor that somebody asks for."""

from functools import cache
from typing import Any

import pytest

from pipelines.settings import Settings
from tests.contracts.collecting import Vendor, events
from tests.contracts.faults import Clean


@pytest.fixture(scope="session")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Clean:
    """Return the events of a vendor; it is collected when it is asked for first."""

    @cache
    def collected(vendor: Vendor) -> list[tuple[Any, ...]]:
        home = Settings(home=tmp_path_factory.mktemp("clean") / vendor.name)
        with vendor.play() as played:
            assert played.collect(home).errors == []
        found = events(home)
        assert len(found) > 200
        return found

    return collected
