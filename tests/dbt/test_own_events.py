"""What we made or posted on a played tracker is known as ours when that tracker is read again."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.conftest import build
from tests.contracts import played_jira, played_linear
from tests.contracts.follow_up_sites import ENABLED, FollowUps, follow_up_site
from tests.contracts.outbox_sites import messages
from tests.unit.outbox.saying import terms
from warehouse.connection import reader

pytestmark = pytest.mark.heavy


def collected(site: FollowUps, settings: Any) -> None:
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
