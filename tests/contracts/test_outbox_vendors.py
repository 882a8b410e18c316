"""What is one tracker's own of a comment that is delivered once: markup, marks, cards, pages of comments, customers."""

from dataclasses import replace

from tests.contracts.outbox_sites import LATER, Site, jira_site, linear_site, messages
from tests.unit.outbox.saying import AT


def count(site: Site) -> int:
    return len(site.texts())


def test_a_data_center_is_written_to_in_wiki_markup_and_knows_the_comment_again(settings):
    with jira_site("data_center") as site:
        site.make(settings, site.draft("immature"))
        site.site.faults.next("lost", match=site.posts)
        site.deliver(settings)
        assert site.deliver(settings, LATER).found == 1
        assert site.texts()[0].startswith("Shipped to 100 % on 15 Dec 2025.")
        site.make(settings, site.draft("grade_a"))
        assert (site.deliver(settings).updated, count(site)) == (1, 1)
        site.edit("h2. Mine")
        site.make(settings, replace(site.draft("rolled_back"), message_id=messages(settings)[0].message_id))
        site.deliver(settings)
        assert site.texts() == ["h2. Mine"]


def test_a_comment_is_for_colleagues_and_not_for_customers(settings):
    with jira_site() as site:
        site.make(settings)
        site.deliver(settings)
        (comment,) = [row for row in site.store.comments[site.ticket] if row["author"]["displayName"] == "Storyline"]
        assert comment["jsdPublic"] is False


def test_a_comment_is_found_among_more_than_a_page_of_others(settings):
    with jira_site() as site:
        site.make(settings)
        site.site.faults.next("lost", match=site.posts)
        later = {"created": "2026-01-20T10:00:00.000+0000", "body": {"type": "doc", "version": 1, "content": []}}
        site.store.comments[site.ticket] = [{"id": str(number), **later} for number in range(130)]
        site.deliver(settings)
        assert (site.deliver(settings, LATER).found, count(site)) == (1, 1)


def test_a_data_center_that_takes_no_marker_with_a_comment_is_given_it_after(settings, monkeypatch):
    monkeypatch.setattr("pipelines.sources.jira.server.writes._set_properties", lambda *_: None)
    with jira_site("data_center") as site:
        site.make(settings)
        assert site.deliver(settings).posted == 1
        assert count(site) == 1


def test_an_issue_whose_comment_arrived_without_its_card_being_told_is_written_to_once(settings):
    with linear_site() as site:
        site.make(settings)
        # The first card goes through, the one after the comment does not.
        site.site.faults.next("lost", match="#KeepCard", after=1)
        assert len(site.deliver(settings).troubles) == 1
        assert messages(settings)[0].state == "sending"
        assert (site.deliver(settings, LATER).found, count(site)) == (1, 1)
        assert [name for (name, _), times in site.store.arrivals.items() if name == "commentCreate"] == [
            "commentCreate"
        ]


def test_a_ticket_that_was_closed_meanwhile_is_told_all_the_same(settings):
    with jira_site() as site:
        site.make(settings)
        done = next(one for one in site.store.statuses if one["statusCategory"]["key"] == "done")
        site.store.move(site.ticket, done, AT)
        assert (site.deliver(settings).posted, count(site)) == (1, 1)
