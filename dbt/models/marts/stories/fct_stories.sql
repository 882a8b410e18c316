with tickets as (
    select * from {{ ref('int_tickets') }}
),

progress as (
    select * from {{ ref('int_story_progress') }}
),

milestones as (
    select * from {{ ref('int_story_milestones') }}
),

relations as (
    select * from {{ ref('int_story_relations') }}
),

changes as (
    select * from {{ ref('int_story_changes_summary') }}
),

flags as (
    select * from {{ ref('int_story_flags') }}
),

assistance as (
    select * from {{ ref('int_story_ai_assistance') }}
),

teams as (
    select * from {{ ref('int_story_teams') }}
),

described as (
    select
        tickets.*,
        coalesce(progress.last_status, tickets.status_name) as current_status,
        coalesce(progress.last_status_category, 'unknown') as current_category
    from tickets
    left join progress on tickets.story_key = progress.story_key
),

final as (
    select
        tickets.story_key,
        tickets.source,
        tickets.instance,
        tickets.ticket_key,
        tickets.project_key,
        tickets.title,
        tickets.url,
        tickets.ticket_type as story_type,
        relations.is_measured,
        relations.parent_key,
        relations.origin_story_key,
        teams.team,
        case
            when tickets.estimate = round(tickets.estimate) then cast(cast(tickets.estimate as hugeint) as varchar)
            else cast(tickets.estimate as varchar)
        end as size,
        tickets.estimate,
        tickets.current_status as status,
        tickets.current_category as status_category,
        tickets.current_category not in ('done', 'cancelled') and not tickets.is_deleted as is_open,
        tickets.current_category = 'cancelled' as is_cancelled,
        tickets.is_deleted,
        tickets.deleted_at,
        tickets.resolved_at,
        progress.activated_at,
        tickets.created_at,
        milestones.interviewed_at,
        milestones.backlog_at,
        milestones.spec_at,
        progress.started_at,
        milestones.code_complete_at,
        milestones.reviewed_at,
        milestones.production_at,
        milestones.full_rollout_at,
        progress.first_done_at,
        case when tickets.current_category = 'done' then progress.last_done_at end as done_at,
        case when tickets.current_category = 'cancelled' then progress.last_cancelled_at end as cancelled_at,
        cast(coalesce(progress.reopened_count, 0) as integer) as reopened_count,
        cast(coalesce(changes.change_count, 0) as integer) as change_count,
        cast(coalesce(flags.flag_count, 0) as integer) as flag_count,
        {{ seconds_between('milestones.interviewed_at', 'milestones.production_at') }} as idea_lead_time_seconds,
        {{ seconds_between('milestones.backlog_at', 'milestones.production_at') }} as story_cycle_time_seconds,
        milestones.total_seconds,
        {{ seconds_between('tickets.created_at', 'tickets.resolved_at') }} as resolution_seconds,
        assistance.ai_assistance,
        milestones.has_out_of_order_milestone,
        case when is_open then {{ age_of('tickets.created_at') }} end as age_seconds,
        case
            when is_open and progress.last_known_category = 'in_progress'
                then {{ age_of('progress.started_at') }}
        end as wip_age_seconds,
        assistance.ai_signals
    from described as tickets
    inner join milestones on tickets.story_key = milestones.story_key
    inner join relations on tickets.story_key = relations.story_key
    inner join assistance on tickets.story_key = assistance.story_key
    left join progress on tickets.story_key = progress.story_key
    left join changes on tickets.story_key = changes.story_key
    left join flags on tickets.story_key = flags.story_key
    left join teams on tickets.story_key = teams.story_key
)

select * from final
