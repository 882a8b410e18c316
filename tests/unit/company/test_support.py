"""What the help desk is asked follows its planted truth: one topic falls by a feature, another only seems to."""

import math
import re
from collections import Counter, defaultdict
from datetime import datetime, timedelta

import pytest

from pipelines.company import Company, Scale, simulate
from pipelines.company.falls import FEATURE_RATIO, SPIKE_RATIO, Cause, falls_of
from pipelines.company.operations import SupportTicket
from pipelines.company.population import population_of, user_key
from pipelines.company.support import AGAIN_SHARE, INTERNAL_SHARE
from pipelines.company.support_truth import TopicTruth, is_question, support_truth
from pipelines.company.topics import SPAM, TOPICS, WISH


@pytest.fixture(scope="module")
def company() -> Company:
    return simulate(Scale.demo())


@pytest.fixture(scope="module")
def tickets(company: Company) -> list[SupportTicket]:
    return list(company.support_tickets)


@pytest.fixture(scope="module")
def topics(company: Company) -> list[TopicTruth]:
    return list(support_truth(company, company.ends_at).topics)


def test_tickets_come_in_their_order_and_one_that_is_merged_stands_behind_an_earlier_one_of_the_same_person(tickets):
    assert len(tickets) > 4_000
    assert [ticket.opened_at for ticket in tickets] == sorted(ticket.opened_at for ticket in tickets)
    assert [int(ticket.key) for ticket in tickets] == list(range(1_000, 1_000 + len(tickets)))
    by_key = {ticket.key: ticket for ticket in tickets}
    merged = [ticket for ticket in tickets if ticket.merged_into]
    assert len(merged) / len(tickets) == pytest.approx(AGAIN_SHARE, abs=0.02)
    for ticket in merged:
        first = by_key[ticket.merged_into or ""]
        assert first.merged_into is None
        assert first.opened_at < ticket.opened_at
        assert (first.requester, first.topic, first.request) == (ticket.requester, ticket.topic, ticket.request)
    assert all(ticket.solved_at > ticket.opened_at for ticket in tickets if ticket.solved_at)
    assert any(ticket.solved_at is None for ticket in tickets)


def test_who_asks_is_a_user_who_is_there_or_one_of_our_own(company, tickets):
    people = population_of(company)
    keys = {user_key(number): number for number in range(people.count)}
    asked = [ticket for ticket in tickets if ticket.topic != SPAM]
    for ticket in asked:
        number, day = keys[ticket.requester], int(ticket.opened_at.timestamp()) // 86_400
        assert ticket.is_internal == people.is_internal[number]
        assert people.signed_up_on[number] <= day
        assert not people.is_bot[number]
    assert sum(ticket.is_internal for ticket in asked) / len(asked) == pytest.approx(INTERNAL_SHARE, abs=0.01)


def test_a_topic_falls_by_what_the_feature_does_and_others_do_not(topics):
    (fallen,) = (one for one in topics if one.cause == Cause.FEATURE and one.true_ratio == FEATURE_RATIO)
    seen = fallen.tickets_after / fallen.active_days_after / (fallen.tickets_before / fallen.active_days_before)
    others = fallen.others_after / fallen.active_days_after / (fallen.others_before / fallen.active_days_before)
    error = math.sqrt(sum(1 / n for n in (
        fallen.tickets_before, fallen.tickets_after, fallen.others_before, fallen.others_after)))  # fmt: skip
    assert abs(math.log(seen / others / FEATURE_RATIO)) < 3 * error
    assert math.log(seen) < -3 * error
    assert abs(math.log(others)) < 0.3


def test_another_topic_is_lower_after_a_launch_that_did_nothing(topics):
    (passed,) = (one for one in topics if one.cause == Cause.SPIKE_PASSED)
    assert passed.true_ratio == 1
    assert passed.tickets_after < 0.7 * passed.tickets_before
    assert passed.others_after > 0.8 * passed.others_before


