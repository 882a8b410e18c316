-- One row per thing that a user said: a support ticket, feedback, an interview, an insight.
with support_tickets as (
    select * from {{ ref('int_support_tickets') }}
),

feedback as (
    select * from {{ ref('stg_events__support') }}
    where event_type = 'support.feedback_given'
),

interviews as (
    select * from {{ ref('stg_events__interview') }}
),

final as (
    select
        'ticket' as statement_kind,
        support_tickets.support_key as statement_key,
        roots.root_key as item_key,
        support_tickets.requester as person,
        support_tickets.organization,
        not support_tickets.is_internal and not support_tickets.is_deleted as is_counted,
        support_tickets.created_at as said_at,
        support_tickets.title,
        support_tickets.tags,
        support_tickets.body,
        support_tickets.story_keys,
        support_tickets.url
    from support_tickets
    inner join {{ ref('int_support_roots') }} as roots on support_tickets.support_key = roots.support_key
    union all
    select
        'feedback',
        feedback.event_id as statement_key,
        feedback.event_id as item_key,
        feedback.person,
        feedback.organization,
        not coalesce(lower(feedback.organization) in ({{ setting_values('internal_organizations') }}), false),
        feedback.occurred_at,
        cast(null as varchar),
        cast([] as varchar[]),
        feedback.body,
        feedback.story_keys,
        feedback.url
    from feedback
    union all
    select
        'interview',
        interviews.event_id as statement_key,
        interviews.event_id as item_key,
        interviews.person,
        cast(null as varchar),
        true,
        interviews.occurred_at,
        interviews.title,
        cast([] as varchar[]),
        interviews.body,
        interviews.ticket_keys,
        interviews.url
    from interviews
)

select * from final
