"""An interval by drawing whole clusters, where the unit that was drawn (an account) holds many that are counted."""

from collections.abc import Callable
from hashlib import blake2b

import numpy as np

from pipelines.impact.estimate import Estimate
from pipelines.impact.resampling import REPLICATES, Real, interval, multiplicities

# A row of replicates holds a number for each cluster; beyond this many the delta method is as good and costs nothing.
MOST_CLUSTERS = 5000


def clustered(
    sums: Real, figure: Callable[[Real], Real], clusters: int, name: str, is_ratio: bool = False
) -> Estimate | None:
    """Return a figure with the 95 % percentile interval of 1,000 bootstrap samples of clusters; see `resampling`.

    For what has no closed form, or too few clusters for one. From some hundreds of clusters on `means.of_ratio` says
    the same. Below ten on a side it is rough, though widened by t(G - 1); None of one, and where 2.5 % of the samples
    have no figure, as where a side may vanish.

    Args:
        sums: clusters x sums, e.g. events and users of each arm; a cluster is in one arm, 0 in the other's columns.
        figure: of samples x sums, the figure of each sample; NaN where a sample has none.
        clusters: on the side that has fewer.
        name: of what is computed: it seeds the draws, so two runs are equal.
        is_ratio: the interval is made of logs.
    """
    if len(sums) > MOST_CLUSTERS:
        raise ValueError(f"{len(sums)} clusters are more than {MOST_CLUSTERS}; take `means.of_ratio` instead.")
    if not len(sums):
        return None
    seed = int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big")
    found = figure(multiplicities(len(sums), REPLICATES, seed) @ sums)
    if is_ratio:
        found = np.log(found, out=np.full_like(found, np.nan), where=found > 0)
    bounds = interval(found, clusters)
    if not np.isfinite(found[0]):
        return None
    value, low, high = (
        None if one is None else float(np.exp(one)) if is_ratio else float(one)
        for one in (found[0], *(bounds or (None, None)))
    )
    return Estimate(value, low, high, "bootstrap over clusters")
