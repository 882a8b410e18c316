-- One row per attempt of a CI run in its newest state, with the moments that its steps told.
{{
    config(
        materialized='keyed',
        meta={'key': ['repository', 'run_id', 'run_attempt'], 'follows': ['stg_events__build', 'int_build_jobs']}
    )
}}

with build_events as (
    select *
    from {{ ref('stg_events__build') }}
    where event_type in ('build.queued', 'build.started', 'build.finished')
),

states as (
    select *
    from build_events
    qualify row_number() over (
        partition by repository, run_id, run_attempt
        order by
            event_type = 'build.finished' desc, event_type = 'build.started' desc, observed_at desc,
            raw_position desc, event_id
    ) = 1
),

steps as (
    select
        build_events.repository,
        build_events.run_id,
        build_events.run_attempt,
        min(build_events.occurred_at)
        filter (where build_events.event_type = 'build.queued') as queued_at,
        min(build_events.occurred_at)
        filter (where build_events.event_type = 'build.started') as started_at,
        max(build_events.occurred_at)
        filter (where build_events.event_type = 'build.finished') as told_finished_at
    from build_events
    group by build_events.repository, build_events.run_id, build_events.run_attempt
),

final as (
    select
        states.repository,
        states.run_id,
        states.run_attempt,
        states.workflow,
        states.sha,
        states.branch,
        states.trigger_event,
        states.change_numbers,
        states.url,
        coalesce(states.created_at, steps.queued_at) as created_at,
        steps.started_at,
        -- An end that is the record's last touch may lie long after: the last job's end is then the true one.
        case
            when steps.told_finished_at is null then null
            when jobs.is_finished and not coalesce(states.is_end_exact, false) then jobs.last_job_finished_at
            else steps.told_finished_at
        end as finished_at,
        case when steps.told_finished_at is not null then states.conclusion end as conclusion,
        coalesce(jobs.job_count, 0) as job_count
    from states
    inner join steps
        on
            states.repository = steps.repository
            and states.run_id = steps.run_id
            and states.run_attempt = steps.run_attempt
    left join {{ ref('int_build_jobs') }} as jobs
        on
            states.repository = jobs.repository
            and states.run_id = jobs.run_id
            and states.run_attempt = jobs.run_attempt
)

select * from final
