"""Dates as any spreadsheet writes them, and those that it should not have written."""

import pytest

from pipelines.events.envelope import MappingError
from pipelines.sources.cloudevents.cells import moment


@pytest.mark.parametrize(
    ("cell", "at"),
    [
        ("2026-01-05", "2026-01-05T00:00:00+00:00"), ("2026-01-05 14:30", "2026-01-05T14:30:00+00:00"),
        ("2026-01-05T14:30:00+02:00", "2026-01-05T12:30:00+00:00"), ("2026-01-05T14:30Z", "2026-01-05T14:30:00+00:00"),
        ("46027", "2026-01-05T00:00:00+00:00"), ("46027.604166667", "2026-01-05T14:30:00+00:00"),
        ("46027,5", "2026-01-05T12:00:00+00:00"), ("5.1.2026", "2026-01-05T00:00:00+00:00"),
        ("05.01.2026 14:30:10", "2026-01-05T14:30:10+00:00"), ("1/31/2026", "2026-01-31T00:00:00+00:00"),
        ("31/1/2026 9:05", "2026-01-31T09:05:00+00:00"), ("1/31/2026, 12:05 AM", "2026-01-31T00:05:00+00:00"),
        ("1/31/2026 2:05 p.m.", "2026-01-31T14:05:00+00:00"), ("5/5/2026", "2026-05-05T00:00:00+00:00"),
    ],
)  # fmt: skip
def test_a_date_as_any_spreadsheet_writes_it(cell, at):
    assert moment({"at": cell}, "at") == at


@pytest.mark.parametrize(
    ("cell", "said"),
    [("soon", "at is no time"), ("31.2.2026", "at is no time"), ("13/13/2026", "at is no time"),
     ("1/2/2026", "one day in America and another in Europe"), ("2026", "at is no time"), ("99999999", "at is no time"),
     ("1.1.2026 25:00", "at is no time"), ("2026-01-05 noon", "at is no time")],
)  # fmt: skip
def test_a_date_that_is_none_or_two_is_refused_with_what_to_write(cell, said):
    with pytest.raises(MappingError, match=said):
        moment({"at": cell}, "at")
