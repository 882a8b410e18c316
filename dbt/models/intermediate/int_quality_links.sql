-- One row per check of what is tied together and the scope it is counted in; `all` counts everything.
with stories as (
    select
        tickets.project_key,
        changes.story_key is not null as is_linked
    from {{ ref('int_tickets') }} as tickets
    inner join {{ ref('int_story_relations') }} as relations on tickets.story_key = relations.story_key
    inner join {{ ref('int_story_progress') }} as progress on tickets.story_key = progress.story_key
    left join {{ ref('int_story_changes_summary') }} as changes on tickets.story_key = changes.story_key
    -- Only of finished work can it be asked which pull request did it.
    where relations.is_measured and not tickets.is_deleted and progress.last_status_category = 'done'
),

links as (
    select distinct change_key
    from {{ ref('int_story_changes') }}
),

carried as (
    select distinct deployment_id
    from {{ ref('int_change_deployments') }}
    where is_known
),

changes as (
    select
        changes.repository,
        changes.change_key,
        changes.is_bot_author,
        changes.merged_at,
        changes.deployed_at,
        links.change_key is not null as is_linked
    from {{ ref('int_change_times') }} as changes
    left join links on changes.change_key = links.change_key
),

deployments as (
    select
        deployments.service,
        carried.deployment_id is not null as is_linked
    from {{ ref('int_deployment_order') }} as deployments
    left join carried on deployments.deployment_id = carried.deployment_id
    -- Of the first deployment of a service, and of a retry, nobody can ask what it carried.
    where
        deployments.is_production
        and deployments.status = 'success'
        and not deployments.is_first_of_service
        and not deployments.is_retry
),

asked as (
    select 'stories_with_changes' as check_name, project_key as scope, is_linked
    from stories
    union all
    select 'changes_with_stories', repository, is_linked
    from changes
    where merged_at is not null and not is_bot_author
    union all
    select 'changes_with_deployments', repository, deployed_at is not null
    from changes
    where merged_at is not null
    union all
    select 'deployments_with_changes', service, is_linked
    from deployments
),

counted as (
    select
        asked.check_name,
        coalesce(asked.scope, 'unknown') as scope,
        count(*) filter (where asked.is_linked) as linked,
        count(*) as total
    from asked
    group by asked.check_name, coalesce(asked.scope, 'unknown')
),

names as (
    select unnest([
        'stories_with_changes', 'changes_with_stories', 'changes_with_deployments', 'deployments_with_changes'
    ]) as check_name
),

overall as (
    select
        names.check_name,
        'all' as scope,
        coalesce(sum(counted.linked), 0) as linked,
        coalesce(sum(counted.total), 0) as total
    from names
    left join counted on names.check_name = counted.check_name
    group by names.check_name
),

final as (
    select *, 0.8 as ok_from, 0.5 as watch_from
    from counted
    union all
    select *, 0.8 as ok_from, 0.5 as watch_from
    from overall
)

select * from final
