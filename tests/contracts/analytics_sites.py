"""A played project of product analytics that is told of planted stories, as often as a test asks for it."""

from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from pipelines.events.usage import USAGE_COLUMNS
from pipelines.outbox.delivered import Delivered
from pipelines.settings import Settings
from pipelines.settings_sections import NetworkSettings
from pipelines.sources.amplitude.server import Store, serve
from pipelines.sources.loopback import Loopback
from pipelines.summary_settings import Summaries
from pipelines.writeback import Asked, send
from pipelines.writeback_settings import Writeback
from tests.contracts.played_amplitude import PROJECT, project
from tests.unit.outbox.homes import plant
from tests.unit.outbox.saying import BEGUN, FINAL
from tests.unit.summaries.told import FULL, STORY, by_lot, marts, raised
from warehouse import outbox
from warehouse.outbox import Message
from warehouse.store import open_log

SOON = FULL + timedelta(hours=6)
EVENTS = ("story_shipped", "rollout_step", "impact_measured")


@dataclass
class Analytics:
    """A played project."""

    site: Loopback
    store: Store

    def settings(self, home: Settings, mode: str = "auto", **changed: Any) -> Settings:
        """Settings that tell it of stories; nothing else is written."""
        return telling(home, self.site.url, mode, **changed)

    def send(self, home: Settings, after: timedelta = timedelta(), at: datetime = SOON, **asked: Any) -> Delivered:
        return send(home, Asked(**asked), clock=lambda: at + after)

    @property
    def stored(self) -> Counter[tuple[str, str]]:
        """How many events of a name and a story the project counts."""
        return Counter(
            (one["event_type"], one["event_properties"]["story_key"]) for _, one in self.store.posted.values()
        )


def telling(home: Settings, url: str, mode: str = "auto", **changed: Any) -> Settings:
    """Settings by which a played project is told of stories, and nothing else is written."""
    analytics = {"enabled": True, "enabled_at": BEGUN, "kinds": EVENTS, **changed.pop("analytics", {})}
    told = Writeback.model_validate({"mode": mode, "enabled_at": FINAL, "analytics": analytics, **changed})
    network = NetworkSettings(attempts=2, timeout_seconds=2, max_wait_seconds=1)
    table = {"url": url, "projects": [PROJECT], "internal_domains": ["acme.example"]}
    return Settings(
        home=home.home, writeback=told, network=network, summaries=Summaries(provider="off"),
        sources={"amplitude": table},
    )  # fmt: skip


KEYS = {"STORYLINE_AMPLITUDE_KEY": "an-api-key", "STORYLINE_AMPLITUDE_SECRET": "a-secret-key"}


@contextmanager
def analytics_site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Analytics]:
    """A played project, its keys in the environment."""
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    store = project()
    with serve(store) as site:
        yield Analytics(site, store)


def shipped(
    settings: Settings, keys: Sequence[str] = ("SHOP-1",), *, as_of: datetime = SOON, at: datetime = FULL,
    **measured: Any,
) -> None:  # fmt: skip
    """Plant stories that all users have since a moment, by a flag in two steps; measured where figures are given."""
    stories = [STORY | {"story_key": key, "full_rollout_at": at} for key in keys]
    steps = [
        step | {"flag_key": f"flag-{key}", "started_at": step["started_at"] + (at - FULL)}
        for key in keys
        for step in raised(10, 100, story_key=key)
    ]
    rows = [by_lot(story_key=key, flag_key=f"flag-{key}", **measured) for key in keys] if measured else []
    plant(settings, marts(rows, stories=stories, steps=steps), instance="jira.example", as_of=as_of)
    with open_log(settings, command="test", since=as_of) as log:
        log.execute("""
            create or replace table marts.fct_stories as
            select *, true as is_measured, full_rollout_at as production_at from marts.fct_stories
        """)
        log.execute("""
            create or replace table marts.fct_rollout_steps as
            select
                *, [story_key] as story_keys, 'raise' as kind, false as is_rollback,
                percentage = 100 as is_unbroken_full
            from marts.fct_rollout_steps
        """)


def read_back(settings: Settings, begin: datetime, end: datetime) -> None:
    """Let the log hold all that was uploaded between two moments: nothing was."""
    file = settings.segments / "nothing.parquet"
    file.parent.mkdir(parents=True, exist_ok=True)
    with open_log(settings, command="test", since=end) as log:
        columns = ", ".join(f"null::{column.type} as {column.name}" for column in USAGE_COLUMNS)
        log.execute(f"copy (select {columns} where false) to '{file}'")
        told = {"begin": begin, "end": end, "instance": PROJECT}
        log.execute("""
            insert into log.segments values
            ('amplitude', $instance, $begin, $end, 'nothing.parquet', 0, 0, 'none', $end)
        """, told)  # fmt: skip


def messages(settings: Settings) -> list[Message]:
    with open_log(settings, command="test", since=SOON) as log:
        return outbox.messages(log)


def events_of_ours(settings: Settings) -> list[Any]:
    with open_log(settings, command="test", since=SOON) as log:
        return log.execute("""
            select json_extract_string(payload, '$.kind'), json_extract_string(payload, '$.insert_id')
            from log.current_events where event_type = 'analytics.sent' order by all
        """).fetchall()  # fmt: skip
