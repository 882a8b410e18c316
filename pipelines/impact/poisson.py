"""Poisson regression with a log link and an exposure, on a few dozen points: all that a series of counts needs."""

from dataclasses import dataclass

import numpy as np

from pipelines.impact.resampling import Real

_ROUNDS, _SMALL, _MOST = 100, 1e-12, 30.0


@dataclass(frozen=True, slots=True)
class Fit:
    """What the regression found.

    Attributes:
        coefficients: one for each column, on the log scale.
        quasi: their covariance if counts were independent: that of Poisson counts, times the dispersion where that is
            above 1.
        robust: by Newey and West (1987), which holds where neighbours in time are alike, on long series.
        dispersion: Pearson's chi-squared over its degrees of freedom; 1 of Poisson counts, more where events come in
            bursts.
        freedom: points less coefficients.
    """

    coefficients: Real
    quasi: Real
    robust: Real
    dispersion: float
    freedom: int


def fit(columns: Real, events: Real, exposure: Real, lags: int = 0) -> Fit | None:
    """Return the fit of log E(events) = log exposure + columns x coefficients; None where there is none.

    By iteratively reweighted least squares. There is no fit where columns hang together, where a point has no exposure,
    where a segment has no event at all (its coefficient runs to minus infinity), or with no more points than columns.

    Args:
        columns: points x columns, in the order of time, the first column all ones.
        lags: of the robust covariance, Bartlett's weights 1 - l / (lags + 1); its n / (n - k) is applied.
    """
    n, k = columns.shape
    if n <= k or not events.sum() or not (exposure > 0).all() or np.linalg.matrix_rank(columns) < k:
        return None
    coefficients = np.zeros(k)
    coefficients[0] = np.log(events.sum() / exposure.sum())
    for _ in range(_ROUNDS):
        means = exposure * np.exp(columns @ coefficients)
        step = np.linalg.solve(columns.T @ (columns * means[:, None]), columns.T @ (events - means))
        coefficients = coefficients + step
        if np.abs(columns @ coefficients - coefficients[0]).max() > _MOST:
            return None
        if np.abs(step).max() < _SMALL:
            break
    else:
        return None
    means = exposure * np.exp(columns @ coefficients)
    covariance = np.linalg.inv(columns.T @ (columns * means[:, None])).astype(np.float64)
    scores = columns * (events - means)[:, None]
    meat = scores.T @ scores
    for lag in range(1, min(lags, n - 1) + 1):
        lagged = scores[lag:].T @ scores[:-lag]
        meat = meat + (1 - lag / (lags + 1)) * (lagged + lagged.T)
    robust: Real = covariance @ meat @ covariance * n / (n - k)
    dispersion = float(((events - means) ** 2 / means).sum() / (n - k))
    return Fit(coefficients, covariance * max(dispersion, 1.0), robust, dispersion, n - k)
