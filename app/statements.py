"""The SQL behind `app.queries`, each with the columns it gives. Marts only; values are always bound."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

TIME = pl.Datetime("us", "UTC")
TEXT, WHOLE, REAL, FLAG = pl.String(), pl.Int64(), pl.Float64(), pl.Boolean()


@dataclass(frozen=True)
class Statement:
    """A query and the columns, in order, that its result has."""

    sql: str
    shape: tuple[tuple[str, pl.DataType], ...]

    @property
    def columns(self) -> Mapping[str, pl.DataType]:
        """Name and type of each column."""
        return dict(self.shape)


# A story is finished when its ticket is closed, or earlier once it reached all of production. Where none is, the
# open ones' lines run to the moment up to which the marts tell.
_LATEST = """
with dated as (
    select
        *, production_at is not null as is_in_production,
        case
            when production_at is not null then greatest(production_at, coalesce(full_rollout_at, production_at))
            when not is_open and status_category is distinct from 'cancelled' then coalesce(done_at, resolved_at)
        end as finished_at
    from marts.fct_stories
    where is_measured and not is_deleted and ($team is null or team = $team)
),
latest as (
    select * from dated
    where (finished_at is not null) = $finished and (finished_at is not null or is_open)
    order by coalesce(finished_at, created_at) desc, story_key
    limit $limit
),
told as (select max(last_observed_at) as as_of from marts.fct_source_freshness),
milestones as (
    -- Where delivery is not linked, the ticket's own start and end close the line.
    select story_key, unnest([
        {milestone: 'interviewed', position: 1, reached_at: interviewed_at},
        {milestone: 'backlog', position: 2, reached_at: coalesce(backlog_at, created_at)},
        {milestone: 'spec', position: 3, reached_at: spec_at},
        {milestone: 'started', position: 4,
            reached_at: if(spec_at is null and code_complete_at is null, started_at, null)},
        {milestone: 'code_complete', position: 5, reached_at: code_complete_at},
        {milestone: 'reviewed', position: 6, reached_at: reviewed_at},
        {milestone: 'production', position: 7, reached_at: production_at},
        {milestone: 'full_rollout', position: 8,
            reached_at: if(full_rollout_at = production_at, null, full_rollout_at)},
        {milestone: 'done', position: 9, reached_at: if(is_in_production, null, finished_at)},
        {milestone: 'now', position: 10, reached_at: if(finished_at is null, told.as_of, null)}
    ], recursive := true)
    from latest cross join told
),
"""

LINE = Statement(
    _LATEST + """
known as (
    select
        story_key, milestone, position, reached_at,
        lead(milestone) over line as next_milestone,
        lead(reached_at) over line as next_at,
        first_value(reached_at) over line as first_at
    from milestones
    where reached_at is not null
    window line as (partition by story_key order by position)
)
select
    latest.story_key, latest.title, latest.status, latest.team, latest.is_in_production, latest.finished_at,
    latest.has_out_of_order_milestone as is_out_of_order,
    known.milestone as stage_from, known.next_milestone as stage_to, known.position as position,
    epoch(known.reached_at) - epoch(known.first_at) as start_seconds,
    epoch(known.next_at) - epoch(known.first_at) as end_seconds,
    epoch(known.next_at) - epoch(known.reached_at) as duration_seconds
from latest
inner join known on latest.story_key = known.story_key and known.next_at is not null
order by coalesce(latest.finished_at, latest.created_at) desc, latest.story_key, known.position
""",
    (
        ("story_key", TEXT), ("title", TEXT), ("status", TEXT), ("team", TEXT),
        ("is_in_production", FLAG), ("finished_at", TIME), ("is_out_of_order", FLAG),
        ("stage_from", TEXT), ("stage_to", TEXT), ("position", WHOLE),
        ("start_seconds", REAL), ("end_seconds", REAL), ("duration_seconds", REAL),
    ),
)  # fmt: skip

# Only milestones that at least half of the stories know make a stage here, so that a rare one splits nothing.
MEDIAN_STAGES = Statement(
    _LATEST
    + """
frequent as (
    select milestone, position, row_number() over (order by position) as rank
    from milestones
    group by milestone, position
    having 2 * count(reached_at) >= count(*)
),
pairs as (
    select frequent.milestone as stage_from, following.milestone as stage_to, frequent.position
    from frequent
    inner join frequent as following on following.rank = frequent.rank + 1
)
select
    pairs.stage_from, pairs.stage_to, pairs.position,
    median(epoch(later.reached_at) - epoch(earlier.reached_at)) as median_seconds, count(*) as n
