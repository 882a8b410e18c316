"""A home that has read a played tracker, whose marts know its tickets: what a specification is drafted from."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from pipelines.language_models import KEYS
from pipelines.settings import Settings
from pipelines.specs.sections import SECTIONS
from pipelines.summary_settings import Specs, Summaries
from tests.contracts import played_jira, played_linear
from tests.contracts.model_servers import KEY
from tests.contracts.outbox_killing import TOKENS
from tests.contracts.outbox_sites import Site
from tests.unit.outbox.homes import reaching
from tests.unit.outbox.saying import AT
from warehouse.store import open_log

SECRETS = {**TOKENS, **dict.fromkeys(KEYS.values(), KEY)}
FIRST = "Draft specification, made by Storyline on "
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


def spoken(**changed: list[str]) -> Callable[[dict[str, Any]], str]:
    """A model that answers in eight sections, some of them as they are given here."""
    told = {name: [f"As is said of {name.replace('_', ' ')}."] for name in SECTIONS}
    return lambda _: json.dumps(told | changed)


def comments(site: Site) -> list[str]:
    """Every text of ours on the ticket."""
    if site.source == "linear":
        found = [one["body"] for one in site.store.find(site.ticket)["comments"]["nodes"]]
        return [text for text in found if FIRST in text]
    found = [json.dumps(row["body"], ensure_ascii=False) for row in site.store.comments.get(site.ticket, [])]
    return [text for text in found if FIRST in text]
