-- One row per job of a CI run attempt with the gate that it is; a run whose jobs are unknown is one gate as a whole.
{{ config(materialized='table') }}

with job_events as (
    select *
    from {{ ref('stg_events__build') }}
    where event_type in ('build.job_started', 'build.job_finished')
),

builds as (
    select * from {{ ref('int_builds') }}
),

jobs as (
    select *
    from job_events
    qualify row_number() over (
        partition by repository, run_id, run_attempt, job_id
        order by event_type = 'build.job_finished' desc, observed_at desc, raw_position desc, event_id
    ) = 1
),

told as (
    select
        jobs.repository,
        jobs.run_id,
        jobs.run_attempt,
        jobs.job_id,
        builds.workflow,
        jobs.job_name,
        jobs.job_started_at as started_at,
        jobs.job_finished_at as finished_at,
        case when jobs.event_type = 'build.job_finished' then jobs.conclusion end as conclusion
    from jobs
    left join builds
        on
            jobs.repository = builds.repository
            and jobs.run_id = builds.run_id
            and jobs.run_attempt = builds.run_attempt
    union all
    select
        builds.repository,
        builds.run_id,
        builds.run_attempt,
        'run' as job_id,
        builds.workflow,
        null as job_name,
        builds.started_at,
        builds.finished_at,
        builds.conclusion
    from builds
    where builds.job_count = 0
),

final as (
    select
        told.repository,
        told.run_id,
        told.run_attempt,
        told.job_id,
        coalesce(told.workflow, 'unknown') as workflow,
        told.job_name,
        coalesce({{ ci_gate('told.job_name') }}, {{ ci_gate('told.workflow') }}, 'other') as gate,
        told.started_at,
        told.finished_at,
        {{ ci_outcome('told.conclusion') }} as outcome,
        case
            when told.finished_at >= told.started_at
                then {{ seconds_between('told.started_at', 'told.finished_at') }}
        end as duration_seconds
    from told
)

select * from final
