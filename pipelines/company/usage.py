"""What users do in the product, day by day as it is uploaded: sessions, features, exposures to flags."""

from collections.abc import Iterator
from datetime import datetime

import polars as pl

from pipelines.company.company import Company

_TIME = pl.Datetime("us", "UTC")

# One row per delivery: a doubled one has its `event_key` in two rows, mostly of different hours of upload.
USAGE: dict[str, pl.DataType | type[pl.DataType]] = {
    "event_key": pl.String,  # what makes it unique, as the SDK draws it
    "uploaded_at": _TIME,  # when the vendor had it
    "occurred_at": _TIME,  # by the client's clock, which may be wrong
    "user": pl.String,  # null before a sign-in; `device` then tells who it is
    "device": pl.String,
    "session": pl.Int64,  # milliseconds since 1970 of the session's start
    "event": pl.String,
    "flag": pl.String,  # of an exposure, null otherwise
    "variant": pl.String,  # `on` or `off`
    "platform": pl.String,
    "country": pl.String,
    "plan": pl.String,  # `free`, `pro` or `enterprise`, at that moment
    "is_internal": pl.Boolean,
    "revenue": pl.Float64,  # of a purchase, null otherwise
    "properties": pl.String,  # JSON object of what else the event carries
}


def uploads(company: Company, begins_at: datetime, ends_at: datetime) -> Iterator[pl.DataFrame]:  # noqa: ARG001
    """Yield what was uploaded in [begins_at, ends_at), one frame of `USAGE` a day, in the order of upload.

    Flat in memory whatever the company's scale: a frame is drawn, given away and forgotten.
    """
    yield from ()
