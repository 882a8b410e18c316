-- One row per repository, workflow, gate and week in which a job of the gate ended, with how its jobs went.
with jobs as (
    select
        int_build_gates.*,
        {{ week_of('int_build_gates.finished_at') }} as week_on
    from {{ ref('int_build_gates') }} as int_build_gates
    where int_build_gates.finished_at is not null and int_build_gates.outcome is not null
),

weekly as (
    select
        jobs.week_on,
        jobs.repository,
        jobs.workflow,
        jobs.gate,
        count(*) as jobs,
        count(*) filter (where jobs.outcome = 'passed') as passed,
        count(*) filter (where jobs.outcome = 'failed') as failed,
        count(*) filter (where jobs.outcome = 'neither') as neither,
        quantile_cont(jobs.duration_seconds, 0.5) filter (where jobs.outcome <> 'neither') as duration_median_seconds,
        quantile_cont(jobs.duration_seconds, 0.85) filter (where jobs.outcome <> 'neither') as duration_p85_seconds,
        count(jobs.duration_seconds) filter (where jobs.outcome <> 'neither') as duration_n
    from jobs
    group by jobs.week_on, jobs.repository, jobs.workflow, jobs.gate
),

final as (
    select
        weekly.week_on,
        weekly.repository,
        weekly.workflow,
        weekly.gate,
        repositories.team,
        weekly.jobs,
        weekly.passed,
        weekly.failed,
        weekly.neither,
        weekly.passed / nullif(cast(weekly.passed + weekly.failed as double), 0) as pass_rate,
        weekly.passed + weekly.failed as pass_rate_n,
        weekly.duration_median_seconds,
        weekly.duration_p85_seconds,
        weekly.duration_n
    from weekly
    left join {{ ref('int_repositories') }} as repositories on weekly.repository = repositories.repository
)

select * from final
