"""What users of the demo company wish for most since all have a feature is told by the people who truly do."""

from pipelines.company.request_truth import top_request_truths
from pipelines.sources.zendesk.demo import SITE
from tests.end_to_end.conftest import Recovered

_TOLD = "select story_key, theme, people, item_ids, position, is_tie from marts.fct_top_requests"


def test_the_top_requests_are_those_of_the_truth_person_by_person_and_ticket_by_ticket(recovered: Recovered):
    truths = top_request_truths(recovered.company, recovered.as_of)
    assert len(truths) > 10
    assert {row[:2]: row[2:] for row in recovered.rows(_TOLD)} == {
        (one.story_key, one.theme): (
            one.people, [f"{SITE}/{ticket}" for ticket in one.tickets], one.position, one.is_tie,
        )
        for one in truths
    }  # fmt: skip


def test_the_rules_find_nearly_all_who_wish_and_nobody_else(recovered: Recovered):
    truths = top_request_truths(recovered.company, recovered.as_of)
    found, wishers = sum(one.people for one in truths), sum(one.wishers for one in truths)
    assert all(one.people <= one.wishers for one in truths)
    assert found > 0.9 * wishers


def test_the_weeks_hold_every_ticket_of_a_customer_once(recovered: Recovered):
    ((counted,),) = recovered.rows(
        "select sum(all_tickets) from (select distinct week_on, all_tickets from marts.agg_topics_weekly)"
    )
    as_of = recovered.as_of
    kept = {
        one.key: one for one in recovered.company.support_tickets
        if one.opened_at <= as_of and not one.is_internal and (one.deleted_at is None or one.deleted_at > as_of)
    }  # fmt: skip
    merged = [one for one in kept.values() if one.merged_into in kept and one.solved_at and one.solved_at <= as_of]
    assert counted == len(kept) - len(merged) > 700
