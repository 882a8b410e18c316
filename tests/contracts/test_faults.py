"""What changes while a collection is on its way, and a clock that is wrong: the log ends equal to a clean one's."""

from datetime import timedelta

import pytest

from pipelines.sources.loopback import Reply, Request
from tests.contracts.collecting import events
from tests.contracts.faults import every_vendor


@every_vendor
def test_what_is_taken_away_between_two_pages_takes_nothing_else_with_it(vendor, clean, settings):
    with vendor.play() as played:
        routes, lists = played.site._routes, []

        def taking(request: Request) -> Reply:
            lists.append(vendor.list in request.place)
            if lists.count(True) == 2 and lists[-1]:
                played.take_one()
            return routes(request)

        played.site._routes = taking
        first = played.collect(settings)
    assert first.errors == []
    # What was read before it went is known; a census tells of its end, where the vendor has anything to count.
    left = [row for row in events(settings) if row[1] != vendor.deletion]
    assert left == clean(vendor)
    gone = [row for row in events(settings) if row[1] == vendor.deletion]
    assert len(gone) == (0 if vendor.deletion is None else 1)


@pytest.mark.parametrize("hours", [-5, 5])
@every_vendor
def test_a_vendor_whose_clock_is_wrong_is_read_all_the_same(vendor, hours, clean, settings):
    with vendor.play() as played:
        played.site.clock_offset = timedelta(hours=hours)
        assert played.collect(settings).errors == []
        assert played.collect(settings).errors == []
    assert events(settings) == clean(vendor)
