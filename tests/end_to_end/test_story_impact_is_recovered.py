"""What is told of each story of the company, and what its few users do not allow anybody to tell."""

import pytest

from pipelines.company.trials import ms, trials_of
from pipelines.company.usage_truth import ImpactTruth, impact_truths
from tests.end_to_end.conftest import Recovered

# Somebody whom nobody can tell by events to be left out is in fewer than one of a hundred exposures.
UNTOLD = 0.01


@pytest.fixture(scope="module")
def truths(recovered: Recovered) -> list[ImpactTruth]:
    ((known_until,),) = recovered.rows("select known_until from intermediate.int_usage_span")
    return [one for one in impact_truths(recovered.company, known_until) if one.flag_key and one.epoch]


def test_every_rollout_that_users_met_has_its_primary_metric_once(recovered, truths):
    told = recovered.rows(
        "select story_key, flag_key, epoch from marts.fct_story_impact"
        " where is_primary and flag_key is not null order by all"
    )
    assert told == sorted((one.story_key, one.flag_key, one.epoch) for one in truths)
    assert len(told) > 50


def test_how_many_tried_it_in_the_month_is_what_they_did(recovered, truths):
    told = {
        (flag, epoch): (value, low, high)
        for flag, epoch, value, low, high in recovered.rows(
            "select flag_key, epoch, value, ci_low, ci_high from marts.fct_story_impact"
            " where metric = 'tried_month' and audience = 'exposed_active' and answer = 'described'"
        )
    }
    true = {(one.flag_key, one.epoch): one.adoption_month for one in truths if one.adoption_month is not None}
    known = told.keys() & true.keys()
    assert len(known) > 20
    assert [key for key in known if abs(told[key][0] - true[key]) > 2 * UNTOLD] == []
    assert all(low <= value <= high for value, low, high in told.values())


def test_five_in_a_hundred_of_so_few_users_are_no_control_and_nobody_is_told_of_an_effect(recovered):
    """A holdback of 5 % leaves eleven people here at most; thirty are asked for."""
    control = (
        "select max(n) from (select sum(n) filter (arm = 'control') as n from intermediate.int_impact_counts where"
    )
    ((most,),) = recovered.rows(
        f"{control} measure = 'returned_d1_d7' and control = 'throughout' group by flag_key, epoch)"
    )
    assert 5 < most < 30
    answers = dict(
        recovered.rows("select answer, count(*) from marts.fct_story_impact where audience = 'exposed' group by 1")
    )
    assert answers.keys() == {"no_comparison", "not_enough_data", "rolled_back", "too_early"}
    ((claimed,),) = recovered.rows(
        "select count(*) from marts.fct_story_impact where audience = 'exposed'"
        " and coalesce(ratio, difference, q_value) is not null"
    )
    assert claimed == 0


def test_what_was_taken_back_is_what_fell_and_claims_nothing(recovered):
    told = recovered.rows(
        "select distinct flag_key, epoch from marts.fct_story_impact where answer = 'rolled_back' order by all"
    )
    ended = ms(recovered.as_of)
    steps = {
        (trial.flag, trial.epoch): [(at, share) for at, share, is_own in trial.steps if at <= ended and not is_own]
        for trial in trials_of(recovered.company)
        if trial.flag and trial.opens <= ended
    }
    fell = [key for key, own in steps.items() if own and own[-1][1] < max(share for _, share in own)]
    # None of them had stood at all of the users for a month.
    assert not any(share == 100 for key in fell for _, share in steps[key])
    assert told == sorted(fell)
    assert len(told) > 3
    figures = "count(value) + count(ratio) + count(difference) + count(ci_low) + count(evidence_grade)"
    assert recovered.rows(f"select {figures} from marts.fct_story_impact where answer = 'rolled_back'") == [(0,)]


def test_users_against_others_are_told_with_their_grade_and_never_as_an_effect(recovered):
    told = recovered.rows(
        "select audience, evidence_grade, answer, wording from marts.fct_story_impact"
        " where audience in ('landmark_day_7', 'exposed_treated') and ratio is not null"
    )
    grades = {"landmark_day_7": "C", "exposed_treated": "D"}
    assert len(told) > 30
    for audience, grade, answer, wording in told:
        assert grade == grades[audience]
        assert answer in ("higher", "lower", "no_clear_difference")
        assert "ncreased" not in wording
        assert ("not randomised" if grade == "C" else "does not show that using it caused it") in wording
