"""The demo company's stories are told to its product analytics: each that shipped once, whatever becomes of answers."""

import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pipelines.settings import Settings
from pipelines.settings_sections import UsageSettings
from tests.contracts.analytics_sites import EVENTS, Analytics, analytics_site, events_of_ours, messages
from tests.contracts.outbox_sites import LATER
from tests.end_to_end.conftest import Recovered
from tests.end_to_end.recovering import rows

pytestmark = pytest.mark.heavy
MARKS = ("annotation", "release")


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Analytics]:
    with analytics_site(monkeypatch) as site:
        yield site


def told(site: Analytics, recovered: Recovered, folder: Path, since: datetime) -> Settings:
    """A home of the company's warehouse, which tells of what happened since a moment."""
    home = Settings(home=folder)
    folder.mkdir(exist_ok=True)
    shutil.copyfile(recovered.settings.database, home.database)
    analytics = {"enabled_at": since, "kinds": (*EVENTS, *MARKS)}
    settings = site.settings(home, enabled_at=recovered.as_of, analytics=analytics)
    return settings.model_copy(update={"usage": UsageSettings(segments=recovered.settings.segments)})


def names(site: Analytics, event: str) -> Counter[str]:
    return Counter({story: times for (name, story), times in site.stored.items() if name == event})


def test_each_story_that_shipped_since_counts_once_and_none_before(site, recovered, tmp_path):
    since = recovered.as_of - timedelta(days=200)
    settings = told(site, recovered, tmp_path / "home", since)
    shipped = {
        str(key): at for key, at in rows(settings, """
            select story_key, full_rollout_at from marts.fct_stories
            where is_measured and not is_deleted and full_rollout_at is not null
        """)
    }  # fmt: skip
    fresh = {key for key, at in shipped.items() if at >= since}
    assert 10 < len(fresh) < len(shipped)
    site.site.faults.next("lost", match="/2/httpapi", after=1)
    site.site.faults.next("lost", match="POST /api/2/annotations", after=2)
    for number in range(3):
        site.send(settings, LATER * number, at=recovered.as_of + timedelta(hours=1))
    assert names(site, "Story Shipped") == Counter(fresh)
    assert _wrong(settings, site, since) == []
    assert Counter(note["label"].partition(":")[0] for note in site.store.annotations) == Counter(fresh)
    assert Counter(one["version"].partition(" ")[0] for one in site.store.releases) == Counter(fresh)
    assert {one.state for one in messages(settings)} == {"sent"}
    assert len(events_of_ours(settings)) == len(messages(settings))
    said = str([event for _, event in site.store.posted.values()]) + str(site.store.annotations)
    assert [title for (title,) in rows(settings, "select distinct title from marts.fct_stories") if title in said] == []


def _wrong(settings: Settings, site: Analytics, since: datetime) -> list[Any]:
    """Steps and figures that do not count as often as the marts have them."""
    steps = rows(settings, f"""
        with told as (
            select unnest(story_keys) as story_key, * exclude (story_key) from marts.fct_rollout_steps
        )

        select told.story_key, count(*) from told
        inner join marts.fct_stories as stories on told.story_key = stories.story_key
        where
            told.is_production and told.kind in ('raise', 're_raise', 'rollback') and told.percentage is not null
            and stories.is_measured and not stories.is_deleted and told.started_at >= timestamptz '{since.isoformat()}'
        group by all
    """)  # fmt: skip
    measured = rows(settings, f"""
        with newest as (
            select * from marts.fct_story_impact where is_primary
            qualify row_number() over (partition by story_key, flag_key order by epoch desc) = 1
        )

        select newest.story_key, count(*) from newest
        inner join marts.fct_stories as stories on newest.story_key = stories.story_key
        where
            newest.is_mature and newest.answer not in ('too_early', 'rolled_back')
            and stories.is_measured and not stories.is_deleted
            and stories.full_rollout_at >= timestamptz '{since.isoformat()}'
            and newest.as_of >= stories.full_rollout_at + interval 30 days
        group by all
    """)  # fmt: skip
    assert steps != []
    assert measured != []
    return [
        (event, names(site, event), dict(counted))
        for event, counted in (("Rollout Step", steps), ("Impact Measured", measured))
        if names(site, event) != Counter(dict(counted))
    ]
