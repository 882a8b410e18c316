-- One row per support ticket in its newest state: of help desks, and of a tracker's projects that serve as one.
{{ config(materialized='table') }}

with support_events as (
    select * from {{ ref('stg_events__support') }}
),

-- Who tells only that it was opened or solved gives the ticket its row all the same.
states as (
    select *
    from support_events
    where event_type in ('support.ticket_updated', 'support.ticket_opened', 'support.ticket_solved')
    qualify row_number() over (
        partition by source, instance, subject
        order by event_type = 'support.ticket_updated' desc, occurred_at desc, raw_position desc, event_id asc
    ) = 1
),

moments as (
    select
        support_events.source,
        support_events.instance,
        support_events.subject,
        min(support_events.occurred_at) filter (where support_events.event_type = 'support.ticket_opened') as opened_at,
        max(support_events.occurred_at) filter (where support_events.event_type = 'support.ticket_solved') as solved_at,
        max(support_events.occurred_at) filter (where support_events.event_type = 'support.ticket_deleted')
            as deleted_at
    from support_events
    group by support_events.source, support_events.instance, support_events.subject
),

help_desk as (
    select
        states.instance || '/' || states.ticket_id as support_key,
        states.source,
        states.instance,
        states.ticket_id,
        states.title,
        states.body,
        states.tags,
        coalesce(states.status, 'unknown') as status,
        states.priority,
        coalesce(states.channel, 'unknown') as channel,
        states.requester,
        states.organization,
        coalesce(states.is_internal, false)
        or coalesce(lower(states.organization) in ({{ setting_values('internal_organizations') }}), false)
            as is_internal,
        states.instance || '/' || states.merged_into as merged_into,
        states.story_keys,
        coalesce(states.created_at, moments.opened_at, states.occurred_at) as created_at,
        states.updated_at,
        case when states.status in ('solved', 'unknown') then coalesce(states.solved_at, moments.solved_at) end
            as solved_at,
        -- One that changed after its deletion was restored.
        coalesce(moments.deleted_at >= coalesce(states.updated_at, states.occurred_at), false) as is_deleted,
        states.url
    from states
    inner join moments
        on
            states.source = moments.source
            and states.instance = moments.instance
            and states.subject = moments.subject
    -- Two sources of one site that tell the same ticket: the one that told it last.
    qualify row_number() over (
        partition by support_key
        order by states.occurred_at desc, states.source
    ) = 1
),

final as (
    select * from help_desk
    union all
    select * from {{ ref('int_support_tracker_tickets') }}
)

select * from final
