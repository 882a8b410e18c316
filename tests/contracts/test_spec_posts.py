"""A specification is posted once through the outbox, as far as the mode allows, and written anew in its place."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.clock import now
from pipelines.specs.material import UnknownTicketError
from pipelines.specs.posting import specify
from pipelines.writeback import Asked, approve, send
from tests.contracts.model_servers import PlayedModels
from tests.contracts.outbox_sites import LATER, Site, jira_site, linear_site, messages
from tests.contracts.spec_homes import FIRST, SECRETS, collected, comments, home, spoken
from tests.unit.outbox.saying import AT
from warehouse.results import log_digest
from warehouse.store import open_log

SITES = {"jira": jira_site, "linear": linear_site, "data center": lambda: jira_site("data_center")}


@pytest.fixture(autouse=True)
def secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name, secret in SECRETS.items():
        monkeypatch.setenv(name, secret)


@pytest.fixture(params=["jira", "linear"])
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    with SITES[request.param]() as site:
        yield site


@pytest.fixture
def models() -> Iterator[PlayedModels]:
    with PlayedModels() as models:
        yield models


@pytest.mark.parametrize("mode", ["off", "dry_run"])
def test_where_nothing_is_sent_it_is_shown_and_one_sentence_says_why(mode, site, settings):
    settings = home(settings.home, site, mode)
    done = specify(settings, site.ticket, is_posted=True)
    assert done.markdown.startswith(FIRST)
    assert done.sentences == [
        f"It is not posted, since nothing is sent in mode {mode}; set writeback.mode to approve or auto."
    ]
    assert (comments(site), messages(settings)) == ([], [])


@pytest.mark.parametrize("name", SITES)
def test_it_is_posted_at_once_on_a_ticket_that_never_shipped_and_once_only(name, settings):
    with SITES[name]() as site:
        deployment = "data_center" if name == "data center" else "cloud"
        settings = home(settings.home, site)
        if name == "data center":
            table = settings.sources["jira"] | {"deployment": deployment}
            table.pop("email")
            settings = settings.model_copy(update={"sources": {"jira": table}})
        assert specify(settings, site.ticket, is_posted=True).sentences == ["1 specification was posted."]
        again = specify(settings, site.ticket, is_posted=True)
        assert again.sentences in (["Nothing is posted: it stands there as it is."], ["1 specification was updated."])
        assert len(comments(site)) == 1
        assert "Acceptance criteria" in comments(site)[0]
    (message,) = messages(settings)
    assert (message.kind, message.state, message.epoch) == ("spec", "sent", 0)
    with open_log(settings, command="test", since=AT) as log:
        own = log.execute("select event_type from log.current_events where source = 'storyline'").fetchall()
    assert ("spec.posted",) in own


def test_a_changed_draft_is_written_in_the_same_comment(site, settings, models):
    settings = home(settings.home, site, models=models.url)
    models.says = [spoken(), spoken(edge_cases=["Quite another one."])]
    specify(settings, site.ticket, is_posted=True)
    done = specify(settings, site.ticket, is_posted=True, is_new=True)
    assert done.sentences == ["1 specification was updated."]
    (text,) = comments(site)
    assert "Quite another one" in text
    assert [one.version for one in messages(settings)] == [2]


@pytest.mark.parametrize("fault", ["lost", "drop"])
def test_whatever_becomes_of_the_answer_it_stands_there_once(fault, site, settings, models):
    settings = home(settings.home, site, models=models.url)
    models.says = [spoken()]
    site.site.faults.next(fault, match=site.posts)
    assert len(specify(settings, site.ticket, is_posted=True).troubles) == 1

    send(settings, Asked(), clock=lambda: now() + LATER)
    assert len(comments(site)) == 1
    assert messages(settings)[0].state == "sent"


def test_in_mode_approve_it_waits_for_a_person(site, settings, models):
    settings = home(settings.home, site, "approve", models=models.url)
    models.says = [spoken()]
    done = specify(settings, site.ticket, is_posted=True)
    (message,) = messages(settings)
    assert f"storyline writeback --approve {message.message_id[:12]}" in done.sentences[0]
    assert comments(site) == []
    approve(settings, [message.message_id], is_approved=True)
    assert send(settings, Asked()).sentences == ["1 specification was posted."]
    assert len(comments(site)) == 1


def test_what_stands_in_the_settings_of_comments_holds_for_it_too(settings):
    with jira_site() as site:
        settings = home(settings.home, site, writeback={"excluded_projects": ["SHOP"]})
        (said,) = specify(settings, site.ticket, is_posted=True).sentences
        assert said == "It is not posted: SHOP is one of writeback.excluded_projects."


def test_posting_it_is_news_for_the_next_transform_and_a_comment_is_none(settings):
    with jira_site() as site:
        settings = home(settings.home, site)
        with open_log(settings, command="test", since=AT) as log:
            before = log_digest(log)
        assert specify(settings, site.ticket, is_posted=True, clock=lambda: AT).troubles == []
        with open_log(settings, command="test", since=AT) as log:
            after = log_digest(log)
        assert after != before
        later = AT + LATER
        assert specify(settings, site.ticket, is_posted=True, clock=lambda: later).troubles == []
        with open_log(settings, command="test", since=AT) as log:
            assert log_digest(log) == after


def test_a_ticket_that_is_not_known_is_named_with_what_to_do(settings):
    with pytest.raises(UnknownTicketError, match="`storyline nightly` reads the trackers"):
        specify(settings, "SHOP-1")
    with jira_site() as site:
        settings = home(settings.home, site)
        with pytest.raises(UnknownTicketError, match="SHOP-999 is no ticket that is known"):
            specify(settings, "SHOP-999")
        collected(settings, site)
