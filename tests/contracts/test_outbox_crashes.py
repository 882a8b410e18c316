"""Killed at any moment, and with two at work at once: the ticket has our comment exactly once, and one follow-up."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from multiprocessing.process import BaseProcess

import pytest

from pipelines.clock import now
from pipelines.settings import Settings
from pipelines.writeback import Asked, send
from tests.contracts.follow_up_sites import follow_up_site
from tests.contracts.outbox_killing import TOKENS, Moment, finished, home, killed, worker
from tests.contracts.outbox_sites import Site, jira_site, linear_site
from tests.forked import Striking, ended, lasting
from warehouse.store import open_log

SITES: dict[str, Callable[[], AbstractContextManager[Site]]] = {
    "jira": jira_site,
    "linear": linear_site,
    "follow-up on jira": lambda: follow_up_site("jira"),
    "follow-up on linear": lambda: follow_up_site("linear"),
}
# Where a request arrives at which the sender is killed.
MOMENTS = {
    "jira": (
        Moment("GET", "/issue/"), Moment("POST", "/comment"), Moment("POST", "/comment", True),
        Moment("PUT", "/properties/"), Moment("PUT", "/properties/", True),
    ),
    # The card says first what comes, and then that it is there.
    "linear": (
        Moment("POST", "#OurIssue"), Moment("POST", "#KeepCard"), Moment("POST", "#KeepCard", True),
        Moment("POST", "#PostComment"), Moment("POST", "#PostComment", True),
        Moment("POST", "#KeepCard", False, 1), Moment("POST", "#KeepCard", True, 1),
    ),
    "follow-up on jira": (
        Moment("GET", "/issueLinkType"), Moment("POST", "/rest/api/3/issue"), Moment("POST", "/rest/api/3/issue", True),
        Moment("PUT", "/properties/"), Moment("PUT", "/properties/", True),
    ),
    "follow-up on linear": (
        Moment("POST", "#OurTeam"), Moment("POST", "#MakeIssue"), Moment("POST", "#MakeIssue", True),
        Moment("POST", "#RelateIssues"), Moment("POST", "#RelateIssues", True),
        Moment("POST", "#KeepCard"), Moment("POST", "#KeepCard", True),
    ),
}  # fmt: skip
CASES = [(name, moment) for name, moments in MOMENTS.items() for moment in moments]


@pytest.fixture
def site(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    for name, token in TOKENS.items():
        monkeypatch.setenv(name, token)
    with SITES[request.param]() as site:
        yield site


@pytest.mark.parametrize(("site", "moment"), CASES, indirect=["site"], ids=str)
def test_a_sender_that_is_killed_between_sending_and_knowing_posts_nothing_twice(moment, site, settings):
    settings = home(settings.home, site)
    killed(settings, site, moment)
    finished(settings, site)


def test_the_moments_lie_on_either_side_of_the_comment(settings, monkeypatch):
    monkeypatch.setenv("STORYLINE_JIRA_TOKEN", "t0ken")
    for moment in MOMENTS["jira"]:
        with jira_site() as site:
            killed(home(settings.home / str(moment), site), site, moment)
            # A property is written only once the comment is there.
            assert len(site.texts()) == (moment.method == "PUT" or (moment.method == "POST" and moment.is_carried_out))


@pytest.mark.parametrize("site", SITES, indirect=True)
def test_two_who_send_at_once_post_one_of_each(site, settings):
    settings = home(settings.home, site)
    with open_log(settings, command="test", since=now()):
        both = [worker(settings, site) for _ in range(2)]
    assert [ended(process) for process in both] == [0, 0]
    assert site.site.written[f"comment on {site.ticket}"] == 1
    finished(settings, site)


def at_work(settings: Settings, site: Site) -> BaseProcess:
    """Start a process that sends from now on: it waited for the lock."""
    with open_log(settings, command="test", since=now()):
        return worker(settings, site)


@pytest.mark.heavy
@pytest.mark.timeout(1_800)
@pytest.mark.parametrize("site", SITES, indirect=True)
def test_killed_at_random_moments_it_posts_one_of_each_every_time(site, settings, tmp_path, request):
    name = request.node.callspec.params["site"]
    opened, times = SITES[name], 50 if name in ("jira", "linear") else 20
    with opened() as each:
        striking = Striking(20_260_105, lasting(at_work(home(tmp_path / "unharmed", each), each)))
    for number in range(5 * times):
        with opened() as each:
            settings = home(tmp_path / f"home{number}", each)
            striking.strike(at_work(settings, each))
            finished(settings, each)
        if striking.struck == times:
            break
    assert striking.struck == times, "the kills came too late to prove anything"


@pytest.mark.parametrize("site", ["jira", "linear"], indirect=True)
def test_a_clock_that_is_set_back_posts_no_second_comment(site, settings):
    settings = home(settings.home, site)
    send(settings, Asked(), clock=lambda: now() + timedelta(days=3))
    finished(settings, site)
