"""Rates of two groups, held against figures by hand and against another's statistics."""

import numpy as np
import pytest
from scipy import stats

from pipelines.impact.rates import Counts, mantel_haenszel, rate


def counts(*rows: tuple[int, int, bool, int]) -> Counts:
    events, trials, is_after, stratum = (np.array(column) for column in zip(*rows, strict=True))
    return Counts(events.astype(float), trials.astype(float), is_after, stratum)


def test_in_one_stratum_the_ratio_is_that_of_the_rates():
    told = counts((33, 420, True, 0), (95, 400, False, 0))
    logs, difference = mantel_haenszel(told, np.ones((1, 2)))
    assert np.exp(logs[0]) == pytest.approx(stats.contingency.relative_risk(33, 420, 95, 400).relative_risk)
    assert difference[0] == pytest.approx(33 / 420 - 95 / 400)
    assert rate(told, told.is_after, np.ones((1, 2)))[0] == pytest.approx(33 / 420)


def test_what_holds_in_every_stratum_holds_across_them_though_the_mix_turns_it_round():
    # In each stratum the rate is halved; most of what came after is of the kind that fails more.
    told = counts((1, 100, True, 0), (18, 900, False, 0), (180, 900, True, 1), (40, 100, False, 1))
    weights = np.ones((1, 4))
    logs, difference = mantel_haenszel(told, weights)
    assert np.exp(logs[0]) == pytest.approx(0.5)
    assert difference[0] == pytest.approx((-0.01 * 90 - 0.2 * 90) / 180)
    assert rate(told, told.is_after, weights)[0] > rate(told, ~told.is_after, weights)[0]


def test_without_any_event_before_only_the_difference_is_known():
    logs, difference = mantel_haenszel(counts((5, 20, True, 0), (0, 40, False, 0)), np.ones((1, 2)))
    assert np.isnan(logs[0])
    assert difference[0] == pytest.approx(0.25)


def test_nothing_tried_has_no_rate():
    told = counts((0, 0, True, 0), (1, 4, False, 0))
    assert np.isnan(rate(told, told.is_after, np.ones((1, 2)))[0])
    assert np.isnan(mantel_haenszel(told, np.ones((1, 2)))[1][0])
