"""From the marts to a played tracker: what is shown, what is sent in which mode, and what the night does."""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg
import pytest

from pipelines.assets.comments import COMMENTS, comments_asset
from pipelines.assets.line import line
from pipelines.clock import now
from pipelines.progress import unheard, unwatched
from pipelines.settings import Settings
from pipelines.summary_settings import Summaries
from pipelines.writeback import Asked, NotSentError, approve, by_night, send, show
from tests.conftest import build
from tests.contracts.model_servers import KEY, PlayedModels
from tests.contracts.outbox_sites import Site, jira_site, messages, states
from tests.unit.outbox.homes import plant, reaching, telling
from tests.unit.outbox.saying import FINAL, FULL
from tests.unit.summaries.told import FIRST
from warehouse import outbox
from warehouse.model_calls import note, spent_usd
from warehouse.store import open_log


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("STORYLINE_JIRA_TOKEN", "t0ken")
    with jira_site() as site:
        yield site


def home(settings: Settings, site: Site, mode: str, **changed: object) -> Settings:
    told = reaching(settings.home, mode, site.site.url, site.store.site, **changed)
    plant(told, telling(site.ticket), instance=site.store.site)
    return told


@pytest.mark.parametrize("mode", ["off", "dry_run"])
def test_nothing_leaves_the_house_unless_it_is_switched_on(mode, site, settings):
    told = home(settings, site, mode)
    with pytest.raises(NotSentError, match=f"nothing is sent in mode {mode}; set writeback.mode"):
        send(told, Asked())
    by_night(told)
    assert site.site.requests == []
    assert len(messages(told)) == (mode == "dry_run")


def test_what_would_be_written_is_shown_with_its_ticket_its_reason_and_its_words(site, settings):
    told = "\n".join(show(home(settings, site, "dry_run"), Asked()))
    assert f"{site.ticket}: a new comment on jira {site.ticket}, message" in told
    assert "(pending): its time has come." in told
    assert "waits: the mode is dry_run." in told
    assert "  +Shipped to 100 % on 15 Dec 2025." in told
    assert site.site.requests == []


def test_an_update_is_shown_against_what_stands_there(site, settings):
    settings = home(settings, site, "auto")
    plant(settings, telling(site.ticket, FIRST, is_mature=False), instance=site.store.site)
    assert send(settings, Asked()).posted == 1
    plant(settings, telling(site.ticket), instance=site.store.site)
    told = show(settings, Asked())
    assert "update of comment" in told[0]
    assert told[0].endswith("the figures are final.")
    assert "  -Not final: figures are final from 22 Jan 2026 on." in told
    assert not any("Shipped to 100 %" in one for one in told)


def test_only_what_a_person_approved_is_sent_in_mode_approve(site, settings):
    settings = home(settings, site, "approve")
    assert by_night(settings).posted == 0
    (message,) = messages(settings)
    with pytest.raises(LookupError, match="nothing waits under 'SHOP-999'"):
        approve(settings, ["SHOP-999"], is_approved=True)
    assert "is approved" in approve(settings, [message.message_id[:12]], is_approved=True)[0]
    assert send(settings, Asked()).posted == 1
    assert len(site.texts()) == 1


def test_what_a_person_rejected_is_never_sent(site, settings):
    settings = home(settings, site, "approve")
    by_night(settings)
    approve(settings, [site.ticket], is_approved=False)
    assert send(settings, Asked()).sentences == []
    assert site.texts() == []


def test_stories_that_shipped_before_are_written_of_only_when_asked_for(site, settings):
    settings = home(settings, site, "auto", enabled_at=FULL.replace(day=16))
    assert "shipped on 2025-12-15, before" in show(settings, Asked())[0]
    assert send(settings, Asked()).posted == 0
    assert send(settings, Asked((site.ticket,), is_backfill=True)).posted == 1


def test_without_a_date_it_counts_from_the_first_run_in_this_mode(site, settings):
    dry, on = (home(settings, site, mode, enabled_at=None) for mode in ("dry_run", "auto"))
    plant(dry, telling(site.ticket), instance=site.store.site, as_of=FULL.replace(day=14))
    by_night(dry)
    plant(dry, telling(site.ticket), instance=site.store.site)
    assert by_night(dry).posted == 0
    assert len(messages(dry)) == 1
    # It waited while comments were only shown; switched on after it shipped, nothing is written of it.
    assert by_night(on).posted == 0
    assert site.texts() == []


