-- Every attempt that ended is in one week, on one side or on neither; each rate lies between none and all.
with builds as (
    select
        fct_builds.repository,
        coalesce(fct_builds.workflow, 'unknown') as workflow,
        count(*) as attempts
    from {{ ref('fct_builds') }} as fct_builds
    where fct_builds.finished_at is not null
    group by fct_builds.repository, coalesce(fct_builds.workflow, 'unknown')
),

weeks as (
    select
        agg_ci_weekly.repository,
        agg_ci_weekly.workflow,
        sum(agg_ci_weekly.attempts) as attempts,
        bool_or(
            agg_ci_weekly.attempts <> agg_ci_weekly.passed + agg_ci_weekly.failed + agg_ci_weekly.neither
            or agg_ci_weekly.pass_rate not between 0 and 1
            or agg_ci_weekly.flaky_failures > agg_ci_weekly.failed
            or dayofweek(agg_ci_weekly.week_on) <> 1
        ) as is_wrong
    from {{ ref('agg_ci_weekly') }} as agg_ci_weekly
    group by agg_ci_weekly.repository, agg_ci_weekly.workflow
)

select
    coalesce(builds.repository, weeks.repository) as repository,
    coalesce(builds.workflow, weeks.workflow) as workflow
from builds
full outer join weeks on builds.repository = weeks.repository and builds.workflow = weeks.workflow
where
    coalesce(builds.attempts, 0) <> coalesce(weeks.attempts, 0)
    or weeks.is_wrong
