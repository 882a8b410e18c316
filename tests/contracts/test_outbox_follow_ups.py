"""A follow-up story over real HTTP, whatever breaks: it is there exactly once, tied to its origin, and known again."""

from collections.abc import Iterator
from datetime import time, timedelta

import pytest

from pipelines.outbox.making import decide
from tests.contracts.follow_up_sites import ENABLED, FollowUps, called_for, follow_up_site, told_text
from tests.contracts.outbox_sites import LATER, messages, states
from tests.unit.outbox.saying import AT, terms
from warehouse.store import open_log

SITES = ("jira", "data_center", "unlinked", "linear")
RULES = terms(**ENABLED)


@pytest.fixture(params=SITES)
def site(request: pytest.FixtureRequest) -> Iterator[FollowUps]:
    with follow_up_site(request.param) as site:
        yield site


@pytest.fixture(params=["jira", "data_center", "linear"])
def linking(request: pytest.FixtureRequest) -> Iterator[FollowUps]:
    with follow_up_site(request.param) as site:
        yield site


def sent(site: FollowUps, home, after=timedelta(), rules=RULES):
    return site.deliver(home, after, rules)


def made(site: FollowUps, home) -> None:
    site.make(home, rules=RULES)


def origins(site: FollowUps) -> list[str]:
    """What each follow-up is tied to."""
    if site.source == "linear":
        issues = [one for one in site.store.issues.values() if one["title"] in site.texts()]
        return [end["relatedIssue"]["identifier"] for one in issues for end in one["relations"]["nodes"]]
    issues = [one for one in site.store.issues.values() if one["fields"]["summary"] in site.texts()]
    return [link["inwardIssue"]["key"] for one in issues for link in one["fields"]["issuelinks"]]


def test_it_is_made_once_in_the_same_project_and_tied_to_its_origin(site, settings):
    made(site, settings)
    done = [sent(site, settings, LATER * number) for number in range(3)]
    assert [one.made for one in done] == [1, 0, 0]
    assert done[0].sentences == ["1 follow-up story was made."]
    assert site.texts() == [f"Add Excel format option (follow-up of {site.ticket})"]
    assert origins(site) == [site.ticket]
    (message,) = messages(settings)
    assert message.state == "sent"
    assert message.remote_id is not None
    issue = site.store.find(message.remote_id)
    assert message.remote_id.partition("-")[0] == site.ticket.partition("-")[0]
    told = told_text(issue)
    for words in ("45 people", "Excel", site.ticket):
        assert words in told
    with open_log(settings, command="test", since=AT) as log:
        told = log.execute("select event_type, subject, payload ->> 'created_key' from log.current_events").fetchall()
    ((event_type, subject, key),) = told
    assert event_type == "follow_up.created"
    assert (subject.rpartition("/")[2], key) == (site.origin["id"], message.remote_id)


@pytest.mark.parametrize("fault", ["lost", "denied", "truncate", "garbage", "drop"])
def test_whatever_becomes_of_the_answer_it_is_there_once(fault, linking, settings):
    made(linking, settings)
    linking.site.faults.next(fault, match=linking.posts)
    assert len(sent(linking, settings).troubles) == 1
    assert messages(settings)[0].state == "sending"
    stored = len(linking.texts())
    assert stored == (fault in ("lost", "denied", "truncate"))
    second = sent(linking, settings, LATER)
    assert (second.found, second.made) == (stored, 1 - stored)
    assert len(linking.texts()) == 1
    assert origins(linking) == [linking.ticket]
    assert messages(settings)[0].state == "sent"


@pytest.mark.parametrize("fault", ["lost", "drop"])
def test_where_no_tie_comes_with_it_what_is_not_known_is_never_made_twice(fault, settings):
    with follow_up_site("unlinked") as site:
        made(site, settings)
        # The first is refused for its link; what happens to the second nobody knows.
        site.site.faults.next(fault, match=site.posts, after=1)
        sent(site, settings)
        told = sent(site, settings, LATER)
        assert "nobody knows whether the follow-up" in told.troubles[0]
        assert states(settings) == [("failed", "nobody knows whether it arrived")]
        assert len(site.texts()) == (fault == "lost")
        assert sent(site, settings, LATER * 2).sentences == []


def test_it_is_tied_and_remembered_though_that_failed_at_first(settings):
    with follow_up_site("unlinked") as site:
        made(site, settings)
        site.site.faults.next("lost", match="/issueLink", after=1)
        assert len(sent(site, settings).troubles) == 1
        assert messages(settings)[0].state == "sending"
        assert (sent(site, settings, LATER).found, origins(site)) == (1, [site.ticket])


