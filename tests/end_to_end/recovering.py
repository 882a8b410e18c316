"""One night of the demo company: its vendors over HTTP as they stand at a moment, its exports, and the models."""

from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import SecretStr

import pipelines.sources.github as github
import pipelines.sources.jira as jira
import pipelines.sources.launchdarkly as launchdarkly
import pipelines.sources.pagerduty as pagerduty
from pipelines.collect import Trip, collect
from pipelines.company import Company
from pipelines.company.monorepo import monorepos
from pipelines.ingest import Intake, take_in
from pipelines.monorepo_settings import Monorepo
from pipelines.settings import Settings
from pipelines.sources.cloudevents.demo import incidents, interviews
from pipelines.sources.github.connection import GitHubConnection
from pipelines.sources.github.demo import hub
from pipelines.sources.github.server import serve as serve_hub
from pipelines.sources.jira.connection import JiraConnection
from pipelines.sources.jira.demo import SITE, site
from pipelines.sources.jira.server import serve as serve_site
from pipelines.sources.launchdarkly.connection import LaunchDarklyConnection
from pipelines.sources.launchdarkly.demo import HOST, PROJECT, account
from pipelines.sources.launchdarkly.server import serve as serve_flags
from pipelines.sources.live import ConnectionSettings, LiveSource, Network
from pipelines.sources.pagerduty.connection import PagerDutyConnection
from pipelines.sources.pagerduty.demo import HOST as ON_CALL
from pipelines.sources.pagerduty.demo import account as on_call
from pipelines.sources.pagerduty.server import serve as serve_on_call
from tests.conftest import build
from warehouse.connection import reader


def night(settings: Settings, company: Company, as_of: datetime, folder: Path, *models: str) -> None:
    """Collect from all vendors that tell of delivery, take in what was exported, and build what is named."""
    take_all_in(settings, company, as_of, folder)
    # As the demo has it: two services share a repository, and the paths tell them apart.
    declared = tuple(Monorepo.model_validate(one) for one in monorepos(company))
    outcome = build(settings.model_copy(update={"monorepos": declared}), *models)
    assert outcome.ok, outcome.error


def take_all_in(settings: Settings, company: Company, as_of: datetime, folder: Path) -> None:
    """Collect from all vendors that tell of delivery, and take in what was exported."""
    with ExitStack() as up:
        for source, connection in vendors(company, as_of, up):
            collector = source.collector(connection, Network(attempts=1))
            done = collect(settings, source, collector, Trip("ingest", as_of))
            collector.close()
            assert (done.errors, done.taken.reasons) == ([], [])
    for name, text in (("interviews", interviews(company, as_of)), ("incidents", incidents(company, as_of))):
        file = folder / f"{name}.ndjson"
        file.write_text(text)
        take_in(settings, Intake("cloudevents", file, "import", as_of))


def vendors(company: Company, as_of: datetime, up: ExitStack) -> list[tuple[LiveSource, ConnectionSettings]]:
    """Play the vendors and return how each is reached."""
    token, projects = SecretStr("t"), tuple(team.project for team in company.teams)
    hub_store = hub(company, as_of, tokens={"t"})
    tracker = up.enter_context(serve_site(site(company, as_of, tokens={"Bearer t"})))
    forge = up.enter_context(serve_hub(hub_store))
    flags = up.enter_context(serve_flags(account(company, as_of, tokens={"t"})))
    pager = up.enter_context(serve_on_call(on_call(company, as_of, tokens={"t"})))
    days = (as_of - company.begins_at).days + 1
    return [
        (jira.SOURCE, JiraConnection(url=tracker.url, host=SITE, projects=projects, token=token)),
        (
            github.SOURCE,
            GitHubConnection(
                url=forge.url,
                host="github.com",
                repositories=tuple(hub_store.repositories),
                job_days=100_000,
                token=token,
            ),
        ),
        (launchdarkly.SOURCE, LaunchDarklyConnection(url=flags.url, host=HOST, projects=(PROJECT,), token=token)),
        (pagerduty.SOURCE, PagerDutyConnection(url=pager.url, host=ON_CALL, history_days=days, token=token)),
    ]


def rows(settings: Settings, query: str) -> list[tuple[Any, ...]]:
    """Return what a query finds."""
    with reader(settings.database) as connection:
        return connection.execute(query).fetchall()


def named_rows(settings: Settings, query: str) -> list[dict[str, Any]]:
    """Return what a query finds, by the names of its columns."""
    with reader(settings.database) as connection:
        found = connection.execute(query)
        names = [column[0] for column in found.description]
        return [dict(zip(names, values, strict=True)) for values in found.fetchall()]
