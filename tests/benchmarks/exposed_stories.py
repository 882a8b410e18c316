"""A product of many users and stories behind flags, planted as segments: a year of events, and the day after it.

Only what the models over product events read is there: segments, and the few rows that the other models would tell of
flags, rollouts and stories. Everything is computed from the number of the event, so two plantings are alike.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from pipelines.events.usage import USAGE_COLUMNS
from pipelines.settings import Settings
from warehouse import event_log, segments
from warehouse.connection import transaction, workspace
from warehouse.event_log import Run
from warehouse.segments import Change, Segment
from warehouse.store import open_log

BEGINS_AT = datetime(2025, 3, 1, tzinfo=UTC)
DAYS = 365
_DAY = timedelta(days=1)

# Half of all events tell of a flag that was met: that is what makes each story's people known. The others are acts:
# a few people do much, most do little. One of ten comes from somebody who is not signed in, on a device of theirs.
_EVENTS = """
create or replace table events as
with numbers as (select range as number, range % 2 = 0 as is_exposure from range($first, $until)),

dice as (
    select
        *,
        number // 2 as place,
        -- By one number each: hashes of two values differ by a constant alone where only the second value does.
        hash(3 * number) / 18446744073709551616.0 as who,
        hash(3 * number + 1) / 18446744073709551616.0 as moment,
        hash(3 * number + 2) % 1000 as kind
    from numbers
),

