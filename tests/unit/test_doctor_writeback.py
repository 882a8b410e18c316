"""The doctor speaks of write-back: its mode, since when, where it may write, and what waits or failed."""

from collections.abc import Iterator

import pytest

from pipelines.doctor import examine
from pipelines.doctor_writeback import writeback
from pipelines.settings import Settings
from pipelines.writeback_settings import Writeback
from tests.contracts.outbox_sites import Site, jira_site
from tests.unit.outbox.homes import reaching
from tests.unit.outbox.saying import BEGUN
from warehouse.connection import writer

MARTS = """
create schema marts;
create table marts.fct_messages (state text, error text, created_at timestamptz);
create table marts.fct_writeback_switches (switched_to text, switched_at timestamptz);
"""


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.setenv("STORYLINE_JIRA_TOKEN", "t0ken")
    with jira_site() as site:
        yield site


def published(settings: Settings, *messages: tuple[str, str | None]) -> None:
    """Publish these messages by state and error, and that write-back was first on when it was begun."""
    settings.home.mkdir(parents=True, exist_ok=True)
    with writer(settings.serving) as connection:
        connection.execute(MARTS)
        connection.execute("insert into marts.fct_writeback_switches values ('on', ?)", [BEGUN])
        for state, error in messages:
            connection.execute("insert into marts.fct_messages values (?, ?, ?)", [state, error, BEGUN])


def told(settings: Settings) -> list[tuple[str, str]]:
    return [(one.status, one.sentence) for one in writeback(settings)]


def test_the_mode_is_told_with_since_when_and_what_it_does(site, settings):
    settings = reaching(settings.home, "approve", site.site.url, site.store.site, enabled_at=None)
    assert told(settings)[0] == (
        "ok", "write-back is in mode approve; it has not run yet: what a person approved is sent"
    )  # fmt: skip
    published(settings, ("pending", None), ("pending", None), ("sent", None))
    found = told(settings)
    assert "in mode approve since 2025-11-01 00:00 UTC, by its first run: what a person approved is sent" in found[0][1]
    assert ("ok", "jira lets the token add and edit its comments in SHOP") in found
    assert found[-1] == (
        "warn",
        "write-back: 2 messages wait for a person, 1 on tickets, as published; `storyline writeback` shows them",
    )
    dated = settings.model_copy(update={"writeback": Writeback(mode="auto", enabled_at=BEGUN)})
    assert (
        "in mode auto since 2025-11-01 00:00 UTC, by writeback.enabled_at: every message is sent" in told(dated)[0][1]
    )


def test_what_failed_asks_for_a_person_and_what_could_not_be_sent_yet_is_watched(settings):
    published(settings, ("failed", "no right"), ("approved", "it was busy"), ("approved", None))
    assert told(settings)[-1] == (
        "act", "write-back: 1 message failed; the last answer was: no right; `storyline writeback` shows them, and how "
        "to try again",
    )  # fmt: skip


def test_a_right_that_is_missing_is_pressing_only_where_something_is_sent(site, settings):
    site.store.lacking["SHOP"] = {"ADD_COMMENTS"}
    for mode, status in (("approve", "act"), ("dry_run", "warn")):
        asked = reaching(settings.home, mode, site.site.url, site.store.site)
        assert [one for one, words in told(asked) if "does not let the token add comments" in words] == [status]
    assert not [
        words for _, words in told(reaching(settings.home, "off", site.site.url, site.store.site)) if "SHOP" in words
    ]
    assert site.site.written == {}


def test_only_the_projects_that_are_written_to_are_asked_about(site, settings):
    asked = reaching(settings.home, "approve", site.site.url, site.store.site, excluded_projects=["SHOP"])
    assert "nothing of jira is written to" in told(asked)[1][1]
    assert site.site.requests == []


def test_only_the_kinds_that_are_sent_are_told_of(site, settings, monkeypatch):
    for name in ("KEY", "SECRET"):
        monkeypatch.setenv(f"STORYLINE_AMPLITUDE_{name}", "k3y")
    asked = reaching(settings.home, "approve", site.site.url, site.store.site)
    asked = asked.model_copy(update={"sources": {**asked.sources, "amplitude": {"projects": ["187520"]}}})
    assert not [words for _, words in told(asked) if "amplitude" in words]
    changed = Writeback.model_validate({"mode": "approve", "analytics": {"enabled": True, "kinds": ["rollout_step"]}})
    sent = told(asked.model_copy(update={"writeback": changed}))
    assert ("ok", "amplitude takes messages of rollout step; it is not asked whether the token may") in sent


@pytest.mark.parametrize(("mode", "status"), [("auto", "act"), ("dry_run", "warn")])
def test_where_nothing_can_be_written_to_the_doctor_says_so(mode, status, settings):
    settings = settings.model_copy(update={"writeback": Writeback(mode=mode)})
    found = told(settings)
    assert found[1][0] == status
    assert "no source that can be written to is connected" in found[1][1]


def test_a_token_that_is_missing_is_named_and_never_told(site, settings, monkeypatch):
    monkeypatch.delenv("STORYLINE_JIRA_TOKEN")
    settings = reaching(settings.home, "approve", site.site.url, site.store.site)
    assert any("nothing can be written to jira: jira needs a token; set STORYLINE_JIRA_TOKEN" in words
               for _, words in told(settings))  # fmt: skip


def test_the_doctor_tells_it_beside_the_rest(site, settings):
    settings = reaching(settings.home, "approve", site.site.url, site.store.site)
    found = [(one.status, one.sentence) for one in examine(settings)]
    assert ("ok", "jira lets the token add and edit its comments in SHOP") in found
    assert [status for status, words in found if "no command is writing now" in words] == ["ok"]
