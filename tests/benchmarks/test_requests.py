"""What a collection costs in requests, ours and one request for each list of each thing, of one vendor in one run."""

from collections.abc import Iterator
from typing import Any

import click
import httpx
import pytest

from pipelines.settings import Settings
from pipelines.sources.github import server as hubs
from pipelines.sources.jira import server as sites
from pipelines.sources.linear import documents
from pipelines.sources.linear import server as workspaces
from pipelines.sources.loopback import Loopback
from pipelines.sources.zendesk import server as desks
from tests.contracts import played_github, played_jira, played_linear, played_zendesk

PULL_REQUESTS, TICKETS, CHANGED = 500, 1_000, 20
SIGNED_HUB = {"Authorization": f"Bearer {played_github.TOKEN}"}


def _pages(client: httpx.Client, path: str) -> Iterator[Any]:
    url: str | None = f"{path}?state=all&per_page=100"
    while url:
        answer = client.get(url).raise_for_status()
        yield from answer.json()
        url = answer.links.get("next", {}).get("url")


def _each_pull_request(site: Loopback) -> int:
    """Ask GitHub's REST as most collectors do: the list, and then four lists of each."""
    before = len(site.requests)
    with httpx.Client(base_url=site.url, headers=SIGNED_HUB) as client:
        for row in list(_pages(client, "/repos/acme/shop/pulls")):
            for part in ("pulls/{}/commits", "pulls/{}/reviews", "issues/{}/comments", "issues/{}/events"):
                list(_pages(client, f"/repos/acme/shop/{part.format(row['number'])}"))
    return len(site.requests) - before


def _each_ticket(site: Loopback, project: str) -> int:
    """Ask Jira as most collectors do: the search, and then the history of each."""
    before, token = len(site.requests), None
    with httpx.Client(base_url=site.url, headers={"Authorization": played_jira.SIGNED}) as client:
        while True:
            body = {"jql": f"project = {project} ORDER BY id ASC", "fields": ["*all"], "maxResults": 100}
            told = {"nextPageToken": token} if token else {}
            page = client.post("/rest/api/3/search/jql", json=body | told).raise_for_status().json()
            for issue in page["issues"]:
                client.get(f"/rest/api/3/issue/{issue['id']}/changelog").raise_for_status()
            token = page.get("nextPageToken")
            if token is None:
                return len(site.requests) - before


def _each_issue(site: Loopback) -> int:
    """Ask Linear as most collectors do: the list, and then the history of each."""
    before, after = len(site.requests), None
    with httpx.Client(base_url=site.url, headers={"Authorization": played_linear.TOKEN}) as client:
        while True:
            asked = {"filter": {}, "first": 50, "after": after}
            found = client.post("/graphql", json={"query": documents.ISSUE_IDS, "variables": asked}).raise_for_status()
            page = found.json()["data"]["issues"]
            for issue in page["nodes"]:
                asked = {"id": issue["id"], "after": ""}
                client.post(
                    "/graphql", json={"query": documents.more("history"), "variables": asked}
                ).raise_for_status()
            after = page["pageInfo"]["endCursor"]
            if not page["pageInfo"]["hasNextPage"]:
                return len(site.requests) - before


def _told(what: str, each: int, ours: int, quiet: int, changed: int) -> None:
    click.echo(
        f"{what}: one each {each:,}, ours {ours}; a night with nothing new {quiet}, with {CHANGED} new {changed}"
    )


@pytest.mark.benchmark
def test_github_in_requests(tmp_path):
    hub, home = hubs.Store(tokens={played_github.TOKEN}), Settings(home=tmp_path / "home")
    shop = hub.record(played_github.FIXTURES)
    played_github.busy(shop, PULL_REQUESTS)
    with hubs.serve(hub) as site:
        each, ours = _each_pull_request(site), played_github.run(home, site, hub)
        assert ours.errors == []
        # The first night looks once more at what was told within the minute of the first reading.
        played_github.run(home, site, hub, hours=1)
        quiet = played_github.run(home, site, hub, hours=24).requests
        for number in range(1_000, 1_000 + CHANGED):
            shop.pulls[number] |= {"updated_at": "2026-03-30T10:00:00Z", "title": "Another"}
        changed = played_github.run(home, site, hub, hours=48).requests
    _told(f"github, {len(shop.pulls)} pull requests", each, ours.requests, quiet, changed)
    assert ours.requests < each / 20
    assert quiet <= 5


@pytest.mark.benchmark
def test_jira_in_requests(tmp_path):
    store = sites.Store.from_recording(played_jira.FIXTURES, tokens=[played_jira.SIGNED])
    home = Settings(home=tmp_path / "home")
    played_jira.busy(store, TICKETS)
    with sites.serve(store) as site:
        each = sum(_each_ticket(site, project) for project in played_jira.projects(store))
        ours = played_jira.run(home, site, store)
        assert ours.errors == []
        quiet = played_jira.run(home, site, store, hours=24).requests
        for number in range(CHANGED):
            key = f"SHOP-{5_000 + number}"
            issue = store.find(key)
            assert issue is not None
            store.move(key, issue["fields"]["status"], played_jira.LATER)
        changed = played_jira.run(home, site, store, hours=48).requests
    _told(f"jira, {len(store.issues)} tickets", each, ours.requests, quiet, changed)
    assert ours.requests < each / 20
    assert quiet <= 2 * len(played_jira.projects(store))


@pytest.mark.benchmark
def test_zendesk_in_requests(tmp_path):
    store = desks.Store.from_recording(played_zendesk.FIXTURES, tokens=[played_zendesk.SIGNED])
    home = Settings(home=tmp_path / "home")
    played_zendesk.busy(store, TICKETS)
    with desks.serve(store) as site:
        ours = played_zendesk.run(home, site, store)
        assert ours.errors == []
        quiet = played_zendesk.run(home, site, store, hours=24).requests
        for number in range(CHANGED):
            store.change(str(5_000 + number), played_zendesk.LATER, priority="low")
        changed = played_zendesk.run(home, site, store, hours=48).requests
    _told(f"zendesk, {len(store.tickets)} tickets, a tenth of them merged", TICKETS, ours.requests, quiet, changed)
    # Two pages, and the comments of each merged ticket once.
    assert ours.requests <= 3 + TICKETS / 10 + 1
    assert (quiet, changed) == (1, 1)


@pytest.mark.benchmark
def test_linear_in_requests(tmp_path):
    store = workspaces.Store.from_recording(played_linear.FIXTURES, tokens=[played_linear.TOKEN])
    home = Settings(home=tmp_path / "home")
    played_linear.busy(store, TICKETS)
    with workspaces.serve(store) as site:
        each = _each_issue(site)
        ours = played_linear.run(home, site, store)
        assert ours.errors == []
        quiet = played_linear.run(home, site, store, hours=24).requests
        state = next(iter(store.states.values()))
        for number in range(CHANGED):
            store.move(f"ENG-{5_000 + number}", state, played_linear.LATER)
        changed = played_linear.run(home, site, store, hours=48).requests
    _told(f"linear, {len(store.issues)} issues", each, ours.requests, quiet, changed)
    assert ours.requests < each / 20
    assert quiet <= 1 + len(store.teams)
