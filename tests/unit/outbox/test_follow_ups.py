"""From the marts to a follow-up story and the comment that names it: by night, shown, approved, or only proposed."""

from collections.abc import Iterator
from dataclasses import replace

import polars as pl
import pytest

from pipelines.clock import now
from pipelines.follow_ups import VERSION
from pipelines.outbox.message import message_id
from pipelines.settings import Settings
from pipelines.writeback import Asked, approve, by_night, send, show
from tests.contracts.follow_up_sites import ENABLED, FollowUps, called_for, follow_up_site
from tests.contracts.outbox_sites import LATER, messages
from tests.unit.outbox.homes import plant, reaching, telling
from warehouse.outbox import Message


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[FollowUps]:
    monkeypatch.setenv("STORYLINE_JIRA_TOKEN", "t0ken")
    with follow_up_site("jira") as site:
        yield site


def home(settings: Settings, site: FollowUps, mode: str = "auto", **changed: object) -> Settings:
    told = reaching(settings.home, mode, site.site.url, site.store.site, **(ENABLED | changed))
    plant(told, telling(site.ticket), instance=site.store.site)
    return told


def of_kind(settings: Settings, kind: str) -> Message:
    (found,) = [one for one in messages(settings) if one.kind == kind]
    return found


def test_the_comment_of_the_same_night_names_the_story_that_was_made_before_it(site, settings):
    settings = home(settings, site)
    done = by_night(settings)
    assert done.sentences == ["1 follow-up story was made.", "1 comment was posted."]
    key = of_kind(settings, "follow_up").remote_id
    assert f"Next steps: follow-up story {key} created." in of_kind(settings, "impact").body
    assert len(site.texts()) == 1
    assert by_night(settings).sentences == []


def test_switched_off_it_is_proposed_and_nothing_is_made(site, settings):
    settings = home(settings, site, follow_ups={})
    assert by_night(settings).sentences == ["1 comment was posted."]
    assert (
        'Next steps: proposed: a follow-up story for "Add Excel format option" (45 people).'
        in messages(settings)[0].body
    )
    assert site.texts() == []


def test_where_its_key_is_not_back_it_is_proposed_and_never_promised(site, settings):
    settings = home(settings, site)
    site.site.faults.next("lost", match="POST /rest/api/3/issue")
    assert len(by_night(settings).troubles) == 1
    assert "Next steps: proposed" in of_kind(settings, "impact").body
    assert of_kind(settings, "follow_up").state == "sending"


def test_what_would_be_made_is_shown_and_waits_for_a_person(site, settings):
    settings = home(settings, site, "approve")
    told = "\n".join(show(settings, Asked()))
    assert f"a new follow-up story on jira {site.ticket}" in told
    assert f"  +Add Excel format option (follow-up of {site.ticket})" in told
    assert send(settings, Asked()).made == 0
    approve(settings, [of_kind(settings, "follow_up").message_id], is_approved=True)
    assert send(settings, Asked()).made == 1
    assert "follow-up story" in of_kind(settings, "impact").body
    assert len(site.texts()) == 1


def test_one_that_somebody_made_by_hand_takes_back_what_waits(site, settings):
    settings = home(settings, site, "approve")
    by_night(settings)
    told = telling(site.ticket)
    theirs = told.stories.with_columns(story_key=pl.lit("SHOP-900"), origin_story_key=pl.lit(site.ticket))
    plant(settings, replace(told, stories=pl.concat([told.stories, theirs])), instance=site.store.site)
    by_night(settings)
    assert of_kind(settings, "follow_up").state == "superseded"
    assert "follow-up story SHOP-900 created" in of_kind(settings, "impact").body


def test_it_is_one_message_for_a_story_and_a_reason_and_says_who_asked():
    draft = called_for("SHOP-1", "jira", 45)
    assert draft.message_id != message_id("SHOP-1", "follow_up", 2, VERSION)
    assert (draft.kind, draft.epoch) == ("follow_up", 1)
    assert draft.body.splitlines() == [
        "Add Excel format option (follow-up of SHOP-1)",
        '45 people asked for "Add Excel format option" after "CSV export" (SHOP-1) had shipped to all users on '
        "15 Dec 2025.",
        "What they wrote:",
        "• help.example.com/7",
        "• feedback:app/9",
        "Origin: SHOP-1: https://tracker.example/browse/SHOP-1",
        "Made by Storyline from what users asked and did; a person has to judge what is worth doing.",
    ]


def test_what_waits_for_the_answer_is_found_a_night_later(site, settings):
    settings = home(settings, site)
    site.site.faults.next("lost", match="POST /rest/api/3/issue")
    by_night(settings)
    assert send(settings, Asked(), clock=lambda: now() + LATER).found == 1
    assert len(site.texts()) == 1
