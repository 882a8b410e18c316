"""A company whose users are many enough to measure what features do to them, and all that they did, told once."""

from collections.abc import Callable

import polars as pl
import pytest

from pipelines.company import Company, Scale, simulate
from pipelines.company.usage import uploads
from pipelines.company.usage_truth import ImpactTruth, impact_truths

MEASURED = Scale(teams=3, months=7, stories=120, users=18_000, product_events=900_000, tickets_a_day=14.0)


@pytest.fixture(scope="session")
def measured() -> Company:
    return simulate(MEASURED)


@pytest.fixture(scope="session")
def deliveries(measured: Company) -> pl.DataFrame:
    """Every delivery, doubled ones among them, in the order of upload."""
    return pl.concat(uploads(measured, measured.begins_at, measured.ends_at))


@pytest.fixture(scope="session")
def events(deliveries: pl.DataFrame) -> pl.DataFrame:
    """Every event once."""
    return deliveries.unique("event_key", keep="first", maintain_order=True)


@pytest.fixture(scope="session")
def truths(measured: Company) -> list[ImpactTruth]:
    return impact_truths(measured, measured.ends_at)


@pytest.fixture(scope="session")
def truth_of(truths: list[ImpactTruth]) -> Callable[[str], ImpactTruth]:
    """The truth of a story in the last epoch of its flag."""
    return lambda story: next(truth for truth in reversed(truths) if truth.flag_key == story.lower())
