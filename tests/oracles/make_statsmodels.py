"""Asks statsmodels and scipy what the functions of `pipelines/impact` answer; see README.md."""

import numpy as np
import statsmodels.api as sm
from scipy import optimize, stats
from statsmodels.stats import multitest, proportion, rates, weightstats
from statsmodels.stats._delta_method import NonlinearDeltaCov
from statsmodels.stats.contingency_tables import StratifiedTable
from writing import Answers

ANSWERS = Answers("statsmodels", "statsmodels", "scipy", "numpy", "pandas")
SHARES = [(2300, 10000), (3, 120), (45, 4000), (60, 4000), (0, 12), (12, 12), (1, 1), (1, 2000), (9, 20)]
PAIRS = [
    (180, 400, 900, 3600), (9, 20, 30, 120), (5, 20, 0, 40), (0, 20, 5, 40), (1, 5, 4, 5), (20, 20, 39, 40),
    (8, 9, 3, 4), (1200, 12000, 1310, 12100), (3, 100000, 9, 100000), (11, 12, 11, 30),
]  # fmt: skip


def shares() -> None:
    for events, n in SHARES:
        for confidence in (0.9, 0.95):
            inputs = {"events": events, "n": n, "confidence": confidence}
            for asked, method in (("wilson", "wilson"), ("clopper_pearson", "beta")):
                low, high = proportion.proportion_confint(events, n, 1 - confidence, method)
                ANSWERS.add(asked, inputs, low=low, high=high)
        told = stats.binomtest(events, n, 0.01, "greater")
        ANSWERS.add("clopper_pearson lower", {"events": events, "n": n}, low=told.proportion_ci(0.95, "exact").low)
        ANSWERS.add("wilson lower", {"events": events, "n": n}, low=told.proportion_ci(0.95, "wilson").low)
        ANSWERS.add("breach", {"events": events, "n": n, "threshold": 0.01}, p_value=told.pvalue)


def pairs() -> None:
    for pair in PAIRS:
        inputs = {"counts": pair}
        low, high = proportion.confint_proportions_2indep(*pair, method="newcomb", compare="diff")
        ANSWERS.add("newcombe", inputs, low=low, high=high)
        table = [[pair[0], pair[1] - pair[0]], [pair[2], pair[3] - pair[2]]]
        ANSWERS.add("score", inputs, p_value=stats.chi2_contingency(table, correction=False).pvalue)
        if pair[0] and pair[2]:
            low, high = proportion.confint_proportions_2indep(*pair, method="log", compare="ratio")
            ANSWERS.add("katz", inputs, low=low, high=high)
        if pair[2]:
            low, high = proportion.confint_proportions_2indep(
                *pair, method="score", compare="ratio", correction=False
            )  # fmt: skip
            if pair[0] == pair[1]:
                # Its search for a lower bound leaves the range here and finds one that its own test does not reject.
                low = optimize.brentq(
                    lambda ratio, pair=pair: _koopman_p_value(pair, ratio) - 0.05, 0.5, 1.0, xtol=1e-14
                )
            ANSWERS.add("koopman", inputs, low=low if pair[0] else 0.0, high=high)
    for pair in [(33, 42000, 95, 40000), (4, 10.5, 9, 12.25), (0, 100, 3, 100), (1, 1e6, 1, 5e5), (900, 30, 870, 31)]:
        low, high = rates.confint_poisson_2indep(*pair, method="score", compare="ratio")
        told = rates.test_poisson_2indep(*pair, method="score", compare="ratio")
        # Without events its lower bound is the upper one.
        ANSWERS.add("rate_ratio", {"rates": pair}, low=low if pair[0] else 0.0, high=high, p_value=told.pvalue)


def _koopman_p_value(pair: tuple[int, int, int, int], ratio: float) -> float:
    told = proportion.test_proportions_2indep(*pair, value=ratio, compare="ratio", method="score", correction=False)
    return float(told.pvalue)


