-- Every job that ended is of one gate and in one week, on one side or on neither.
select
    gates.jobs,
    ended.jobs as ended_jobs
from (select coalesce(sum(weekly.jobs), 0) as jobs from {{ ref('agg_ci_gates_weekly') }} as weekly) as gates
cross join (
    select count(*) as jobs
    from {{ ref('int_build_gates') }} as build_gates
    where build_gates.finished_at is not null and build_gates.outcome is not null
) as ended
where gates.jobs <> ended.jobs
union all
select
    weekly.jobs,
    weekly.passed + weekly.failed + weekly.neither as ended_jobs
from {{ ref('agg_ci_gates_weekly') }} as weekly
where weekly.jobs <> weekly.passed + weekly.failed + weekly.neither
