"""A home that has read a played tracker, whose marts know its tickets: what a specification is drafted from."""

from pathlib import Path
from typing import Any

from pipelines.settings import Settings
from pipelines.summary_settings import Specs, Summaries
from tests.contracts import played_jira, played_linear
from tests.contracts.outbox_sites import Site
from tests.unit.outbox.homes import reaching
from tests.unit.outbox.saying import AT
from warehouse.store import open_log

_STORIES = """
create or replace table marts.fct_stories as
select
    payload ->> 'key' as story_key, source, instance, payload ->> 'key' as ticket_key,
    payload ->> 'project_key' as project_key, payload ->> 'title' as title, payload ->> 'url' as url,
    payload ->> 'type' as story_type, (payload ->> 'created_at')::timestamptz as created_at, false as is_deleted,
    null::varchar as origin_story_key
from log.current_events where event_type = 'ticket.updated'
"""
_EVENTS = """
create or replace table marts.fct_story_events as
select 'SHOP-1' as story_key, 'e1' as event_id, 'feedback' as lane, 'Interview: analysts' as label,
    '2026-01-01'::timestamptz as occurred_at
"""


def collected(settings: Settings, site: Site) -> None:
    """Read the tracker as a night does."""
    if site.source == "linear":
        assert played_linear.run(settings, site.site, site.store).errors == []
    else:
        assert played_jira.run(settings, site.site, site.store).errors == []


def home(folder: Path, site: Site, mode: str = "auto", models: str | None = None, **told: Any) -> Settings:
    """Settings that post to this site, with a home that has read it; `models` is the address of a played model."""
    host = f"linear.app/{site.store.workspace}" if site.source == "linear" else site.store.site
    settings = reaching(folder, mode, site.site.url, host, source=site.source, **told.pop("writeback", {}))
    vendor = told.pop("provider", "claude")
    summaries: dict[str, Any] = {"provider": "off"}
    if models is not None:
        summaries = {"provider": vendor, vendor: {"url": models}, **told.pop("summaries", {})}
    changed = {"summaries": Summaries.model_validate(summaries), "specs": Specs.model_validate(told)}
    settings = settings.model_copy(update=changed)
    collected(settings, site)
    with open_log(settings, command="test", since=AT) as log:
        log.execute("create schema if not exists marts")
        log.execute(_STORIES)
        log.execute(_EVENTS)
    return settings
