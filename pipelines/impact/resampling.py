"""A bootstrap over clusters: whole developers are drawn, since stories of one developer are alike.

Cameron, Gelbach and Miller (2008), "Bootstrap-based improvements for inference with clustered errors"; Cameron and
Miller (2015), "A practitioner's guide to cluster-robust inference", on t(G - 1) with few clusters G.

The draws are SplitMix64 over (seed, replicate, slot): they depend on no library's version, and two runs are equal.
"""

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Real: TypeAlias = NDArray[np.float64]
Whole: TypeAlias = NDArray[np.int64]
Truth: TypeAlias = NDArray[np.bool_]

REPLICATES = 1000
_STEP = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)
_30, _27, _31, _11 = np.uint64(30), np.uint64(27), np.uint64(31), np.uint64(11)
# 97.5 % quantiles of Student's t by degrees of freedom, from 1 on (any table); beyond it is 1.96 + 2.4 / df to 0.001.
_T = (
    12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131, 2.120,
    2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
)  # fmt: skip
_NORMAL = 1.959964
# In more than this share of the replicates a figure may not be missing, or its interval is not known.
_MAY_MISS = 0.025


def multiplicities(clusters: int, replicates: int, seed: int) -> Real:
    """Return how often each cluster is drawn in each replicate: replicates x clusters, the first row all ones.

    The first row is the sample itself, so that one computation gives the figure and its replicates.
    """
    slots = np.arange(clusters, dtype=np.uint64)
    rows = np.arange(1, replicates + 1, dtype=np.uint64)
    key = _mixed(np.array([seed & 0xFFFFFFFFFFFFFFFF], dtype=np.uint64))
    bits = _mixed(_mixed(rows[:, None] * _STEP + key) + slots[None, :] * _STEP)
    unit = (bits >> _11).astype(np.float64) * 2.0**-53
    drawn = np.minimum((unit * clusters).astype(np.int64), clusters - 1)
    flat = np.bincount((drawn + np.arange(replicates)[:, None] * clusters).ravel(), minlength=replicates * clusters)
    return np.vstack([np.ones((1, clusters)), flat.reshape(replicates, clusters).astype(np.float64)])


def interval(figures: Real, clusters: int) -> tuple[float, float] | None:
    """Return the 95 % percentile interval of the first figure by its replicates, None where it is not known.

    The percentiles' distances from the figure are widened by sqrt(G / (G - 1)) and t(G - 1) / z, without which few
    clusters give intervals that are too narrow. Figures are to be on a scale on which distances add: logs of ratios,
    differences of rates.

    Args:
        figures: of the sample, then of each replicate; NaN where a replicate has none.
        clusters: how many there are on the side that has fewer.
    """
    told, drawn = float(figures[0]), figures[1:]
    there = drawn[np.isfinite(drawn)]
    if clusters < 2 or not np.isfinite(told) or there.size < drawn.size * (1 - _MAY_MISS):
        return None
    low, high = np.quantile(there, [0.025, 0.975])
    wider = np.sqrt(clusters / (clusters - 1)) * _t(clusters - 1) / _NORMAL
    return float(told - (told - low) * wider), float(told + (high - told) * wider)


def _t(freedom: int) -> float:
    return _T[freedom - 1] if freedom <= len(_T) else _NORMAL + 2.4 / freedom


def _mixed(bits: Any) -> NDArray[np.uint64]:
    bits = (bits ^ (bits >> _30)) * _FIRST
    bits = (bits ^ (bits >> _27)) * _SECOND
    mixed: NDArray[np.uint64] = bits ^ (bits >> _31)
    return mixed
