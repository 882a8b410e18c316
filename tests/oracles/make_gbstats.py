"""Asks GrowthBook's engine what the functions of `pipelines/impact` answer; see README.md."""

from typing import Any

import numpy as np
from gbstats.frequentist.tests import FrequentistConfig, SequentialConfig, SequentialTwoSidedTTest, TwoSidedTTest
from gbstats.models.statistics import (
    ProportionStatistic,
    RatioStatistic,
    RegressionAdjustedStatistic,
    SampleMeanStatistic,
)
from gbstats.utils import check_srm
from writing import Answers

ANSWERS = Answers("gbstats", "gbstats", "numpy", "scipy", "pandas")
DRAW = np.random.default_rng(5)


def _sums(y: np.ndarray) -> list[float]:
    return [len(y), float(y.sum()), float((y * y).sum())]


def _pair_sums(y: np.ndarray, x: np.ndarray) -> list[float]:
    return [*_sums(y), float(x.sum()), float((x * x).sum()), float((x * y).sum())]


def _statistic(kind: str, sums: list[float]) -> Any:
    if kind == "share":
        return ProportionStatistic(n=int(sums[1]), sum=sums[0])
    if kind == "mean":
        return SampleMeanStatistic(n=int(sums[0]), sum=sums[1], sum_squares=sums[2])
    n, y, yy, x, xx, xy = sums
    one, other = (SampleMeanStatistic(n=int(n), sum=a, sum_squares=aa) for a, aa in ((y, yy), (x, xx)))
    if kind == "ratio":
        return RatioStatistic(n=int(n), m_statistic=one, d_statistic=other, m_d_sum_of_products=xy)
    return RegressionAdjustedStatistic(
        n=int(n), post_statistic=one, pre_statistic=other, post_pre_sum_of_products=xy, theta=0
    )


def _ask(asked: str, kind: str, treated: list[float], comparison: list[float], test: Any, **more: Any) -> None:
    made = test(_statistic(kind, comparison), _statistic(kind, treated))
    told = made.compute_result()
    if kind == "cuped":
        more["theta"] = made.stat_a.theta
    inputs = {"kind": kind, "treated": treated, "comparison": comparison}
    tuned_for = more.pop("tuned_for", None)
    ANSWERS.add(
        asked, inputs | ({"tuned_for": tuned_for} if tuned_for else {}), value=told.expected, low=told.ci[0],
        high=told.ci[1], p_value=told.p_value, **more,
    )  # fmt: skip


def _absolute(one: Any, other: Any) -> TwoSidedTTest:
    return TwoSidedTTest(one, other, FrequentistConfig(difference_type="absolute"))


def _relative(one: Any, other: Any) -> TwoSidedTTest:
    return TwoSidedTTest(one, other, FrequentistConfig(difference_type="relative"))


def compared() -> list[tuple[str, list[float], list[float]]]:
    """Shares, means and ratios of two groups, small and large."""
    found: list[tuple[str, list[float], list[float]]] = [
        ("share", [960, 4000], [876, 4000]), ("share", [30, 120], [40, 300]), ("share", [500, 8000], [61, 900]),
    ]  # fmt: skip
    for n1, n0 in ((12, 30), (4000, 1500)):
        found.append(("mean", *(_sums(DRAW.gamma(2, 3, n).round(2)) for n in (n1, n0))))
        clicks, sessions = ([DRAW.poisson(rate, n) + 1.0 for n in (n1, n0)] for rate in (3, 8))
        found.append(("ratio", *(_pair_sums(y * x, x) for y, x in zip(clicks, sessions, strict=True))))
    return found


for kind, treated, comparison in compared():
    _ask("absolute", kind, treated, comparison, _absolute)
    _ask("relative", kind, treated, comparison, _relative)
    for tuned_for in (5000, 800):
        if min(treated[kind == "share"], comparison[kind == "share"]) >= 100:
            config = SequentialConfig(difference_type="absolute", sequential_tuning_parameter=tuned_for)
            _ask(
                "sequential", kind, treated, comparison,
                lambda one, other, config=config: SequentialTwoSidedTTest(one, other, config), tuned_for=tuned_for,
            )  # fmt: skip
for n1, n0, noise in ((15, 20, 1.0), (800, 3200, 2.0), (500, 500, 0.1)):
    before = [DRAW.poisson(5, n).astype(float) for n in (n1, n0)]
    after = [0.8 * x + DRAW.normal(mean, noise, len(x)) for x, mean in zip(before, (1.2, 1.0), strict=True)]
    _ask("cuped", "cuped", *(_pair_sums(y, x) for y, x in zip(after, before, strict=True)), _absolute)
for observed, weights in (([1050, 950], [0.5, 0.5]), ([1120, 9000], [0.1, 0.9]), ([300, 310, 390], [1, 1, 1])):
    ANSWERS.add("sample_ratio", {"observed": observed, "weights": weights}, p_value=check_srm(observed, weights))
ANSWERS.write()
