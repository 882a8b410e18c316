-- One row per thing that a person did, or was given to do, on what a team owns: a ticket or a pull request.
with ticket_events as (
    select * from {{ ref('int_ticket_events') }}
),

teams as (
    select * from {{ ref('int_story_teams') }}
),

change_events as (
    select * from {{ ref('stg_events__change') }}
),

repositories as (
    select * from {{ ref('int_repositories') }}
),

acts as (
    select
        ticket_events.event_id,
        ticket_events.source,
        ticket_events.occurred_at,
        teams.team,
        -- Who is given a ticket works for its team, whoever gave it.
        case
            when ticket_events.event_type = 'ticket.field_changed' then ticket_events.to_value
            else ticket_events.actor
        end as person_key
    from ticket_events
    inner join teams on ticket_events.story_key = teams.story_key
    where
        ticket_events.event_type in ('ticket.created', 'ticket.status_changed')
        or (ticket_events.event_type = 'ticket.field_changed' and ticket_events.field = 'assignee')
    union all
    select
        change_events.event_id,
        change_events.source,
        change_events.occurred_at,
        repositories.team,
        change_events.actor as person_key
    from change_events
    inner join repositories on change_events.repository = repositories.repository
    where
        change_events.event_type in ('change.opened', 'change.reviewed', 'change.merged')
        -- What belongs to no team makes nobody a member of one.
        and repositories.team <> 'unassigned'
),

final as (
    select acts.*
    from acts
    where acts.team is not null and {{ is_human('acts.person_key') }}
)

select * from final
