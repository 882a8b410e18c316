"""Plants product events as segments, and what the other models would tell of flags and stories."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl

from pipelines.events.ids import content_hash
from pipelines.events.usage import USAGE_COLUMNS
from pipelines.settings import Settings
from warehouse import event_log, segments
from warehouse.connection import transaction
from warehouse.event_log import Run
from warehouse.segments import Change, Segment
from warehouse.store import open_log

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
Row = dict[str, Any]


def on(day: float, hours: float = 0) -> datetime:
    """A moment."""
    return BEGIN + timedelta(days=day, hours=hours)


def did(name: str, what: str, at: datetime, *, late: timedelta = timedelta(0), **told: Any) -> Row:
    """An event of the person `name`, on a device of theirs, uploaded at once or so much later."""
    row = dict.fromkeys((column.name for column in USAGE_COLUMNS), None)
    key = content_hash([name, what, at.isoformat(), sorted(map(str, told.items()))])
    row |= {"source": "amplitude", "instance": "1", "insert_id": key, "event_type": what, "person_key": name}
    row |= {"device_key": f"device of {name}", "occurred_at": at, "uploaded_at": at + late}
    row |= {"is_internal": False, "is_exposure": False} | told
    return row


def met(name: str, flag: str, at: datetime, variant: str = "on", **told: Any) -> Row:
    """A flag that was met."""
    return did(name, "met", at, is_exposure=True, flag_key=flag, variant=variant, **told)


def segment(settings: Settings, begins: datetime, length: timedelta, rows: Iterable[Row]) -> Segment:
    """Write a segment of what was uploaded in an hour or a day."""
    told = [row | {"upload_hour": row["uploaded_at"].replace(minute=0, second=0, microsecond=0)} for row in rows]
    assert all(begins <= row["upload_hour"] < begins + length for row in told)
    digest = content_hash([str(length), begins.isoformat(), [str(sorted(row.items())) for row in told]])
    path = f"amplitude/1/{begins:%Y-%m-%dT%H}-{digest[:16]}.parquet"
    (settings.segments / path).parent.mkdir(parents=True, exist_ok=True)
    kinds = {"TIMESTAMPTZ": pl.Datetime("us", "UTC"), "BIGINT": pl.Int64, "DOUBLE": pl.Float64, "BOOLEAN": pl.Boolean}
    schema = {column.name: kinds.get(column.type, pl.String) for column in USAGE_COLUMNS}
    pl.DataFrame(told, schema=schema).write_parquet(settings.segments / path)
    return Segment("amplitude", "1", begins, begins + length, path, len(told), 1, digest)


def hours(settings: Settings, rows: Iterable[Row]) -> list[Segment]:
    """Write each hour of upload as a segment."""
    by_hour: dict[datetime, list[Row]] = {}
    for row in rows:
        by_hour.setdefault(row["uploaded_at"].replace(minute=0, second=0, microsecond=0), []).append(row)
    return [segment(settings, begins, HOUR, told) for begins, told in sorted(by_hour.items())]


def list_segments(settings: Settings, new: Sequence[Segment], old: Sequence[Segment] = ()) -> None:
    """List segments in place of others, which are swept at once."""
    with open_log(settings, command="plant", since=BEGIN) as connection:
        with transaction(connection):
            segments.apply(connection, settings.segments, Change("amplitude", "1", tuple(new), tuple(old)), BEGIN)
        segments.sweep(connection, settings.segments)


@dataclass(frozen=True)
class Flags:
    """What the other models tell.

    Attributes:
        steps: of each flag the day on which each step began, with its epoch and percentage.
        links: story and flag.
        uses: name of events and story.
        releases: story without a flag and the day on which it was released.
        aliases: other names of flags.
    """

    steps: dict[str, list[tuple[float, int, float]]]
    links: list[tuple[str, str]]
    uses: list[tuple[str, str]]
    releases: dict[str, float] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)


_EPOCHS = """
select
    flag_id, environment, epoch, is_production, max(percentage) as highest_percentage, min(started_at) as started_at,
    min(started_at) as first_raised_at, min(started_at) filter (where percentage = 100) as full_at
from intermediate.int_rollout_steps group by all
"""
_TABLES = {
    "int_rollout_steps": "flag_id varchar, environment varchar, is_production boolean, epoch bigint, step bigint,"
    " percentage double, started_at timestamptz",
    "int_flags": "flag_id varchar, flag_key varchar, own_key varchar",
    "int_story_flag_links": "story_key varchar, flag_id varchar",
    "int_story_flags": "story_key varchar",
    "int_story_releases": "story_key varchar, production_at timestamptz",
    "int_feature_event_stories": "event_name varchar, story_key varchar, is_linked boolean",
    "int_as_of": "as_of timestamptz",
}


def tell(settings: Settings, flags: Flags, as_of: datetime) -> None:
    """Let the tables that the models over product events read beside them tell this, as of a moment."""
    steps = [
        (flag, "production", True, epoch, step, percentage, on(day))
        for flag, told in flags.steps.items()
        for step, (day, epoch, percentage) in enumerate(told, start=1)
    ]
    rows: dict[str, list[tuple[Any, ...]]] = {
        "int_rollout_steps": steps,
        "int_flags": [(flag, flag, flags.aliases.get(flag, flag)) for flag in flags.steps],
        "int_story_flag_links": list(flags.links),
        "int_story_flags": [(story,) for story, _flag in flags.links],
        "int_story_releases": [(story, on(day)) for story, day in flags.releases.items()],
        "int_feature_event_stories": [(name, story, True) for name, story in flags.uses],
        "int_as_of": [(as_of,)],
    }
    with open_log(settings, command="plant", since=BEGIN) as connection:
        event_log.record_run(connection, Run(command="nightly", as_of=as_of))
        connection.execute("create schema if not exists intermediate")
        for table, columns in _TABLES.items():
            connection.execute(f"create or replace table intermediate.{table} ({columns})")
            marks = ", ".join("?" for _ in columns.split(", "))
            for row in rows[table]:
                connection.execute(f"insert into intermediate.{table} values ({marks})", list(row))
        connection.execute(f"create or replace table intermediate.int_rollout_epochs as {_EPOCHS}")
