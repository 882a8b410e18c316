-- One row per source and site: what is known of it, and how its last run ended.
with records as (
    select * from {{ ref('stg_log__records') }}
),

runs as (
    select * from {{ ref('stg_log__runs') }}
    where source is not null
),

last_runs as (
    select
        runs.source,
        max_by(runs.status, runs.run_number) as last_status,
        max_by(runs.as_of, runs.run_number) as last_run_at,
        max(runs.as_of) filter (where runs.status = 'ok') as last_succeeded_at
    from runs
    group by runs.source
),

-- `max_by` passes over nulls, so the error of the last run is looked up and not aggregated.
last_errors as (
    select
        runs.source,
        runs.error as last_error
    from runs
    qualify row_number() over (partition by runs.source order by runs.run_number desc) = 1
),

-- A source that never delivered has no site yet; its failed runs must be seen all the same.
observed as (
    select
        coalesce(records.source, last_runs.source) as source,
        coalesce(records.instance, 'unknown') as instance,
        coalesce(records.raw_records, 0) as raw_records,
        coalesce(records.current_events, 0) as current_events,
        -- A run that found nothing new still observed the source.
        greatest(records.last_observed_at, last_runs.last_succeeded_at) as last_observed_at,
        records.newest_event_at,
        last_runs.last_run_at,
        coalesce(last_runs.last_status, 'ok') as last_status,
        last_errors.last_error
    from records
    full outer join last_runs on records.source = last_runs.source
    left join last_errors on last_runs.source = last_errors.source
),

aged as (
    select
        observed.*,
        {{ age_of('observed.last_observed_at') }} as age_seconds
    from observed
),

-- A source whose last run failed is as old as it says, and nobody knows what it has missed.
final as (
    select
        aged.*,
        aged.last_status <> 'ok'
        or coalesce(aged.age_seconds > {{ var('stale_after_hours') }} * 3600, true) as is_stale
    from aged
)

select * from final
