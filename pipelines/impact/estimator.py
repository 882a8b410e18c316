"""What an estimator is: rows of some models in, rows of one table of the schema `results` out."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

Frames = Mapping[str, pl.DataFrame]


@dataclass(frozen=True, slots=True)
class Estimator:
    """A pure function over frames. It reads no clock, no file and no chance: the same frames give the same rows.

    Attributes:
        table: of the schema `results`, which a migration made; the rows' columns are its own.
        version: of the definition; who changes what a figure means, or how it is computed, raises it.
        reads: the models whose rows it needs, as `schema.model`.
        estimate: computes the rows from the frames, by the names in `reads`; each frame is sorted by all its columns.
    """

    table: str
    version: int
    reads: tuple[str, ...]
    estimate: Callable[[Frames], pl.DataFrame]
