-- One row per check of what is tied together and thing that it looks at: whether it is tied, and when it happened.
{{ config(materialized='table') }}

with tickets as (
    select * from {{ ref('int_tickets') }}
),

tied as (
    select * from {{ ref('int_things_tied') }}
),

final as (
    -- Only of finished work can it be asked which pull request did it.
    select
        'stories_with_changes' as check_name,
        tickets.project_key as scope,
        tickets.story_key as thing_key,
        progress.first_done_at as happened_at,
        changes.story_key is not null as is_linked
    from tickets
    inner join {{ ref('int_story_relations') }} as relations on tickets.story_key = relations.story_key
    inner join {{ ref('int_story_progress') }} as progress on tickets.story_key = progress.story_key
    left join {{ ref('int_story_changes_summary') }} as changes on tickets.story_key = changes.story_key
    where relations.is_measured and not tickets.is_deleted and progress.last_status_category = 'done'
    union all
    select 'changes_with_stories', changes.repository, changes.change_key, changes.merged_at, tied.is_linked
    from {{ ref('int_change_times') }} as changes
    inner join tied
        on changes.change_key = tied.from_key and tied.from_kind = 'change' and tied.to_kind = 'story'
    where changes.merged_at is not null and not changes.is_bot_author
    union all
    select
        'changes_with_deployments',
        changes.repository,
        changes.change_key,
        changes.merged_at,
        changes.deployed_at is not null
    from {{ ref('int_change_times') }} as changes
    where changes.merged_at is not null
    union all
    -- Of the first deployment of a service, and of a retry, nobody can ask what it carried.
    select
        'deployments_with_changes',
        deployments.service,
        deployments.deployment_id,
        deployments.finished_at,
        unlinked.deployment_id is null
    from {{ ref('int_deployment_order') }} as deployments
    left join {{ ref('int_unlinked_deployments') }} as unlinked
        on deployments.deployment_id = unlinked.deployment_id
    where
        deployments.is_production
        and deployments.status = 'success'
        and not deployments.is_first_of_service
        and not deployments.is_retry
    union all
    select
        'builds_with_changes',
        builds.repository,
        tied.from_key,
        coalesce(builds.started_at, builds.created_at),
        tied.is_linked
    from {{ ref('int_builds') }} as builds
    inner join tied
        on
            tied.from_key = builds.repository || '/' || builds.run_id || '.' || builds.run_attempt
            and tied.from_kind = 'build'
    union all
    select
        'commits_with_changes',
        commits.repository,
        commits.repository || '@' || commits.sha,
        min(commits.committed_at),
        bool_or(commits.is_linked)
    from {{ ref('int_commit_changes') }} as commits
    where commits.is_on_default_branch
    group by commits.repository, commits.sha
    union all
    select
        'incidents_with_causes',
        incidents.service,
        incidents.incident_id,
        incidents.opened_at,
        bool_or(tied.is_linked)
    from {{ ref('int_incidents') }} as incidents
    inner join tied on incidents.incident_id = tied.from_key and tied.from_kind = 'incident'
    group by incidents.service, incidents.incident_id, incidents.opened_at
    union all
    select 'flags_with_stories', flags.project, flags.flag_key, flags.created_at, tied.is_linked
    from {{ ref('int_flags') }} as flags
    inner join tied on flags.flag_key = tied.from_key and tied.from_kind = 'flag'
    where not flags.is_deleted
    union all
    select
        'interviews_with_stories',
        'interviews',
        interviews.interview_id,
        min(interviews.held_at),
        bool_or(interviews.is_linked)
    from {{ ref('int_interview_stories') }} as interviews
    group by interviews.interview_id
    union all
    select 'stories_with_feature_events', tickets.project_key, uses.story_key, uses.production_at, uses.is_linked
    from {{ ref('int_story_uses') }} as uses
    inner join tickets on uses.story_key = tickets.story_key
)

select * from final