@pytest.mark.parametrize("is_forgotten", [False, True])
def test_one_that_somebody_deleted_is_not_made_again(is_forgotten, site, settings):
    made(site, settings)
    sent(site, settings)
    site.delete()
    if is_forgotten:
        settings.database.unlink()
        made(site, settings)
        sent(site, settings)
        assert states(settings) == [("superseded", "somebody deleted the follow-up story; it is not posted again")]
    else:
        site.make(settings, site.draft("more"), rules=RULES)
        assert sent(site, settings, LATER).sentences == []
    assert site.texts() == []


def test_a_new_warehouse_finds_the_one_that_is_there_and_leaves_what_people_made_of_it(site, settings):
    made(site, settings)
    sent(site, settings)
    site.edit("Ours now")
    settings.database.unlink()
    site.make(settings, site.draft("more"), rules=RULES)
    assert (sent(site, settings, LATER).found, site.texts()) == (1, ["Ours now"])
    assert messages(settings)[0].state == "sent"


def test_an_origin_that_moved_has_its_follow_up_where_it_is_now(linking, settings):
    made(linking, settings)
    sent(linking, settings)
    linking.move("NEW-77")
    settings.database.unlink()
    linking.make(settings, linking.draft(ticket_key="NEW-77", story_key="NEW-77"), rules=RULES)
    assert (sent(linking, settings, LATER).found, len(linking.texts())) == (1, 1)


def test_an_origin_that_is_gone_has_none(site, settings):
    made(site, settings)
    site.remove()
    sent(site, settings)
    assert states(settings) == [("failed", "the ticket is gone, or hidden from the token")]


def test_none_is_made_while_they_are_off_or_wait_or_it_is_quiet_or_beyond_the_run(site, settings):
    made(site, settings)
    assert "writeback.follow_ups.enabled" in sent(site, settings, rules=terms()).waiting[0]
    assert "--approve" in sent(site, settings, rules=terms("approve", **ENABLED)).waiting[0]
    quiet = terms(quiet_from=time(0), quiet_until=time(23, 59), **ENABLED)
    assert "quiet until" in sent(site, settings, rules=quiet).waiting[0]
    elsewhere = terms(excluded_projects=(site.ticket.partition("-")[0],), **ENABLED)
    assert "excluded" in sent(site, settings, rules=elsewhere).waiting[0]
    another = site.draft(message_id="another", epoch=2)
    site.make(settings, another, rules=RULES)
    one = terms(follow_ups={"enabled": True, "most_per_run": 1})
    done = sent(site, settings, rules=one)
    assert (done.made, len(done.waiting), len(site.texts())) == (1, 1, 1)
    assert (sent(site, settings, LATER, one).made, len(site.texts())) == (1, 2)


def test_a_field_that_the_site_demands_is_named_with_what_to_do(settings):
    with follow_up_site("jira") as site:
        made(site, settings)
        site.store.quirks.requires = {"customfield_10050": "Team is required."}
        (said,) = sent(site, settings).troubles
        assert "customfield_10050: Team is required." in said
        assert "`--approve` tries it again" in said
        assert states(settings) == [("failed", "the vendor refuses it")]
        assert site.texts() == []


def test_a_label_that_linear_lacks_is_named_with_what_to_do(settings):
    with follow_up_site("linear") as site:
        site.make(settings, called_for(site.ticket, "linear", labels=["Learnt"]), rules=RULES)
        (said,) = sent(site, settings).troubles
        assert "no label Learnt" in said
        assert states(settings) == [("failed", "the vendor refuses it")]
        site.store.labels["l1"] = {"id": "l1", "name": "Learnt", "parent": None, "team": None}
        with open_log(settings, command="test", since=AT) as log:
            decide(log, site.ticket, is_approved=True, at=AT)
        assert sent(site, settings, LATER).made == 1
        (label,) = site.store.find(messages(settings)[0].remote_id)["labels"]["nodes"]
        assert label["name"] == "Learnt"


def test_a_site_without_links_of_its_own_for_it_relates_the_two(settings):
    with follow_up_site("jira") as site:
        del site.store.link_types["Learning"]
        made(site, settings)
        sent(site, settings)
        (link,) = site.store.find(messages(settings)[0].remote_id)["fields"]["issuelinks"]
        assert (link["type"]["name"], link["inwardIssue"]["key"]) == ("Relates", site.ticket)