from pairs
inner join milestones as earlier on earlier.milestone = pairs.stage_from and earlier.reached_at is not null
inner join milestones as later
    on later.milestone = pairs.stage_to and later.story_key = earlier.story_key and later.reached_at is not null
group by pairs.stage_from, pairs.stage_to, pairs.position
order by pairs.position
""",
    (("stage_from", TEXT), ("stage_to", TEXT), ("position", WHOLE), ("median_seconds", REAL), ("n", WHOLE)),
)

MERGED = Statement(
    "select count(*) as merged from marts.fct_changes where merged_at is not null",
    (("merged", WHOLE),),
)

_WEEK_SHAPE = (
    ("metric", TEXT), ("week_on", pl.Date()), ("value", REAL), ("high", REAL), ("n", WHOLE), ("age", WHOLE),
)  # fmt: skip

# The week of the last deployment ends the period. Rates of several rows add up by their counts; medians of several
# rows do not, so the middle row by count stands for them. `age` counts weeks back from the last one.
DORA = Statement(
    """
with chosen as (
    select * from marts.agg_dora_weekly
    where definition = 'dora' and ($team is null or team = $team) and ($service is null or service = $service)
),
measures as (
    select week_on, unnest([
        {metric: 'lead_time', value: change_lead_time_median_seconds, high: change_lead_time_p85_seconds,
            n: change_lead_time_n},
        {metric: 'frequency', value: deployments::double, high: null, n: deployments},
        {metric: 'fail_rate', value: change_fail_rate, high: null, n: change_fail_rate_n},
        {metric: 'recovery', value: recovery_median_seconds, high: null, n: recovery_n},
        {metric: 'rework', value: rework_rate, high: null, n: rework_rate_n}
    ], recursive := true)
    from chosen
),
last_week as (select max(week_on) as week_on from chosen where deployments > 0)
select
    measures.metric, measures.week_on,
    case
        when metric = 'frequency' then sum(value)
        when metric in ('fail_rate', 'rework') then sum(value * n) / nullif(sum(n), 0)
        else quantile_disc(value, 0.5) filter (n > 0)
    end as value,
    max(high) as high, coalesce(sum(n), 0) as n,
    date_diff('day', measures.week_on, any_value(last_week.week_on)) // 7 as age
from measures cross join last_week
where measures.week_on <= last_week.week_on and measures.week_on > last_week.week_on - to_days($weeks * 7)
group by measures.metric, measures.week_on
order by measures.metric, measures.week_on
""",
    _WEEK_SHAPE,
)

SOURCES = Statement(
    """
select source, instance, last_observed_at, newest_event_at, raw_records, current_events, last_status, last_error
from marts.fct_source_freshness
order by last_observed_at nulls first, source, instance
""",
    (
        ("source", TEXT), ("instance", TEXT), ("last_observed_at", TIME), ("newest_event_at", TIME),
        ("raw_records", WHOLE), ("current_events", WHOLE), ("last_status", TEXT), ("last_error", TEXT),
    ),
)  # fmt: skip

CHECKS = Statement(
    """
select check_name, scope, linked, total, share, status
from marts.data_quality
order by array_position(['act', 'watch', 'ok'], status), total > 0 desc, check_name, scope
""",
    (
        ("check_name", TEXT), ("scope", TEXT), ("linked", WHOLE), ("total", WHOLE), ("share", REAL),
        ("status", TEXT),
    ),
)  # fmt: skip

REFUSALS = Statement(
    """
select from_kind, to_kind, coalesce(reason, rule) as reason, count(*) as n
from marts.fct_links
where not is_linked
group by all
order by n desc, reason, from_kind, to_kind
limit 12
""",
    (("from_kind", TEXT), ("to_kind", TEXT), ("reason", TEXT), ("n", WHOLE)),
)

QUARANTINE = Statement(
    """
select
    source, stream, reason, count(*) as n, arg_max(record_key, observed_at) as example, max(observed_at) as last_at
from marts.fct_quarantine
group by source, stream, reason
order by n desc, source, stream, reason
limit 50
""",
    (
        ("source", TEXT), ("stream", TEXT), ("reason", TEXT), ("n", WHOLE), ("example", TEXT),
        ("last_at", TIME),
    ),
)  # fmt: skip

TEAMS = Statement(
    """
select distinct team from marts.fct_stories where team is not null and is_measured
union
select distinct team from marts.agg_dora_weekly where team is not null
order by team
""",
    (("team", TEXT),),
)

SERVICES = Statement(
    """
select service from marts.agg_dora_weekly
where service is not null and definition = 'dora'
group by service
order by sum(deployments) desc, service
""",
    (("service", TEXT),),
)
