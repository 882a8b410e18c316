"""A log of the demo company as it stood a day before its end, and what the last day tells: the cost of one day more."""

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path

from pipelines.company import Scale, simulate
from pipelines.events.records import RawRecord
from pipelines.projection import CatalogProjection
from pipelines.settings import Settings
from pipelines.sources.registry import sources
from tests.end_to_end.recovering import take_all_in
from warehouse import event_log
from warehouse.connection import reader
from warehouse.event_log import Run
from warehouse.store import open_log

ENDS_AT = datetime.fromisoformat("2026-06-30T06:00:00+00:00")
DAY = timedelta(days=1)
DAY_BEFORE = "day-before.duckdb"
_NEW = """
select source, instance, stream, record_key, body, vendor_version_at
from log.raw_records
where position > ?
order by position
"""


def grow(home: Path, *, months: int, stories: int, teams: int = 5) -> None:
    """Take in what the vendors of delivery tell of a company, but for its last day, and keep that day beside it."""
    company = simulate(Scale(teams=teams, months=months, stories=stories), ends_at=ENDS_AT)
    settings = Settings(home=home)
    take_all_in(settings, company, ENDS_AT - DAY, home)
    shutil.copy(settings.database, home / DAY_BEFORE)
    take_all_in(settings, company, ENDS_AT, home)


def next_day(home: Path) -> dict[str, list[RawRecord]]:
    """Return what the last day told, by source, as the collectors gave it."""
    with reader(home / DAY_BEFORE) as connection:
        known = connection.execute("select max(position) from log.raw_records").fetchall()
    told: dict[str, list[RawRecord]] = {}
    with reader(Settings(home=home).database) as connection:
        for source, instance, stream, key, body, version_at in connection.execute(_NEW, known[0]).fetchall():
            told.setdefault(source, []).append(RawRecord(instance, stream, key, json.loads(body), version_at))
    return told


def begin(home: Path, grown: Path) -> Settings:
    """Return settings of a home whose log ends a day early."""
    home.mkdir(parents=True)
    shutil.copy(grown / DAY_BEFORE, Settings(home=home).database)
    return Settings(home=home)


def append(settings: Settings, told: dict[str, list[RawRecord]], as_of: datetime) -> int:
    """Append records as a night does, and its own moment; return how many were new."""
    new = 0
    with open_log(settings, command="storyline nightly", since=as_of) as connection:
        for source, records in told.items():
            projection = CatalogProjection(sources()[source])
            run = Run(command="nightly", source=source, as_of=as_of)
            new += event_log.append(connection, projection, records, observed_at=as_of, run=run).new_records
        event_log.record_run(connection, Run(command="nightly", as_of=as_of))
    return new
