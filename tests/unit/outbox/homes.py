"""A home whose marts say what a story did, and whose settings reach a played tracker."""

from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl

from pipelines.settings import Settings
from pipelines.settings_sections import NetworkSettings
from pipelines.summaries.stories import Marts
from pipelines.summary_settings import Summaries
from pipelines.writeback_settings import Writeback
from tests.unit.outbox.saying import BEGUN, FINAL
from tests.unit.summaries.told import STORY, asked, by_lot, marts, raised, tickets, tried
from warehouse.event_log import Run, record_run
from warehouse.store import open_log


def telling(key: str, as_of: datetime = FINAL, *, is_mature: bool = True) -> Marts:
    """The marts of one story that did well."""
    own = {"story_key": key}
    when: dict[str, Any] = {"as_of": as_of, "is_mature": is_mature, **own}
    return marts(
        [tried(**when), by_lot(**when), tickets(**when)], stories=[STORY | own], requests=[asked(**own)],
        steps=raised(10, 100, **own),
    )  # fmt: skip


def plant(settings: Settings, told: Marts, *, instance: str, source: str = "jira", as_of: datetime = FINAL) -> None:
    """Let the marts of a home say this and nothing else; each ticket is of this site."""
    places = told.stories.with_columns(
        pl.lit(source).alias("source"), pl.lit(instance).alias("instance"), pl.col("story_key").alias("ticket_key"),
        pl.col("story_key").str.split("-").list.first().alias("project_key"),
    )  # fmt: skip
    frames = {
        "fct_stories": places, "fct_story_stages": told.stages, "fct_rollout_steps": told.steps,
        "fct_story_impact": told.impact, "fct_top_requests": told.requests,
    }  # fmt: skip
    with open_log(settings, command="test", since=as_of) as log:
        record_run(log, Run(command="nightly", as_of=as_of))
        log.execute("create schema if not exists marts")
        for name, frame in frames.items():
            log.register("planted", frame)
            log.execute(f"create or replace table marts.{name} as select * from planted")
            log.unregister("planted")


def reaching(home: Path, mode: str, url: str, host: str, *, source: str = "jira", **changed: Any) -> Settings:
    """Settings that write to a played Jira on the cloud, or a Linear, whose token is in the environment."""
    tables: dict[str, dict[str, Any]] = {
        "jira": {"url": url, "host": host, "deployment": "cloud", "email": "ann@acme.example", "projects": ["SHOP"]},
        "linear": {"url": url, "workspace": host.rpartition("/")[2], "teams": ["ENG"]},
    }
    told = Writeback.model_validate({"mode": mode, "enabled_at": BEGUN, **changed})
    network, summaries = NetworkSettings(attempts=2, timeout_seconds=2, max_wait_seconds=1), Summaries(provider="off")
    return Settings(
        home=home,
        writeback=told,
        network=network,
        summaries=summaries,
        sources={source: tables[source]},
    )
