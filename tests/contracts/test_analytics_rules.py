"""What product analytics are told, and when: what is shown, what is let go, and what becomes a correction."""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from pipelines.settings import Settings
from pipelines.writeback import Asked, approve, by_night, show
from tests.contracts.analytics_sites import Analytics, analytics_site, read_back, shipped
from tests.contracts.test_analytics_delivers import ONCE
from tests.unit.summaries.told import FINAL, FULL


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Analytics]:
    with analytics_site(monkeypatch) as site:
        yield site


@pytest.fixture
def house(site: Analytics, settings: Settings) -> Settings:
    told = site.settings(settings)
    shipped(told)
    return told


def test_a_payload_is_shown_line_by_line(site, house):
    told = show(house, Asked())
    assert any("a new event on amplitude SHOP-1, message" in line for line in told)
    assert {"  +event: Story Shipped", "  +at: 2025-12-15T14:00:00+00:00", "  +rollout: 1"} <= set(told)
    assert site.site.requests == []


def test_nothing_is_told_of_what_happened_before_unless_it_is_asked_for(site, settings):
    home = site.settings(settings, analytics={"enabled_at": FULL - timedelta(hours=1)})
    shipped(home)
    # The first step lies before, what followed does not.
    assert site.send(home).sent == 2
    assert site.send(home, is_backfill=True).sent == 1
    assert site.stored == ONCE


def test_only_what_a_person_approved_goes_in_mode_approve(site, settings):
    home = site.settings(settings, "approve")
    shipped(home)
    assert site.send(home).sent == 0
    approve(home, ["SHOP-1"], is_approved=True)
    assert site.send(home).sent == 3


def test_quiet_hours_and_the_rate_are_for_people(site, settings):
    home = site.settings(settings, quiet_from="00:00", quiet_until="23:59", comments_per_hour=1)
    shipped(home)
    assert site.send(home).sent == 3


@pytest.mark.parametrize("mode", ["off", "dry_run"])
def test_nothing_is_told_unless_it_is_switched_on(mode, site, settings):
    home = site.settings(settings, mode)
    shipped(home)
    by_night(home)
    off = site.settings(settings, analytics={"enabled": False})
    assert site.send(off).sent == 0
    assert site.site.requests == []


def test_figures_are_told_when_they_are_final_and_a_correction_is_another_event(site, house):
    shipped(house, as_of=FINAL, window_end=FINAL)
    at = FINAL + timedelta(hours=6)
    read_back(house, FULL - timedelta(days=30), at)
    assert site.send(house, at=at).sent == 4
    shipped(house, as_of=FINAL, window_end=FINAL, ratio=1.0811)
    assert site.send(house, at=at).sent == 0
    shipped(house, as_of=FINAL, window_end=FINAL, ratio=0.7, answer="decreased")
    assert site.send(house, at=at).sent == 1
    told = [one for _, one in site.store.posted.values() if one["event_type"] == "Impact Measured"]
    assert [(one["event_properties"]["version"], one["event_properties"]["ratio"]) for one in told] == [
        (1, 1.0803),
        (2, 0.7),
    ]
    assert {one["event_properties"]["grade"] for one in told} == {"A"}
    assert len({one["device_id"] for one in told}) == 1


def test_a_newer_definition_or_a_later_rollout_tells_nothing_anew(site, house):
    shipped(house, as_of=FINAL, window_end=FINAL)
    at = FINAL + timedelta(hours=6)
    read_back(house, FULL - timedelta(days=30), at)
    site.send(house, at=at)
    shipped(house, as_of=FINAL, window_end=FINAL, definition_version="impact 2")
    assert site.send(house, at=at).sent == 0
