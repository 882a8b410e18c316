-- One row per attempt of a CI run. A re-run that turns red to green is a second row, and the red one stays.
with builds as (
    select * from {{ ref('int_builds') }}
),

repositories as (
    select * from {{ ref('int_repositories') }}
),

final as (
    select
        builds.repository,
        builds.run_id,
        builds.run_attempt,
        builds.workflow,
        builds.sha,
        builds.branch,
        builds.trigger_event as event,
        builds.started_at,
        builds.finished_at,
        case
            when builds.finished_at >= builds.started_at
                then {{ seconds_between('builds.started_at', 'builds.finished_at') }}
        end as duration_seconds,
        builds.conclusion,
        -- A fork's pull request may come from a branch of the same name, so its builds say nothing of ours.
        coalesce(
            builds.branch = repositories.default_branch
            and not starts_with(coalesce(builds.trigger_event, ''), 'pull_request'),
            false
        ) as is_default_branch,
        builds.created_at,
        -- Only the first attempt was queued when the run was created; a re-run starts whenever somebody asks for it.
        case
            when builds.run_attempt = 1 and builds.started_at >= builds.created_at
                then {{ seconds_between('builds.created_at', 'builds.started_at') }}
        end as queue_seconds,
        builds.run_attempt > 1 as is_rerun,
        builds.job_count,
        builds.url,
        {{ ci_outcome('builds.conclusion') }} as outcome,
        -- Of a commit that nobody named only the run itself tells that it is the same.
        coalesce(
            {{ ci_outcome('builds.conclusion') }} = 'failed'
            and max(builds.finished_at) filter (where {{ ci_outcome('builds.conclusion') }} = 'passed') over (
                partition by
                    builds.repository,
                    builds.workflow,
                    builds.trigger_event,
                    coalesce(builds.sha, builds.run_id)
            ) > builds.finished_at,
            false
        ) as is_flaky
    from builds
    left join repositories on builds.repository = repositories.repository
)

select * from final
