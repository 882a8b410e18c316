"""Two groups of stories side by side: who stands in which, of which kind, and by which developer."""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
import polars as pl

from pipelines.impact.resampling import REPLICATES, Real, Truth, Whole, multiplicities
from pipelines.impact.verdicts import Sizes

ALL = "all"
# Replicates x stories that are held at once.
_CELLS = 2_000_000


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of a comparison and stage, as columns.

    Attributes:
        cluster: number of the developer; a story of nobody known is a cluster of its own.
        is_known: whether somebody is known.
    """

    is_after: Truth
    stratum: Whole
    strata: tuple[str, ...]
    cluster: Whole
    is_known: Truth
    seed: int

    @classmethod
    def of(cls, frame: pl.DataFrame, name: str) -> "Group":
        """Read the columns that all frames share."""
        strata, stratum = np.unique(frame["stratum"].to_numpy(), return_inverse=True)
        # A space cannot begin a developer's key.
        keys = frame.select(pl.coalesce("developer", " " + pl.col("story_key"))).to_series()
        _, cluster = np.unique(keys.to_numpy(), return_inverse=True)
        text = "\x1f".join([name, *frame["story_key"].to_list()])
        seed = int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")
        is_after, is_known = frame["is_after"].to_numpy(), frame["developer"].is_not_null().to_numpy()
        return cls(is_after, stratum, tuple(map(str, strata)), cluster, is_known, seed)

    def sizes(self, chosen: Truth, is_ended: Truth) -> Sizes:
        """Count the chosen rows."""

        def count(side: Truth) -> tuple[int, int, int]:
            known = chosen & side & is_ended & self.is_known
            ended = int((chosen & side & is_ended).sum())
            return ended, int((chosen & side & ~is_ended).sum()), len(np.unique(self.cluster[known]))

        (before, open_before, known_before), (after, open_after, known_after) = (
            count(~self.is_after),
            count(self.is_after),
        )
        return Sizes(before, after, open_before, open_after, known_before, known_after)

    def clusters(self, chosen: Truth) -> int:
        """How many clusters the side has that has fewer."""
        return min(len(np.unique(self.cluster[chosen & side])) for side in (self.is_after, ~self.is_after))

    def weights(self) -> Iterator[Real]:
        """Yield the replicates' weights of the rows, some replicates at a time, the sample first."""
        drawn = multiplicities(int(self.cluster.max()) + 1, REPLICATES, self.seed)
        step = max(1, _CELLS // len(self.cluster))
        for first in range(0, len(drawn), step):
            yield drawn[first : first + step][:, self.cluster]

    @property
    def parts(self) -> Iterator[tuple[str, Truth]]:
        """Yield `all` and each stratum's name, with the rows that it holds."""
        yield ALL, np.ones(len(self.stratum), dtype=np.bool_)
        for number, name in enumerate(self.strata):
            yield name, self.stratum == number
