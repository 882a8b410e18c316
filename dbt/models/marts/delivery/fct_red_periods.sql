-- One row per time in which a workflow of the default branch stood red: from a failed run to the next one that passed.
with builds as (
    select *
    from {{ ref('fct_builds') }}
    where
        is_default_branch
        and outcome in ('passed', 'failed')
        and coalesce(event, 'push') = 'push'
        and (
            {{ 'false' if var('required_workflows') else 'true' }}
            or lower(workflow) in ({{ setting_values('required_workflows') }})
        )
),

changes as (
    select * from {{ ref('int_change_times') }}
    where is_default_base
),

compared as (
    select
        builds.*,
        coalesce(builds.created_at, builds.started_at, builds.finished_at) as asked_at,
        max(coalesce(builds.created_at, builds.started_at, builds.finished_at)) over (
            partition by builds.repository, builds.workflow
            order by builds.finished_at, builds.run_id, builds.run_attempt
            rows between unbounded preceding and 1 preceding
        ) as newest_before
    from builds
),

-- Of an older commit that is tried again once a newer one is judged, nobody takes the branch's colour.
standing as (
    select
        compared.*,
        lag(compared.outcome) over own as earlier_outcome,
        min(compared.finished_at) filter (where compared.outcome = 'passed') over later as passed_at,
        arg_min(compared.run_id, compared.finished_at) filter (where compared.outcome = 'passed') over later
            as passed_run_id,
        arg_min(compared.sha, compared.finished_at) filter (where compared.outcome = 'passed') over later as passed_sha
    from compared
    where compared.newest_before is null or compared.asked_at >= compared.newest_before
    window
        own as (
            partition by compared.repository, compared.workflow
            order by compared.finished_at, compared.run_id, compared.run_attempt
        ),
        later as (
            partition by compared.repository, compared.workflow
            order by compared.finished_at, compared.run_id, compared.run_attempt
            rows between 1 following and unbounded following
        )
),

periods as (
    select
        standing.*,
        coalesce(standing.passed_at, {{ lasts_until('standing.finished_at') }}) as until_at
    from standing
    where standing.outcome = 'failed' and standing.earlier_outcome is distinct from 'failed'
),

met as (
    select
        periods.repository,
        periods.workflow,
        periods.finished_at,
        count(*) filter (
            where changes.merged_at >= periods.finished_at and changes.merged_at < periods.until_at
        ) as merged_changes,
        count(*) filter (
            where
            changes.approved_at < periods.until_at
            and coalesce(changes.merged_at, changes.closed_at, cast('infinity' as timestamptz)) >= periods.until_at
        ) as waiting_changes
    from periods
    inner join changes on periods.repository = changes.repository
    group by periods.repository, periods.workflow, periods.finished_at
),

final as (
    select
        periods.repository,
        coalesce(periods.workflow, 'unknown') as workflow,
        periods.finished_at as started_at,
        periods.passed_at as ended_at,
        case
            when periods.passed_at is not null then {{ seconds_between('periods.finished_at', 'periods.passed_at') }}
        end as duration_seconds,
        case
            when periods.passed_at is null then {{ seconds_between('periods.finished_at', 'periods.until_at') }}
        end as age_seconds,
        periods.run_id as failed_run_id,
        periods.sha as failed_sha,
        periods.passed_run_id,
        periods.passed_sha,
        coalesce(periods.passed_sha = periods.sha, false) as is_flaky,
        coalesce(met.merged_changes, 0) as merged_changes,
        coalesce(met.waiting_changes, 0) as waiting_changes
    from periods
    left join met
        on
            periods.repository = met.repository
            and periods.workflow is not distinct from met.workflow
            and periods.finished_at = met.finished_at
)

select * from final
