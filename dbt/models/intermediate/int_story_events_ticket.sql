-- One row per story and happening on its own ticket that a timeline shows, and per interview that names it.
with ticket_events as (
    select * from {{ ref('int_ticket_events') }}
),

tickets as (
    select * from {{ ref('int_tickets') }}
),

interviews as (
    select * from {{ ref('int_story_interviews') }}
),

-- The newest state and a change of rank are no happenings; a link whose time is unknown has no place in time.
told as (
    select
        ticket_events.*,
        replace(replace(ticket_events.field, 'extra:', ''), '_', ' ') as field_name
    from ticket_events
    where
        ticket_events.event_type <> 'ticket.updated'
        and ticket_events.field is distinct from 'rank'
        and (
            ticket_events.event_type not in ('ticket.linked', 'ticket.remote_linked')
            or ticket_events.linked_at is not null
        )
),

labelled as (
    select
        told.story_key,
        told.event_id,
        told.event_type,
        coalesce(told.linked_at, told.occurred_at) as occurred_at,
        'ticket' as lane,
        case told.event_type
            when 'ticket.created' then 'Created' || coalesce(' in ' || told.status_name, '')
            when 'ticket.status_changed'
                then
                    'Moved from ' || coalesce(told.from_status_name, told.from_status_id, 'an unknown status')
                    || ' to ' || coalesce(told.to_status_name, told.to_status_id, 'an unknown status')
            when 'ticket.field_changed'
                then
                    case
                        -- Who it was is a pseudonym that tells a reader nothing.
                        when told.field = 'assignee' and told.to_value is null then 'Nobody is assigned any more'
                        when told.field = 'assignee' then 'Assigned to somebody'
                        when told.to_value is null then upper(told.field_name[1]) || told.field_name[2:] || ' cleared'
                        else
                            upper(told.field_name[1]) || told.field_name[2:] || ' changed'
                            || coalesce(' from ' || left(nullif(told.from_value, ''), 80), '')
                            || ' to ' || left(told.to_value, 80)
                    end
            when 'ticket.linked' then 'Linked: ' || coalesce(told.relation, 'relates to') || ' ' || told.to_key
            when 'ticket.remote_linked' then 'Linked to ' || coalesce(told.title, told.url, 'a page')
            when 'ticket.commented' then 'Somebody commented'
            when 'ticket.deleted' then 'Found deleted'
            else told.event_type
        end as label,
        case when told.event_type = 'ticket.remote_linked' then told.url else tickets.url end as url
    from told
    inner join tickets on told.story_key = tickets.story_key
),

final as (
    select * from labelled
    union all
    select
        interviews.story_key,
        interviews.event_id,
        interviews.event_type,
        interviews.occurred_at,
        'feedback' as lane,
        case interviews.event_type
            when 'interview.insight_noted' then 'Insight' || coalesce(': ' || interviews.title, ' noted')
            else 'Interview' || coalesce(': ' || interviews.title, ' held')
        end as label,
        interviews.url
    from interviews
    -- A linked page is in the ticket's own lane already.
    where interviews.rule <> 'linked page'
    union all
    select
        tickets.story_key,
        own_events.event_id,
        own_events.event_type,
        own_events.occurred_at,
        'ticket' as lane,
        case own_events.event_type
            when 'spec.posted' then 'Draft specification posted'
            else 'Follow-up ' || own_events.created_key || ' made'
        end as label,
        tickets.url
    from {{ ref('stg_events__own') }} as own_events
    inner join tickets on own_events.tracker = tickets.source and own_events.subject = tickets.subject
)

select * from final
