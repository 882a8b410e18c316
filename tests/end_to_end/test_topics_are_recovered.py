"""Around a launch the tickets on its topic are those that were asked; what it truly does lies within the interval."""

from datetime import UTC, datetime
from typing import Any

import pytest

from pipelines.company.falls import Cause
from pipelines.company.topic_truth import TopicEffectTruth, topic_effect_truths
from tests.end_to_end.conftest import Recovered

_WEEKS = """
select week_number, tickets, control_tickets, all_tickets from intermediate.int_topic_weeks
where topic = '{topic}' order by week_number
"""


@pytest.fixture(scope="module")
def truths(recovered: Recovered) -> list[TopicEffectTruth]:
    return list(topic_effect_truths(recovered.company, recovered.as_of))


@pytest.fixture(scope="module")
def told(recovered: Recovered) -> dict[str, dict[str, Any]]:
    found = recovered.named_rows("select * from marts.fct_story_impact where metric like 'tickets_about:%'")
    return {row["metric"].removeprefix("tickets_about:"): row for row in found}


def test_every_week_around_a_launch_holds_the_tickets_that_were_asked_in_it(recovered, truths):
    assert len(truths) == 5
    for truth in truths:
        ((until, since),) = recovered.rows(
            f"select before_until, after_from from intermediate.int_topic_launches where topic = '{truth.topic}'"
        )
        assert (until, since) == (truth.before_until, truth.after_from), truth.topic
        weeks = recovered.rows(_WEEKS.format(topic=truth.topic))
        assert weeks == [(one.number, one.tickets, one.control, one.total) for one in truth.weeks], truth.topic
        assert len(weeks) > 20


def test_each_launch_is_told_of_with_its_counts(truths, told):
    assert told.keys() == {truth.topic for truth in truths}
    for truth in truths:
        row, weeks = told[truth.topic], {one.number: one.tickets for one in truth.weeks}
        assert row["story_key"] == truth.story_key
        assert row["numerator"] == sum(weeks[number] for number in range(1, 9))
        assert row["numerator_comparison"] == sum(weeks[number] for number in range(-8, 0))
        assert row["window_end"] > datetime(
            truth.after_from.year, truth.after_from.month, truth.after_from.day, tzinfo=UTC
        )
        assert row["is_mature"]


def test_what_a_feature_truly_does_lies_within_its_interval_and_nothing_else_is_said_to_have_become_rarer(truths, told):
    known = [one for one in truths if told[one.topic]["ci_of"] and one.cause != Cause.SPIKE_PASSED]
    assert {one.cause for one in known} >= {Cause.FEATURE}
    for truth in known:
        row = told[truth.topic]
        assert row["ci_low"] < truth.rule_ratio < row["ci_high"], row["wording"]
    assert all(told[one.topic]["answer"] != "lower" for one in truths if one.true_ratio == 1)
    (spike,) = (one for one in truths if one.cause == Cause.SPIKE_PASSED)
    assert told[spike.topic]["evidence_grade"] == "D"
