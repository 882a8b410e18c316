"""Groups as large as the weights say raise no alarm, and a loss on one side does."""

import numpy as np
import pytest
from scipy import stats

from pipelines.impact.sample_ratio import SampleRatio, Step, any_is_off, sample_ratio
from tests.oracles.vectors import vectors


@pytest.mark.parametrize("oracle", ["statsmodels", "gbstats"])
def test_the_p_value_is_chi_squareds_as_others_compute_it(oracle):
    for inputs, answer in vectors(oracle, "sample_ratio"):
        told = sample_ratio(Step(inputs["observed"], inputs["weights"]))
        assert told.p_value == pytest.approx(answer["p_value"], rel=1e-6)
        assert told.is_off is (answer["p_value"] < 0.001)


# Fabijan and others (KDD 2019), Diagnosing sample ratio mismatch: 821,588 against 815,482 of an even split, p 1.8e-6.
def test_half_a_percent_too_few_of_1_6_million_is_a_mismatch():
    told = sample_ratio(Step([821_588, 815_482], [1, 1]))
    assert told.p_value == pytest.approx(1.8e-6, abs=5e-8)
    assert told.is_off


def test_steps_with_weights_of_their_own_are_sound_one_by_one_and_not_together():
    steps = [Step([500, 4500], [10, 90]), Step([2500, 2500], [50, 50])]
    assert not any_is_off(steps)
    assert sample_ratio(Step([3000, 7000], [10, 90])).is_off


def test_one_step_that_lost_people_takes_the_whole_rollout():
    assert any_is_off([Step([500, 4500], [10, 90]), Step([2300, 2700], [50, 50])])


@pytest.mark.parametrize(("people", "weight"), [(60, 10), (520, 1), (110, 5), (100, 50), (520, 10), (6_000, 1)])
def test_a_sound_step_raises_an_alarm_as_rarely_as_is_said_however_small_its_group(people, weight):
    # Thirteen of 53 at a tenth, which happens once in 556 times, was once called off at 0.001 by chi-squared.
    counts = np.arange(people + 1)
    alarms = [sample_ratio(Step([one, people - one], [weight, 100 - weight])).is_off for one in counts.tolist()]
    chance = stats.binom.pmf(counts, people, weight / 100)[alarms].sum()
    assert 0.0002 < chance < 0.0012


def test_of_a_few_people_nothing_is_judged():
    assert sample_ratio(Step([0, 40], [0.1, 0.9])) == SampleRatio(None, None, False)
    assert sample_ratio(Step([0, 0], [1, 1])) == SampleRatio(None, None, False)
    assert sample_ratio(Step([40], [1])) == SampleRatio(None, None, False)
    assert sample_ratio(Step([40, 0], [1, 0])) == SampleRatio(None, None, False)


def test_somebody_in_a_group_that_nobody_is_sent_to_is_off():
    assert sample_ratio(Step([40, 1], [1, 0])).is_off


def test_counts_without_weights_are_refused():
    with pytest.raises(ValueError, match="are no step"):
        sample_ratio(Step([1, 2], [1]))


def test_thirty_looks_at_sound_rollouts_raise_hardly_an_alarm_at_0_001_and_one_in_four_at_0_05():
    # 2,000 rollouts of 300 new people a night, 30 nights.
    treated = np.random.default_rng(11).binomial(300, 0.5, (2000, 30)).cumsum(axis=1)
    people = 300 * np.arange(1, 31)
    p_values = np.array(
        [
            [sample_ratio(Step([one, whole - one], [1, 1])).p_value for one, whole in zip(row, people, strict=True)]
            for row in treated.tolist()
        ]
    )
    # The binomial errors of 0.28 and 0.0085, which is what was measured before, are 0.010 and 0.0021.
    assert (p_values < 0.05).any(axis=1).mean() == pytest.approx(0.28, abs=3 * 0.010)
    assert (p_values < 0.001).any(axis=1).mean() == pytest.approx(0.0085, abs=3 * 0.0021)
    assert (p_values[:, -1] < 0.05).mean() == pytest.approx(0.05, abs=3 * 0.0049)


def test_of_20_000_people_a_twentieth_lost_on_one_side_is_found_more_often_than_not():
    kept = np.random.default_rng(12).binomial(20_000, 0.95 / 1.95, 500).tolist()
    found = np.mean([sample_ratio(Step([one, 20_000 - one], [1, 1])).is_off for one in kept])
    # The loss is 3.6 standard errors, the alarm at 3.29: 0.63, with a binomial error of 0.022.
    assert found == pytest.approx(0.63, abs=3 * 0.022)