def means() -> None:
    draw = np.random.default_rng(1)
    for n1, n0, scale in ((2, 3, 1.0), (40, 60, 2.5), (3000, 2000, 0.7)):
        one, other = draw.lognormal(1, scale, n1).round(3), draw.lognormal(1, 1, n0).round(3)
        told = weightstats.CompareMeans(weightstats.DescrStatsW(one), weightstats.DescrStatsW(other))
        low, high = told.tconfint_diff(usevar="unequal")
        inputs = {"treated": _sums(one), "comparison": _sums(other)}
        ANSWERS.add("welch", inputs, low=low, high=high, p_value=told.ttest_ind(usevar="unequal")[1])
        low, high = weightstats.DescrStatsW(one).tconfint_mean()
        ANSWERS.add("mean", {"sums": _sums(one)}, low=low, high=high)


def _sums(values: np.ndarray) -> list[float]:
    return [len(values), float(values.sum()), float((values**2).sum())]


def strata() -> None:
    """Cell means by least squares: HC2 makes each cell's variance s^2 / n, and contrasts do the rest."""
    draw = np.random.default_rng(2)
    for sizes in (((30, 200), (120, 130)), ((15, 9), (40, 41), (7, 90)), ((500, 4500), (2000, 2000), (900, 100))):
        cells = [(draw.gamma(2, 1 + k + 0.3 * arm, n)).round(3) for k, pair in enumerate(sizes) for arm, n in
                 ((1, pair[0]), (0, pair[1]))]  # fmt: skip
        which = np.repeat(np.arange(len(cells)), [len(cell) for cell in cells])
        fitted = sm.OLS(np.concatenate(cells), np.eye(len(cells))[which]).fit(cov_type="HC2")
        weights = np.array([sum(pair) for pair in sizes]) / sum(map(sum, sizes))
        contrast = np.ravel(np.column_stack([weights, -weights]))
        told = fitted.t_test(contrast, use_t=False)
        inputs = {"cells": [_sums(cell) for cell in cells]}
        low, high = told.conf_int()[0]
        ANSWERS.add("post-stratified difference", inputs, value=told.effect[0], low=low, high=high, p_value=told.pvalue)

        def log_ratio(means: np.ndarray, weights: np.ndarray = weights) -> np.ndarray:
            return np.atleast_1d(np.log(weights @ means[::2]) - np.log(weights @ means[1::2]))

        delta = NonlinearDeltaCov(log_ratio, fitted.params, fitted.cov_params())
        log, error = float(log_ratio(fitted.params)[0]), float(np.sqrt(delta.cov()[0, 0]))
        low, high = np.exp(stats.norm.interval(0.95, log, error))
        p_value = 2 * stats.norm.sf(abs(log) / error)
        ANSWERS.add("post-stratified ratio", inputs, value=np.exp(log), low=low, high=high, p_value=p_value)
    for strata in (
        [(4, 123, 11, 139), (6, 306, 29, 303)],
        [(90, 100, 800, 900), (81, 900, 8, 100)],
        [(3, 9, 0, 4)] * 5,
    ):
        if any(s[2] for s in strata):
            tables = [np.array([[x1, n1 - x1], [x0, n0 - x0]], float) for x1, n1, x0, n0 in strata]
            ANSWERS.add("mantel-haenszel", {"strata": strata}, value=StratifiedTable(tables).riskratio_pooled)


def many() -> None:
    draw = np.random.default_rng(3)
    for p_values in ([0.01, 0.04, 0.03, 0.005], [0.5], [0.02, 0.02, 0.9, 1.0, 0.0], list(draw.random(40) ** 2)):
        ANSWERS.add("q_values", {"p_values": p_values}, q_values=multitest.multipletests(p_values, method="fdr_bh")[1])
    for observed, weights in (([1050, 950], [1, 1]), ([5100, 45000], [0.1, 0.9]), ([300, 310, 390], [1, 1, 1])):
        expected = np.array(weights) / sum(weights) * sum(observed)
        told = stats.chisquare(observed, expected)
        ANSWERS.add(
            "sample_ratio", {"observed": observed, "weights": weights}, statistic=told.statistic, p_value=told.pvalue
        )
    for n, share in ((15, 0.5), (100, 0.95), (400, 0.95), (1500, 0.95), (60, 0.9), (2000, 0.5)):
        values = draw.lognormal(4, 1, n).round(2)
        told = stats.quantile_test(values, p=share).confidence_interval(0.95)
        ANSWERS.add(
            "quantile", {"values": list(values), "share": share}, value=np.quantile(values, share), low=told.low,
            high=told.high,
        )  # fmt: skip