def test_that_spike_came_shortly_before_so_an_earlier_time_tells_the_truth(company, tickets):
    (fall,) = (one for one in falls_of(company) if one.cause == Cause.SPIKE_PASSED)
    days = Counter(int(one.opened_at.timestamp()) // 86_400 for one in tickets if one.topic == fall.topic)
    earlier, spike, after = (
        sum(days[fall.day + day] for day in range(*span)) for span in ((-98, -42), (-42, 0), (0, 56))
    )
    assert spike / 42 > 1.6 * earlier / 56
    assert abs(math.log(after / earlier)) < 0.5
    assert pytest.approx(1 / SPIKE_RATIO) == fall.ratio


def test_features_with_no_planted_fall_change_their_topic_by_chance_alone(topics):
    fallen = {(one.topic, one.since) for one in topics if one.cause}
    odd = total = 0
    for one in topics:
        # Windows that a planted change lies in or near tell of that.
        near = any(topic == one.topic for topic, _ in fallen)
        if near or one.weeks < 8 or min(one.tickets_before, one.tickets_after) < 5:
            continue
        assert one.true_ratio == one.planted_ratio == 1
        ratio = one.tickets_after * one.others_before / (one.tickets_before * one.others_after)
        error = math.sqrt(sum(1 / n for n in (
            one.tickets_before, one.tickets_after, one.others_before, one.others_after)))  # fmt: skip
        total, odd = total + 1, odd + (abs(math.log(ratio)) > 2 * error)
    assert total > 20
    assert odd / total < 0.15


def test_wishes_are_counted_by_people_not_by_tickets(company, tickets):
    told = support_truth(company, company.ends_at).requests
    stories = {story.key: story for story in company.stories}
    counted = defaultdict(set)
    for ticket in tickets:
        if ticket.request and ticket.opened_at <= company.ends_at and not ticket.is_internal:
            counted[stories[ticket.story].key_at(company.ends_at), ticket.request].add(ticket.requester)
    assert {(one.story_key, one.request): one.people for one in told if one.people} == {
        key: len(people) for key, people in counted.items()
    }
    assert any(one.tickets > one.people for one in told)
    favourite = next(fall.story for fall in falls_of(company) if fall.topic == "how to export data")
    favourite = stories[favourite].key_at(company.ends_at)
    wishes = sorted((one for one in told if one.story_key == favourite), key=lambda one: -one.people)
    assert wishes[0].request == "add excel format"
    assert wishes[0].people > 2 * wishes[1].people > 6
    for ticket in tickets:
        if ticket.request:
            assert ticket.topic == WISH
            flag = stories[ticket.story].flag
            assert flag is None or timedelta() < ticket.opened_at - flag.steps[-1].at < timedelta(days=40)


def test_a_rule_of_words_finds_a_topic_well_but_not_perfectly(tickets):
    rule = re.compile(r"export|csv|download|spreadsheet|télécharger", re.IGNORECASE)
    found = [ticket for ticket in tickets if rule.search(f"{ticket.subject} {ticket.text}")]
    right = [ticket for ticket in found if ticket.topic == "how to export data"]
    asked = [ticket for ticket in tickets if ticket.topic == "how to export data"]
    assert 0.6 < len(right) / len(found) < 0.97
    assert 0.6 < len(right) / len(asked) < 0.97


def test_texts_are_as_people_write_them(tickets):
    texts = "\n".join(f"{ticket.subject}\n{ticket.text}" for ticket in tickets)
    for sign in (
        "wie kann",
        "كيف",
        "フィルター",
        "🙏",
        "<script>",
        "Ignore all previous",
        "\u202e",
        "@customer",
        "SSO",
    ):
        assert sign.lower() in texts.lower()
    assert len({ticket.text for ticket in tickets}) > 0.6 * len(tickets)
    tagged = [ticket for ticket in tickets if ticket.tags and ticket.topic not in (WISH, SPAM)]
    right = sum(ticket.tags == (ticket.topic.replace(" ", "-"),) for ticket in tagged)
    assert 0.3 < len(tagged) / len(tickets) < 0.6
    assert 0.85 < right / len(tagged) < 0.99


def test_spam_and_mistakes_are_deleted_and_count_for_nothing(company, tickets):
    spam = [ticket for ticket in tickets if ticket.topic == SPAM]
    assert 0.01 < len(spam) / len(tickets) < 0.06
    assert 0.5 < sum(ticket.deleted_at is not None for ticket in spam) / len(spam) < 0.9
    gone = [ticket for ticket in tickets if ticket.deleted_at]
    assert any(ticket.topic != SPAM for ticket in gone)
    assert all(ticket.deleted_at > ticket.opened_at for ticket in gone)
    assert not any(map(is_question, gone))
    assert {topic.key for topic in TOPICS} | {SPAM, WISH} == {ticket.topic for ticket in tickets}


def test_the_truth_of_a_moment_counts_what_was_asked_by_then(company):
    middle: datetime = company.begins_at + (company.ends_at - company.begins_at) / 2
    early, late = support_truth(company, middle), support_truth(company, company.ends_at)
    assert 0 < sum(early.tickets.values()) < sum(late.tickets.values()) == sum(
        ticket.opened_at <= company.ends_at for ticket in company.support_tickets
    )  # fmt: skip
    assert len(early.topics) < len(late.topics)
    assert all(one.weeks <= 8 for one in late.topics)


def test_a_company_without_users_is_asked_nothing():
    assert simulate(Scale(teams=1, months=2, stories=4)).support_tickets == ()


@pytest.mark.parametrize("seed", range(1, 6))
def test_every_company_has_a_topic_that_falls_by_a_feature_and_one_that_only_seems_to(seed):
    causes = [[fall.cause for fall in falls_of(simulate(scale, seed))] for scale in (Scale.small(), Scale.demo())]
    assert causes[0][:1] == [Cause.FEATURE]
    assert causes[1] == [Cause.FEATURE, Cause.SPIKE_PASSED, Cause.FEATURE]
