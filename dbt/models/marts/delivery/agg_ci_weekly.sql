-- One row per repository, workflow and week with how its runs went, how long they took, and how long the default branch
-- stood red. A week without any run, between the first and the last, is a row of zeros.
with builds as (
    select
        fct_builds.*,
        coalesce(fct_builds.workflow, 'unknown') as named_workflow,
        {{ week_of('fct_builds.finished_at') }} as week_on
    from {{ ref('fct_builds') }} as fct_builds
    where fct_builds.finished_at is not null
),

red as (
    select
        fct_red_periods.*,
        coalesce(fct_red_periods.ended_at, {{ lasts_until('fct_red_periods.started_at') }}) as until_at
    from {{ ref('fct_red_periods') }} as fct_red_periods
),

red_weeks as (
    select
        red.*,
        unnest(generate_series({{ week_of('red.started_at') }}, {{ week_of('red.until_at') }}, interval 7 day))
            as week_at
    from red
),

-- A period that spans weeks counts in each for its own part.
red_parts as (
    select
        red_weeks.repository,
        red_weeks.workflow,
        cast(red_weeks.week_at as date) as week_on,
        sum({{ seconds_between(
            "greatest(red_weeks.started_at, red_weeks.week_at at time zone 'UTC')",
            "least(red_weeks.until_at, (red_weeks.week_at + interval 7 day) at time zone 'UTC')"
        ) }}) as red_seconds,
        count(*) filter (where {{ week_of('red_weeks.started_at') }} = cast(red_weeks.week_at as date)) as red_periods,
        sum(red_weeks.merged_changes) filter (
            where {{ week_of('red_weeks.started_at') }} = cast(red_weeks.week_at as date)
        ) as merged_into_red
    from red_weeks
    group by red_weeks.repository, red_weeks.workflow, week_on
),

weekly as (
    select
        builds.repository,
        builds.named_workflow as workflow,
        builds.week_on,
        count(*) as attempts,
        count(*) filter (where builds.outcome = 'passed') as passed,
        count(*) filter (where builds.outcome = 'failed') as failed,
        count(*) filter (where builds.outcome = 'neither') as neither,
        count(*) filter (where builds.is_rerun) as reruns,
        count(*) filter (where builds.is_flaky) as flaky_failures,
        count(*) filter (where builds.run_attempt = 1 and builds.outcome = 'passed') as first_passed,
        count(*) filter (where builds.run_attempt = 1 and builds.outcome in ('passed', 'failed')) as first_judged,
        quantile_cont(builds.duration_seconds, 0.5) filter (where builds.outcome <> 'neither') as duration_median,
        quantile_cont(builds.duration_seconds, 0.85) filter (where builds.outcome <> 'neither') as duration_p85,
        count(builds.duration_seconds) filter (where builds.outcome <> 'neither') as duration_n,
        quantile_cont(builds.queue_seconds, 0.5) as queue_median,
        quantile_cont(builds.queue_seconds, 0.85) as queue_p85,
        count(builds.queue_seconds) as queue_n
    from builds
    group by builds.repository, builds.named_workflow, builds.week_on
),

spans as (
    select
        touched.repository,
        touched.workflow,
        cast(unnest(generate_series(min(touched.week_on), max(touched.week_on), interval 7 day)) as date) as week_on
    from (
        select weekly.repository, weekly.workflow, weekly.week_on from weekly
        union all
        select red_parts.repository, red_parts.workflow, red_parts.week_on from red_parts
    ) as touched
    group by touched.repository, touched.workflow
),

final as (
    select
        spans.week_on,
        spans.repository,
        spans.workflow,
        repositories.team,
        coalesce(weekly.attempts, 0) as attempts,
        coalesce(weekly.passed, 0) as passed,
        coalesce(weekly.failed, 0) as failed,
        coalesce(weekly.neither, 0) as neither,
        coalesce(weekly.reruns, 0) as reruns,
        weekly.passed / nullif(cast(weekly.passed + weekly.failed as double), 0) as pass_rate,
        coalesce(weekly.passed + weekly.failed, 0) as pass_rate_n,
        weekly.first_passed / nullif(cast(weekly.first_judged as double), 0) as first_pass_rate,
        coalesce(weekly.first_judged, 0) as first_pass_rate_n,
        coalesce(weekly.flaky_failures, 0) as flaky_failures,
        weekly.flaky_failures / nullif(cast(weekly.failed as double), 0) as flaky_failure_rate,
        weekly.duration_median as duration_median_seconds,
        weekly.duration_p85 as duration_p85_seconds,
        coalesce(weekly.duration_n, 0) as duration_n,
        weekly.queue_median as queue_median_seconds,
        weekly.queue_p85 as queue_p85_seconds,
        coalesce(weekly.queue_n, 0) as queue_n,
        cast(coalesce(red_parts.red_seconds, 0) as double) as red_seconds,
        coalesce(red_parts.red_periods, 0) as red_periods,
        cast(coalesce(red_parts.merged_into_red, 0) as bigint) as merged_into_red
    from spans
    left join weekly
        on spans.repository = weekly.repository and spans.workflow = weekly.workflow and spans.week_on = weekly.week_on
    left join red_parts
        on
            spans.repository = red_parts.repository
            and spans.workflow = red_parts.workflow
            and spans.week_on = red_parts.week_on
    left join {{ ref('int_repositories') }} as repositories on spans.repository = repositories.repository
)

select * from final
