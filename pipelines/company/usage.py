"""What users do in the product, day by day as it is uploaded: sessions, features, exposures to flags."""

from collections.abc import Iterator, Sequence
from datetime import datetime

import numpy as np
import polars as pl

from pipelines.company.acts import DOUBLED_HOURS, LATE_HOURS, Acting, Acts
from pipelines.company.company import Company
from pipelines.company.draws import Whole
from pipelines.company.population import COUNTRIES, PLANS, PLATFORMS
from pipelines.company.trials import DAY_MS, ms
from pipelines.company.walk import Walk
from pipelines.company.wording import PROPERTIES

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

# How long before a day that is an upload's something can have been done that comes with it.
_LONGEST_WAIT_DAYS = int(LATE_HOURS + DOUBLED_HOURS) // 24 + 3


def uploads(company: Company, begins_at: datetime, ends_at: datetime) -> Iterator[pl.DataFrame]:
    """Yield what was uploaded in [begins_at, ends_at), one frame of `USAGE` a day in UTC, in the order of upload.

    Flat in memory whatever the company's scale: a frame is drawn, given away and forgotten. Every call walks from the
    company's first day, so ask for a long time once rather than for each of its hours.
    """
    if ends_at <= begins_at:
        return
    walk = Walk(company)
    acting, shown = Acting(company, walk), _Shown(walk)
    first, last = ms(begins_at) // DAY_MS, (ms(ends_at) - 1) // DAY_MS
    waiting: dict[int, list[Acts]] = {}
    # What is done on a day of the users' calendars begins up to fourteen hours before that day in UTC.
    for walked in walk.days(last + 2):
        if walked.day >= first - _LONGEST_WAIT_DAYS:
            for day, acts in _by_day(acting.of(walked)):
                waiting.setdefault(day, []).append(acts)
        due = walked.day - 1
        parts = waiting.pop(due, [])
        if first <= due <= last:
            yield shown.frame(acting.names, parts, ms(begins_at), ms(ends_at))


def _by_day(acts: Acts) -> Iterator[tuple[int, Acts]]:
    days = acts["uploaded"] // DAY_MS
    for day in np.unique(days):
        chosen = days == day
        yield int(day), {name: column[chosen] for name, column in acts.items()}


class _Shown:
    """Says in words what acts hold as numbers."""

    def __init__(self, walk: Walk) -> None:
        people = walk.people
        self._people, self._users, self._devices = people, _with_null(people.users()), people.devices()
        self._flags = _with_null(pl.Series([trial.flag for trial in walk.trials], dtype=pl.String))
        self._plans, self._variants = _with_null(pl.Series(PLANS)), _with_null(pl.Series(["off", "on"]))
        self._platforms, self._countries = pl.Series(PLATFORMS), pl.Series(COUNTRIES)
        self._properties = pl.Series(PROPERTIES)

    def frame(self, names: Sequence[str], parts: list[Acts], begins: int, ends: int) -> pl.DataFrame:
        """Return the acts that are uploaded in a time, in the order of upload."""
        if not parts:
            return pl.DataFrame(schema=USAGE)
        acts = {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}
        order = np.lexsort((acts["key"], acts["uploaded"]))
        order = order[(acts["uploaded"][order] >= begins) & (acts["uploaded"][order] < ends)]
        acts = {name: column[order] for name, column in acts.items()}
        person, hidden = acts["person"], acts["is_anonymous"]
        return pl.DataFrame(
            {
                "event_key": pl.Series(acts["key"]).cast(pl.String),
                "uploaded_at": _moments(acts["uploaded"]),
                "occurred_at": _moments(acts["occurred"]),
                "user": _said(self._users, np.where(hidden, -1, person)),
                "device": _said(self._devices, acts["device"]),
                "session": acts["session"],
                "event": _said(pl.Series(names), acts["name"]),
                "flag": _said(self._flags, acts["trial"]),
                "variant": _said(self._variants, acts["variant"]),
                "platform": _said(self._platforms, self._people.platform[acts["device"]]),
                "country": _said(self._countries, self._people.country[person]),
                "plan": _said(self._plans, np.where(hidden, -1, acts["plan"])),
                "is_internal": self._people.is_internal[person] & ~hidden,
                "revenue": pl.Series(acts["revenue"], nan_to_null=True),
                "properties": _said(self._properties, acts["properties"]),
            },
            schema=USAGE,
        )


def _with_null(words: pl.Series) -> pl.Series:
    """Return words with a null after them, which position -1 stands for."""
    return words.extend_constant(None, 1)


def _said(words: pl.Series, positions: Whole) -> pl.Series:
    return words.gather(np.where(positions < 0, len(words) - 1, positions))


def _moments(milliseconds: Whole) -> pl.Series:
    return pl.Series(milliseconds * 1000).cast(_TIME)
