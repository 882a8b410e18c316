"""When a comment may go, and when another text is worth another word."""

import json
from datetime import UTC, datetime, time
from typing import Any

import pytest

from pipelines.outbox.policy import corrections, is_quiet
from pipelines.settings import Settings, SettingsError, load_settings
from pipelines.writeback_settings import Writeback
from tests.unit.outbox.saying import said


@pytest.mark.parametrize(
    ("start", "end", "zone", "at", "is_it"),
    [
        ("22:00", "07:00", "UTC", "2026-01-05T21:59", False),
        ("22:00", "07:00", "UTC", "2026-01-05T22:00", True),
        ("22:00", "07:00", "UTC", "2026-01-06T06:59", True),
        ("22:00", "07:00", "UTC", "2026-01-06T07:00", False),
        ("00:00", "00:00", "UTC", "2026-01-06T00:00", False),
        ("09:00", "17:00", "UTC", "2026-01-06T12:00", True),
        # Berlin is an hour ahead in winter and two in summer.
        ("22:00", "07:00", "Europe/Berlin", "2026-01-05T21:30", True),
        ("22:00", "07:00", "Europe/Berlin", "2026-01-06T06:30", False),
        ("22:00", "07:00", "Europe/Berlin", "2026-07-06T05:30", False),
    ],
)
def test_it_is_quiet_by_the_clock_of_the_time_zone(start, end, zone, at, is_it):
    told = Writeback(quiet_from=time.fromisoformat(start), quiet_until=time.fromisoformat(end), time_zone=zone)
    assert is_quiet(told, datetime.fromisoformat(at).replace(tzinfo=UTC)) is is_it


@pytest.fixture
def pack() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(said().facts)
    return found


def test_equal_facts_correct_nothing(pack):
    assert corrections(pack, json.loads(said().facts), 0.1) == []


def test_a_figure_that_moved_far_a_verdict_and_a_claim_that_went_are_corrections(pack):
    other = json.loads(said().facts)
    claim = other["claims"][1]
    figure = next(fact for fact in claim["facts"] if fact["kind"] == "ratio")
    figure["value"] *= 1.05
    assert corrections(pack, other, 0.1) == []
    figure["value"] *= 1.2
    assert corrections(pack, other, 0.1) == [f"{claim['subject']} was 1.08 and is 1.361"]
    claim["answer"] = "no_effect"
    assert corrections(pack, other, 0.1) == [f"{claim['subject']}: increased became no_effect"]
    other["claims"].remove(claim)
    assert corrections(pack, other, 0.1) == [f"{claim['subject']} is no longer told"]
    other["state"] = "rolled_back"
    assert corrections(pack, other, 0.1) == ["it was rolled back"]


def test_how_many_people_a_figure_is_of_corrects_nothing(pack):
    other = json.loads(said().facts)
    moved = [fact for claim in other["claims"] for fact in claim["facts"] if fact["kind"] in ("people", "count")]
    assert moved
    for fact in moved:
        fact["value"] = 10 * (fact["value"] or 1)
    assert corrections(pack, other, 0.1) == []


@pytest.mark.parametrize(
    ("line", "said_of_it"),
    [
        ('mode = "yes"', "writeback.mode"),
        ('time_zone = "Mars/Olympus"', "no IANA time zone"),
        ("enabled_at = 2026-01-05T00:00:00", "with its zone"),
        ("comments_per_hour = 0", "writeback.comments_per_hour"),
        ('quiet_from = "late"', "writeback.quiet_from"),
    ],
)
def test_a_wrong_setting_is_told_by_its_key(line, said_of_it, tmp_path):
    file = tmp_path / "storyline.toml"
    file.write_text(f"[writeback]\n{line}\n")
    with pytest.raises(SettingsError, match=said_of_it):
        load_settings(file)


def test_nothing_is_written_unless_somebody_says_so():
    assert Settings().writeback.mode == "dry_run"