def test_only_the_stories_that_are_named_are_sent(site, settings):
    settings = home(settings, site, "auto")
    assert send(settings, Asked(("SHOP-999",))).posted == 0
    assert send(settings, Asked((site.ticket,))).posted == 1


def test_the_night_writes_once_and_fails_for_no_tracker(site, settings, monkeypatch):
    settings = home(settings, site, "auto")

    def night() -> str:
        result = dg.materialize([comments_asset([])], resources={"line": line(settings, unwatched, unheard)})
        assert result.success
        (event,) = result.get_asset_materialization_events()
        assert event.asset_key == COMMENTS
        return str(event.step_materialization_data.materialization.metadata["sentences"].value)

    monkeypatch.delenv("STORYLINE_JIRA_TOKEN")
    assert "STORYLINE_JIRA_TOKEN" in night()
    monkeypatch.setenv("STORYLINE_JIRA_TOKEN", "t0ken")
    site.site.faults.next("status", count=50, status=503)
    assert "answers 503" in night()
    site.site.faults.clear()
    assert night() == "1 comment was posted."
    assert night() == ""
    monkeypatch.setattr("pipelines.assets.comments.by_night", lambda _: 1 / 0)
    assert night() == "No comment was written: ZeroDivisionError: division by zero"
    assert len(site.texts()) == 1


def test_a_ticket_of_another_site_is_not_written_to(site, settings):
    settings = home(settings, site, "auto")
    plant(settings, telling(site.ticket), instance="elsewhere.example")
    assert "not elsewhere.example, where the ticket is" in send(settings, Asked()).troubles[0]
    assert states(settings)[0][0] == "pending"


@pytest.mark.heavy
def test_the_mart_tells_what_became_of_it_and_a_rebuild_tells_the_same(site, settings):
    settings = home(settings, site, "auto")
    assert build(settings, "fct_messages").ok
    assert send(settings, Asked()).posted == 1
    asked = "select * from marts.fct_messages"
    with open_log(settings, command="test", since=FINAL) as log:
        told = log.execute(asked).fetchall()
        (message,) = outbox.messages(log)
    assert len(told) == 1
    assert (message.message_id, "sent", message.remote_id) == (told[0][0], told[0][4], told[0][9])
    assert build(settings, "fct_messages").ok
    with open_log(settings, command="test", since=FINAL) as log:
        assert log.execute(asked).fetchall() == told


def test_a_model_words_only_what_will_be_kept_and_is_asked_once(site, settings, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    settings = home(settings, site, "auto")
    with PlayedModels() as models:
        asked = settings.model_copy(update={"summaries": Summaries.model_validate({"claude": {"url": models.url}})})
        for _ in range(3):
            by_night(asked)
        assert len(models.requests) == 1
    (message,) = messages(settings)
    assert (message.state, message.author) == ("sent", "anthropic:claude-sonnet-4-5")
    assert "It increased:" in message.body
    with open_log(settings, command="test", since=FINAL) as log:
        told = log.execute("select verdict, attempt, cost_usd > 0, story_key from outbox.model_calls").fetchall()
    assert told == [("accepted", 1, True, site.ticket)]


def test_once_the_months_budget_is_spent_the_template_speaks(site, settings, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", KEY)
    settings = home(settings, site, "auto")
    with open_log(settings, command="test", since=FINAL) as log:
        call = dict.fromkeys(("facts_digest", "prompt_version", "model", "raw_answer"), "")
        counts = {"epoch": 1, "attempt": 1, "input_tokens": 0, "output_tokens": 0, "reasons": ["why"]}
        told = {**call, **counts, "story_key": "S-1", "verdict": "accepted"}
        note(log, {**told, "cost_usd": 9.99}, now())
        note(log, {**told, "cost_usd": 99.0}, now() - timedelta(days=40))
        assert spent_usd(log, now()) == 9.99
    with PlayedModels() as models:
        changed = {"claude": {"url": models.url}, "monthly_budget_usd": 10.0}
        by_night(settings.model_copy(update={"summaries": Summaries.model_validate(changed)}))
        assert models.requests == []
    assert messages(settings)[0].author == "template"
