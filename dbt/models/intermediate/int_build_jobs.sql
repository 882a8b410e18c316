-- One row per CI run attempt whose jobs are known: how many, how many ended, and when the last of them did.
{{
    config(
        materialized='keyed',
        meta={'key': ['repository', 'run_id', 'run_attempt'], 'follows': ['stg_events__build']}
    )
}}

with jobs as (
    select
        repository,
        run_id,
        run_attempt,
        job_id,
        max(job_finished_at) as finished_at,
        bool_or(event_type = 'build.job_finished') as is_finished
    from {{ ref('stg_events__build') }}
    where event_type in ('build.job_started', 'build.job_finished')
    group by repository, run_id, run_attempt, job_id
),

final as (
    select
        jobs.repository,
        jobs.run_id,
        jobs.run_attempt,
        count(*) as job_count,
        bool_and(jobs.is_finished and jobs.finished_at is not null) as is_finished,
        max(jobs.finished_at) as last_job_finished_at
    from jobs
    group by jobs.repository, jobs.run_id, jobs.run_attempt
)

select * from final
