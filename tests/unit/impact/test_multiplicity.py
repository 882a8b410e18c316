"""Many measures of one story, and how many false finds are among what is found."""

from math import erfc

import numpy as np
import pytest

from pipelines.impact.multiplicity import q_values
from tests.oracles.vectors import vectors


def test_q_values_are_those_of_statsmodels():
    for inputs, answer in vectors("statsmodels", "q_values"):
        assert q_values(inputs["p_values"]) == pytest.approx(answer["q_values"], abs=1e-12)


# Benjamini and Hochberg (1995), section 3.3: fifteen tests of a trial, of which four are kept at 0.05.
def test_of_the_fifteen_tests_of_benjamini_and_hochberg_four_are_kept():
    p_values = [
        0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590,
        1.0,
    ]  # fmt: skip
    assert sum(q <= 0.05 for q in q_values(p_values)) == 4


def test_a_measure_without_a_p_value_has_no_q_value_and_does_not_count():
    assert q_values([0.01, None, 0.02]) == [0.02, None, 0.02]
    assert q_values([]) == []
    assert q_values([None]) == [None]


@pytest.mark.parametrize("wrong", [[-0.1, 0.5], [0.5, 1.1], [float("nan")]])
def test_what_is_no_p_value_is_refused(wrong):
    with pytest.raises(ValueError, match="between 0 and 1"):
        q_values(wrong)


def test_of_what_is_found_a_twentieth_is_false_at_most_and_uncorrected_far_more():
    draw = np.random.default_rng(3)
    # 2,000 stories of 20 measures, of which 4 move by three standard errors.
    z = draw.normal(0, 1, (2000, 20)) + np.where(np.arange(20) < 4, 3.0, 0.0)
    p = np.vectorize(lambda one: erfc(abs(one) / 2**0.5))(z)
    found = np.array([[q <= 0.05 for q in q_values(row.tolist())] for row in p])
    false = found[:, 4:].sum(axis=1) / np.maximum(found.sum(axis=1), 1)
    plain = (p <= 0.05)[:, 4:].sum(axis=1) / np.maximum((p <= 0.05).sum(axis=1), 1)
    # Expected are 0.05 x 16 / 20 = 0.04; the spread of one story's share is below 0.15, so the error is below 0.0034.
    assert false.mean() == pytest.approx(0.04, abs=3 * 0.0034)
    assert plain.mean() > 0.12
    assert found[:, :4].mean() > 0.5
