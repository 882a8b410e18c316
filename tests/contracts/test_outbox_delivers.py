"""Over real HTTP, whatever breaks: the ticket has our comment exactly once, and nobody else's work is touched."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import time, timedelta

import pytest

from tests.contracts.outbox_sites import LATER, Site, jira_site, linear_site, messages, states
from tests.unit.outbox.saying import AT, BEGUN, terms
from warehouse import outbox
from warehouse.store import open_log

SITES = {"jira": jira_site, "linear": linear_site}


@pytest.fixture(params=SITES)
def site(request: pytest.FixtureRequest) -> Iterator[Site]:
    with SITES[request.param]() as site:
        yield site


def count(site: Site) -> int:
    return len(site.texts())


def test_a_comment_is_posted_once_however_often_it_is_delivered(site, settings):
    site.make(settings)
    done = [site.deliver(settings, LATER * number) for number in range(3)]
    assert [one.posted for one in done] == [1, 0, 0]
    assert done[0].sentences == ["1 comment was posted."]
    assert count(site) == 1
    (message,) = messages(settings)
    assert (message.state, message.reason) == ("sent", "it was posted")
    assert "1.08 times as likely" in message.body


@pytest.mark.parametrize("fault", ["lost", "denied", "truncate", "garbage", "drop"])
def test_whatever_becomes_of_the_answer_it_stands_there_once(fault, site, settings):
    site.make(settings)
    # `lost`, `denied` and `truncate` come after it was stored, `garbage` and `drop` instead.
    site.site.faults.next(fault, match=site.posts)
    first = site.deliver(settings)
    assert len(first.troubles) == 1
    (message,) = messages(settings)
    assert (message.state, message.error is not None) == ("sending", True)
    stored = count(site)
    assert stored == (fault in ("lost", "denied", "truncate"))
    second = site.deliver(settings, LATER)
    assert (second.found, second.posted) == (stored, 1 - stored)
    assert count(site) == 1
    assert messages(settings)[0].state == "sent"


def test_what_may_still_be_under_way_is_looked_for_and_not_posted(site, settings):
    site.make(settings)
    site.site.faults.next("drop", match=site.posts)
    site.deliver(settings)
    soon = site.deliver(settings, timedelta(minutes=1))
    assert "nobody knows yet whether it arrived" in soon.waiting[0]
    assert count(site) == 0
    site.deliver(settings, LATER)
    assert count(site) == 1


def test_a_vendor_that_cannot_be_read_leaves_it_waiting(site, settings):
    site.make(settings)
    site.site.faults.next("status", count=50, status=503)
    assert len(site.deliver(settings).troubles) == 1
    assert states(settings) == [("approved", "it could not be sent")]
    site.site.faults.clear()
    assert site.deliver(settings).posted == 1
    assert count(site) == 1


@pytest.mark.parametrize("status", [400, 403, 413])
def test_what_is_refused_has_failed_and_is_not_tried_again(status, site, settings):
    site.make(settings)
    site.site.faults.next("status", match=site.posts, status=status)
    assert len(site.deliver(settings).troubles) == 1
    assert states(settings) == [("failed", "the vendor refuses it")]
    assert site.deliver(settings, LATER).sentences == []
    assert count(site) == 0


@pytest.mark.parametrize("status", [401, 429])
def test_a_refusal_that_is_not_the_messages_fault_leaves_it_waiting(status, site, settings):
    site.make(settings)
    site.site.faults.next("status", match=site.posts, status=status)
    site.deliver(settings)
    assert states(settings)[0][0] == "approved"
    assert site.deliver(settings).posted == 1
    assert count(site) == 1


def test_an_older_copy_of_the_warehouse_finds_what_it_does_not_remember(site, settings):
    site.make(settings)
    copy = settings.home.with_name("copy.duckdb")
    shutil.copyfile(settings.database, copy)
    site.deliver(settings)
    shutil.copyfile(copy, settings.database)
    assert states(settings)[0][0] == "pending"
    again = site.deliver(settings, LATER)
    assert (again.found, again.posted, count(site)) == (1, 0, 1)
    settings.database.unlink()
    site.make(settings)
    assert (site.deliver(settings, LATER).found, count(site)) == (1, 1)


def test_final_figures_are_written_in_the_place_of_those_before(site, settings):
    site.make(settings, site.draft("immature"))
    site.deliver(settings)
    before = site.texts()
    site.make(settings, site.draft("grade_a"))
    done = site.deliver(settings)
    assert (done.updated, count(site)) == (1, 1)
    assert site.texts() != before
    with open_log(settings, command="test", since=AT) as log:
        told = log.execute("select event_type from log.current_events order by occurred_at, event_type").fetchall()
    assert sorted(told) == [("comment.posted",), ("comment.updated",)]


def test_an_update_whose_answer_is_lost_is_not_written_twice(site, settings):
    site.make(settings, site.draft("immature"))
    site.deliver(settings)
    site.make(settings, site.draft("grade_a"))
    site.site.faults.next("lost", match=site.updates)
    site.deliver(settings)
    assert messages(settings)[0].state == "sending"
    assert (site.deliver(settings, LATER).found, count(site)) == (1, 1)


def test_what_a_person_edited_is_left_as_it_is(site, settings):
    site.make(settings, site.draft("immature"))
    site.deliver(settings)
    site.edit("Mine now.")
    site.make(settings, site.draft("grade_a"))
    site.deliver(settings)
    assert "Mine now." in site.texts()[0]
    assert states(settings) == [("superseded", "somebody edited the comment; it is left as it is")]


@pytest.mark.parametrize("is_forgotten", [False, True])
def test_what_a_person_deleted_is_not_posted_again(is_forgotten, site, settings):
    site.make(settings, site.draft("immature"))
    site.deliver(settings)
    site.delete()
    if is_forgotten:
        settings.database.unlink()
    site.make(settings, site.draft("grade_a"))
    site.deliver(settings)
    assert count(site) == 0
    assert states(settings) == [("superseded", "somebody deleted the comment; it is not posted again")]


def test_a_ticket_that_moved_is_written_to_once_by_either_key(site, settings):
    site.make(settings)
    site.deliver(settings)
    site.move("NEW-77")
    moved = replace(site.draft(), ticket_key="NEW-77", story_key="NEW-77", message_id="moved")
    site.make(settings, moved)
    assert (site.deliver(settings, LATER).found, count(site)) == (1, 1)


def test_a_ticket_that_moved_before_is_written_to_by_its_former_key(site, settings):
    site.make(settings)
    site.move("NEW-77")
    assert (site.deliver(settings).posted, count(site)) == (1, 1)


def test_a_ticket_that_is_gone_fails_for_good(site, settings):
    site.make(settings)
    site.remove()
    assert len(site.deliver(settings).troubles) == 1
    assert states(settings) == [("failed", "the ticket is gone, or hidden from the token")]


def test_nothing_is_written_that_nobody_approved_or_in_quiet_hours_or_beyond_the_rate(site, settings):
    approving = terms("approve")
    site.make(settings)
    assert "--approve" in site.deliver(settings, rules=approving).waiting[0]
    quiet = terms(quiet_from=time(0), quiet_until=time(23, 59))
    assert "quiet until 23:59" in site.deliver(settings, rules=quiet).waiting[0]
    elsewhere = terms(projects=("ELSEWHERE",))
    assert "none of writeback.projects" in site.deliver(settings, rules=elsewhere).waiting[0]
    late = replace(terms(), since=AT)
    assert "before comments were switched on" in site.deliver(settings, rules=late).waiting[0]
    other = replace(site.draft(), message_id="other", epoch=2)
    site.deliver(settings, rules=terms(comments_per_hour=1))
    site.make(settings, other)
    assert "had 1 comments" in site.deliver(settings, rules=terms(comments_per_hour=1)).waiting[0]
    assert site.deliver(settings, timedelta(hours=2), rules=terms(comments_per_hour=1)).posted == 1
    assert count(site) == 2
    assert BEGUN < AT


def test_each_state_that_a_message_had_is_kept_with_its_reason(site, settings):
    site.make(settings)
    site.site.faults.next("lost", match=site.posts)
    site.deliver(settings)
    site.deliver(settings, LATER)
    with open_log(settings, command="test", since=AT) as log:
        (message,) = outbox.messages(log)
        told = [(after, reason) for _, _, after, reason in outbox.history(log, message.message_id)]
    assert told == [
        ("pending", "its time has come"),
        ("approved", "mode auto"),
        ("sending", "it is due"),
        ("sending", "its answer was lost"),
        ("sent", "it had arrived before"),
    ]