placed as (
    select
        *,
        -- A day after the year only those flags are met that are not yet put away.
        case when $one_day is null then place % $stories else $stories - 1 - place % greatest($stories // 10, 1) end
            as story,
        story * 330.0 / $stories as opened_on,
        case
            when is_exposure then (hash(place // $stories) % $users + story * 7919) % $users
            else cast(floor($users * who * who) as bigint)
        end as person
    from dice
),

told as (
    select
        *,
        case
            when is_exposure then opened_on + moment * least(60, $days - opened_on)
            else moment * $days
        end as day
    from placed
)

select
    number,
    case when $one_day is null then day else $one_day + moment end as day,
    cast(floor(case when $one_day is null then day else $one_day end) as integer) as day_number,
    is_exposure, story, person, kind, who,
    'p_' || lpad(hex(hash(person)), 16, '0') as key,
    'd_' || lpad(hex(hash(person, 9)), 16, '0') as device
from told
order by day_number
"""
_ROWS = """
select
    'amplitude' as source, '1' as instance,
    date_trunc('hour', timestamptz '{begin}' + to_microseconds(cast(day * 86400e6 as bigint))) as upload_hour,
    md5(cast(number as varchar)) as insert_id,
    case
        when is_exposure then '[Experiment] Exposure'
        when kind < 80 then 'feature ' || story || ' used'
        when kind < 100 then 'purchase_completed'
        else 'act ' || kind % 20
    end as event_type,
    case when kind % 10 > 0 or is_exposure then key end as person_key,
    device as device_key, null as vendor_person_key, null as session_id,
    timestamptz '{begin}' + to_microseconds(cast(day * 86400e6 as bigint)) as occurred_at,
    timestamptz '{begin}' + to_microseconds(cast(day * 86400e6 as bigint) + 1000000) as uploaded_at,
    'Web' as platform, 'Norway' as country, '4.2' as version, 'pro' as plan,
    case when not is_exposure and kind between 80 and 99 then round(who * 100, 2) end as revenue,
    false as is_internal, is_exposure,
    case when is_exposure then 'flag-' || story end as flag_key,
    case when is_exposure then case when hash(person * 1000 + story) % 2 = 0 then 'on' else 'off' end end as variant,
    '{{"page":"/projects/' || number % 1000 || '","surface":"toolbar"}}' as properties, null as user_properties
from events
where day_number = ?
"""
_STEPS = """
create or replace table intermediate.int_rollout_steps as
select
    'flag-' || story as flag_id, 'flag-' || story as flag_key, 'production' as environment, true as is_production,
    1::bigint as epoch, step::bigint as step, case when step = 1 then 50.0 else 100.0 end as percentage,
    timestamptz '{begin}' + to_microseconds(cast((story * 330.0 / {stories} + (step - 1) * 30) * 86400e6 as bigint))
        as started_at,
    lead(started_at) over (partition by story order by step) as ended_at
from range({stories}) as stories(story) cross join range(1, 3) as steps(step);
create or replace table intermediate.int_flags as
select distinct flag_id, flag_key, flag_key as own_key from intermediate.int_rollout_steps;
create or replace table intermediate.int_story_flag_links as
select 'ST-' || replace(flag_id, 'flag-', '') as story_key, flag_id from intermediate.int_flags;
create or replace table intermediate.int_story_flags as select story_key from intermediate.int_story_flag_links;
create or replace table intermediate.int_story_releases as
select story_key, timestamptz '{as_of}' as production_at from intermediate.int_story_flag_links limit 0;
create or replace table intermediate.int_rollout_epochs as
select
    flag_id, environment, epoch, true as is_production, max(percentage) as highest_percentage,
    min(started_at) as started_at, min(started_at) as first_raised_at, max(started_at) as full_at
from intermediate.int_rollout_steps group by all;
create or replace table intermediate.int_feature_event_stories as
select 'feature ' || replace(story_key, 'ST-', '') || ' used' as event_name, story_key, true as is_linked
from intermediate.int_story_flag_links;
create or replace table intermediate.int_as_of as select timestamptz '{as_of}' as as_of;
"""


@dataclass(frozen=True)
class Product:
    """How much there is of it. As many people meet each story's flag as there are exposures for it."""

    events: int
    users: int
    stories: int


def begin(folder: Path, product: Product) -> Settings:
    """Plant a year of a product: a segment for each day."""
    settings = Settings(home=folder)
    with open_log(settings, command="plant", since=BEGINS_AT) as connection:
        event_log.record_run(connection, Run(command="nightly", as_of=BEGINS_AT + DAYS * _DAY))
    take_in(settings, written(settings, product, range(DAYS)))
    told_of_flags(settings, product, DAYS)
    return settings


def told_of_flags(settings: Settings, product: Product, days: int) -> None:
    """Let the models' tables tell of the flags and stories, as of so many days since the beginning."""
    as_of = (BEGINS_AT + days * _DAY).isoformat()
    with open_log(settings, command="plant", since=BEGINS_AT) as connection:
        connection.execute("create schema if not exists intermediate")
        connection.execute(_STEPS.format(begin=BEGINS_AT.isoformat(), stories=product.stories, as_of=as_of))


def written(settings: Settings, product: Product, days: range) -> tuple[Segment, ...]:
    """Write the segments of these days; the days after the year have as many events as one of it."""
    root, found = settings.segments, []
    (root / "amplitude/1").mkdir(parents=True, exist_ok=True)
    with workspace(root, memory_megabytes=6_000) as database:
        values = {"users": product.users, "stories": product.stories, "days": DAYS}
        if days.stop <= DAYS:
            database.execute(_EVENTS, {**values, "first": 0, "until": product.events, "one_day": None})
        for day in days:
            if day >= DAYS:
                first = product.events + (day - DAYS) * (product.events // DAYS)
                until = first + product.events // DAYS
                database.execute(_EVENTS, {**values, "first": first, "until": until, "one_day": day})
            found.append(_segment(database, root, day))
    return tuple(found)


def _segment(database: duckdb.DuckDBPyConnection, root: Path, day: int) -> Segment:
    begins = BEGINS_AT + day * _DAY
    path = f"amplitude/1/{begins:%Y-%m-%d}-{day:016x}.parquet"
    columns = ", ".join(f"{column.name}::{column.type} as {column.name}" for column in USAGE_COLUMNS)
    rows = _ROWS.format(begin=BEGINS_AT.isoformat())
    told = database.execute(
        f"copy (select {columns} from ({rows})) to '{root / path}' (format parquet, compression zstd)", [day]
    ).fetchall()
    size = (root / path).stat().st_size
    return Segment("amplitude", "1", begins, begins + _DAY, path, int(told[0][0]), size, f"{day}")


def take_in(settings: Settings, new: tuple[Segment, ...], old: tuple[Segment, ...] = ()) -> None:
    """List segments, in place of others."""
    with open_log(settings, command="plant", since=BEGINS_AT) as connection, transaction(connection):
        segments.apply(connection, settings.segments, Change("amplitude", "1", new, old), BEGINS_AT)
