"""What we made or posted on a played tracker is known as ours when that tracker is read again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from pipelines.clock import now
from pipelines.explain.line import told_line
from pipelines.explain.reading import Marts
from pipelines.settings_sections import Stories
from pipelines.specs.posting import specify
from tests.conftest import build
from tests.contracts import played_jira, played_linear
from tests.contracts.follow_up_sites import ENABLED, follow_up_site
from tests.contracts.outbox_killing import TOKENS
from tests.contracts.outbox_sites import Site, jira_site, linear_site, messages
from tests.unit.outbox.homes import reaching
from tests.unit.outbox.saying import terms
from warehouse.connection import reader

pytestmark = pytest.mark.heavy
# What a story's line is told from.
TOLD = ("fct_stories", "fct_story_stages", "fct_story_events", "fct_story_status_intervals", "fct_links")


def collected(site: Site, settings: Any) -> None:
    """Read the tracker as a night does."""
    run: Callable[..., Any] = played_linear.run if site.source == "linear" else played_jira.run
    assert run(settings, site.site, site.store).errors == []


@pytest.mark.parametrize("kind", ["jira", "jira without such links", "linear"])
def test_a_follow_up_is_known_as_what_came_of_its_origin(kind, settings):
    with follow_up_site(kind.split()[0]) as site:
        if kind.endswith("links"):
            del site.store.link_types["Learning"]
        instance = "linear.app/acme" if site.source == "linear" else site.store.site
        collected(site, settings)
        site.make(settings, site.draft(instance=instance), rules=terms(**ENABLED))
        assert site.deliver(settings, rules=terms(**ENABLED)).made == 1
        collected(site, settings)
        assert build(settings, "fct_stories").ok
        (message,) = messages(settings)
        with reader(settings.database) as connection:
            asked = "select origin_story_key, project_key from marts.fct_stories where ticket_key = ?"
            told = connection.execute(asked, [message.remote_id]).fetchall()
        assert told == [(site.ticket, site.ticket.partition("-")[0])]


@pytest.mark.parametrize("is_counted", [True, False])
@pytest.mark.parametrize("name", ["jira", "linear"])
def test_a_specification_that_was_posted_is_one_from_that_moment_on(name, is_counted, home, monkeypatch):
    for variable, token in TOKENS.items():
        monkeypatch.setenv(variable, token)
    with {"jira": jira_site, "linear": linear_site}[name]() as site:
        host = f"linear.app/{site.store.workspace}" if name == "linear" else site.store.site
        settings = reaching(home, "auto", site.site.url, host, source=name)
        settings = settings.model_copy(update={"stories": Stories(spec_posts=is_counted, spec_labels=())})
        collected(site, settings)
        assert build(settings, "fct_stories", "fct_story_events").ok
        key = unspecified(settings)
        posted_at = now() - timedelta(hours=1)
        assert specify(settings, key, is_posted=True, clock=lambda: posted_at).sentences == [
            "1 specification was posted."
        ]
        # The tracker tells of a comment; whose it is, we alone know.
        collected(site, settings)
        assert build(settings, *TOLD).ok
    with reader(settings.database) as connection:
        asked = "select spec_at from marts.fct_stories where story_key = ?"
        assert connection.execute(asked, [key]).fetchall() == [(posted_at if is_counted else None,)]
        events = (
            "select label, occurred_at from marts.fct_story_events where event_type = 'spec.posted' and story_key = ?"
        )
        assert connection.execute(events, [key]).fetchall() == [("Draft specification posted", posted_at)]
        marts = Marts(connection)
        story = marts.one("fct_stories", "story_key", key)
        assert story is not None
        told = "\n".join(told_line(marts, story, [], 10))
    assert ("Storyline posted a draft of its specification" in told) == is_counted


def unspecified(settings: Any) -> str:
    with reader(settings.database) as connection:
        asked = "select min(story_key) from marts.fct_stories where spec_at is null and not is_deleted"
        ((key,),) = connection.execute(asked).fetchall()
    return str(key)
