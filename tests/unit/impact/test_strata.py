"""Groups within strata, held against others' statistics and by counting how often intervals hold the truth."""

import math

import numpy as np
import pytest

from pipelines.impact.means import Moment, Sums, of_share, of_sums
from pipelines.impact.proportions import Share
from pipelines.impact.strata import Stratum, mantel_haenszel_ratio, post_stratified_difference, post_stratified_ratio
from tests.oracles.vectors import vectors

# Colditz and others (1994), thirteen trials of a vaccine against tuberculosis: cases of vaccinated, of the others.
BCG = [
    (4, 123, 11, 139), (6, 306, 29, 303), (3, 231, 11, 220), (62, 13598, 248, 12867), (33, 5069, 47, 5808),
    (180, 1541, 372, 1451), (8, 2545, 10, 629), (505, 88391, 499, 88391), (29, 7499, 45, 7277), (17, 1716, 65, 1665),
    (186, 50634, 141, 27338), (5, 2498, 3, 2341), (27, 16913, 29, 17854),
]  # fmt: skip
Pairs = list[tuple[Share, Share]]


def pairs(rows: list[tuple[int, int, int, int]]) -> Pairs:
    return [(Share(x1, n1), Share(x0, n0)) for x1, n1, x0, n0 in rows]


@pytest.mark.parametrize(
    ("function", "asked"),
    [(post_stratified_difference, "post-stratified difference"), (post_stratified_ratio, "post-stratified ratio")],
)
def test_figures_across_strata_are_those_of_least_squares_on_the_cells(function, asked):
    for inputs, answer in vectors("statsmodels", asked):
        cells = [of_sums(Sums(*sums)) for sums in inputs["cells"]]
        told = function([Stratum(one, other) for one, other in zip(cells[::2], cells[1::2], strict=True)])
        assert told is not None
        figures = (told.estimate.value, told.estimate.low, told.estimate.high, told.estimate.p_value)
        expected = tuple(answer[name] for name in ("value", "low", "high", "p_value"))
        assert figures == pytest.approx(expected, rel=1e-6)
        assert told.n_left_out == 0


def test_mantel_and_haenszels_ratio_is_that_of_statsmodels():
    for inputs, answer in vectors("statsmodels", "mantel-haenszel"):
        told = mantel_haenszel_ratio(pairs(inputs["strata"]))
        assert told is not None
        assert told.estimate.value == pytest.approx(answer["value"], rel=1e-9)


# metafor's own tests, rma.mh(measure="RR"): of all trials 0.6353 [0.5881, 0.6862], as Stata's metan has it; and to all
# digits of those without the first.
def test_the_vaccine_trials_have_the_interval_of_metafor_and_stata():
    told = mantel_haenszel_ratio(pairs(BCG))
    assert told is not None
    assert (told.estimate.value, told.estimate.low, told.estimate.high) == pytest.approx(
        (0.6353, 0.5881, 0.6862), abs=5e-5
    )
    without = mantel_haenszel_ratio(pairs(BCG[1:]))
    assert without is not None
    logs = [math.log(one) for one in (without.estimate.value, without.estimate.low, without.estimate.high)]
    assert logs == pytest.approx([-0.451379469928476, -0.528670714671484, -0.374088225185468], abs=1e-9)
    assert without.estimate.p_value == pytest.approx(2.45810944109134e-30, rel=1e-6)


def test_in_one_stratum_the_ratio_has_katz_interval():
    told = mantel_haenszel_ratio(pairs([(180, 400, 900, 3600)]))
    assert told is not None
    assert (told.estimate.low, told.estimate.high) == pytest.approx((1.593, 2.034), abs=5e-4)


def test_steps_of_a_rollout_poured_together_say_what_no_step_says():
    # At 10 % in a bad week, at 50 % in a good one; within each step the treated are a tenth better.
    steps = pairs([(44, 400, 360, 3600), (880, 2000, 800, 2000)])
    together = [(Share(sum(p[k].events for p in steps), sum(p[k].n for p in steps))) for k in (0, 1)]
    assert together[0].rate / together[1].rate > 1.7
    ratio = mantel_haenszel_ratio(steps)
    standard = post_stratified_ratio([Stratum(of_share(one), of_share(other)) for one, other in steps])
    difference = post_stratified_difference([Stratum(of_share(one), of_share(other)) for one, other in steps])
    assert ratio is not None
    assert standard is not None
    assert difference is not None
    assert ratio.estimate.value == pytest.approx(1.1)
    assert standard.estimate.value == pytest.approx(1.1)
    assert difference.estimate.value == pytest.approx((0.01 * 4000 + 0.04 * 4000) / 8000)


def test_weights_that_are_given_count_instead_of_people():
    one, two = Moment(100, 2.0, 1.0), Moment(100, 1.0, 1.0)
    told = post_stratified_difference([Stratum(one, two, 3.0), Stratum(two, one, 1.0)])
    assert told is not None
    assert told.estimate.value == pytest.approx(0.5)


def test_a_stratum_with_one_side_is_left_out_and_counted():
    full, lone = Stratum(Moment(50, 2.0, 1.0), Moment(50, 1.0, 1.0)), Stratum(Moment(30, 9.0, 1.0), None)
    for function in (post_stratified_difference, post_stratified_ratio):
        told = function([full, lone, Stratum(Moment(1, 9.0, 0.0), Moment(9, 1.0, 1.0))])
        assert told is not None
        assert (told.n, told.n_left_out) == (100, 40)
        assert function([lone]) is None
        assert function([]) is None
    told = mantel_haenszel_ratio(pairs([(5, 20, 4, 20), (3, 7, 0, 0)]))
    assert told is not None
    assert (told.n, told.n_left_out, told.estimate.value) == (40, 7, pytest.approx(1.25))


def test_where_one_group_has_no_event_there_is_no_ratio_and_where_nothing_varies_no_figure():
    assert mantel_haenszel_ratio(pairs([(5, 20, 0, 20), (3, 7, 0, 9)])) is None
    assert mantel_haenszel_ratio([]) is None
    still = Stratum(Moment(50, 2.0, 0.0), Moment(50, 1.0, 0.0))
    assert post_stratified_difference([still]) is None
    assert post_stratified_ratio([still]) is None
    assert post_stratified_ratio([Stratum(Moment(50, 2.0, 1.0), Moment(50, 0.0, 1.0))]) is None


def test_figures_across_steps_hold_the_truth_as_often_as_they_say():
    draw = np.random.default_rng(9)
    sizes, base = [(80, 720), (300, 1200), (500, 500)], (0.1, 0.25, 0.4)
    hit = {"ratio": [], "difference": [], "standard": []}
    people = np.array([sum(pair) for pair in sizes])
    truth = float(people @ (0.2 * np.array(base)) / people.sum())
    for _ in range(1500):
        strata = [
            (Share(int(draw.binomial(n1, 1.2 * p)), n1), Share(int(draw.binomial(n0, p)), n0))
            for (n1, n0), p in zip(sizes, base, strict=True)
        ]
        moments = [Stratum(of_share(one), of_share(other)) for one, other in strata]
        hit["ratio"].append(not mantel_haenszel_ratio(strata).estimate.excludes(1.2))
        hit["standard"].append(not post_stratified_ratio(moments).estimate.excludes(1.2))
        hit["difference"].append(not post_stratified_difference(moments).estimate.excludes(truth))
    # 1,500 draws: three binomial errors of 0.95 are 0.017.
    for told in hit.values():
        assert np.mean(told) == pytest.approx(0.95, abs=0.017)