def series() -> None:
    draw = np.random.default_rng(4)
    for before, after, gap, lags in ((12, 8, 1, None), (26, 12, 2, 3), (8, 4, 1, 0), (40, 30, 1, 5)):
        at = np.concatenate([np.arange(before), before - 1 + gap + np.arange(after)]).astype(float)
        is_after = np.arange(len(at)) >= before
        exposure = draw.integers(8000, 12000, len(at)).astype(float)
        burst = draw.gamma(8, 1 / 8, len(at))
        events = draw.poisson(exposure * 0.004 * np.exp(0.01 * at - 0.6 * is_after) * burst)
        since = at - at[before]
        columns = np.column_stack([np.ones(len(at)), since, is_after, is_after * since])
        used = int(4 * (len(at) / 100) ** (2 / 9)) if lags is None else lags
        model = sm.GLM(events, columns, family=sm.families.Poisson(), exposure=exposure)
        robust = model.fit(
            cov_type="HAC", cov_kwds={"maxlags": used, "use_correction": True}, use_t=True, tol=1e-12, maxiter=200
        )
        dispersion = robust.pearson_chi2 / robust.df_resid
        quasi = model.fit(scale=max(dispersion, 1.0), use_t=True, tol=1e-12, maxiter=200)
        which = [[0, 0, 1, 0], [0, 0, 0, 1], [0, 0, 1, since[before:].mean()], [0, 1, 0, 0]]
        told = [max((fitted.t_test(one, use_t=True) for fitted in (robust, quasi)), key=lambda test: test.sd.item())
                for one in which]  # fmt: skip
        points = [list(row) for row in zip(at, map(int, events), exposure, map(bool, is_after), strict=True)]
        ANSWERS.add(
            "segmented", {"points": points, "lags": lags}, value=[np.exp(test.effect.item()) for test in told],
            low=[np.exp(test.conf_int()[0, 0]) for test in told], high=[np.exp(test.conf_int()[0, 1]) for test in told],
            p_value=[test.pvalue.item() for test in told], dispersion=dispersion,
        )  # fmt: skip
        errors = [[fitted.t_test(one).sd.item() for one in np.eye(4)] for fitted in (robust, quasi)]
        ANSWERS.add("newey-west", {"points": points, "lags": used}, robust=errors[0], quasi=errors[1])
        _pre_trend(events[:before], exposure[:before], draw)


def _pre_trend(events: np.ndarray, exposure: np.ndarray, draw: np.random.Generator) -> None:
    n = len(events)
    others = draw.poisson(300, n)
    at, group = np.tile(np.arange(n, dtype=float), 2), np.repeat([1.0, 0.0], n)
    columns = np.column_stack([np.ones(2 * n), group, at, group * at])
    fitted = sm.GLM(
        np.concatenate([events, others]), columns, family=sm.families.Poisson(), exposure=np.tile(exposure, 2)
    ).fit(scale="X2", use_t=True, tol=1e-12, maxiter=200)
    low, high = np.exp(fitted.conf_int()[3])
    inputs = {"events": events, "others": others, "exposure": exposure}
    ANSWERS.add(
        "pre_trend", {k: [float(v) for v in values] for k, values in inputs.items()}, value=np.exp(fitted.params[3]),
        low=low, high=high, p_value=fitted.pvalues[3], dispersion=fitted.scale,
    )  # fmt: skip


def differences() -> None:
    for four in ([(33, 42000), (95, 40000), (380, 42000), (400, 40000)], [(3, 1.5), (5, 2), (70, 1.5), (61, 2)]):
        events, exposure = np.array([one for one, _ in four]), np.array([float(one) for _, one in four])
        columns = np.array([[1, 1, 1, 1], [1, 1, 0, 0], [1, 0, 1, 0], [1, 0, 0, 0]]).T.astype(float)
        fitted = sm.GLM(events, columns, family=sm.families.Poisson(), exposure=exposure).fit(tol=1e-12, maxiter=200)
        low, high = np.exp(fitted.conf_int()[3])
        ANSWERS.add(
            "ratio_of_rate_ratios", {"rates": four}, value=np.exp(fitted.params[3]), low=low, high=high,
            p_value=fitted.pvalues[3],
        )  # fmt: skip


shares()
pairs()
means()
strata()
many()
series()
differences()
ANSWERS.write()
