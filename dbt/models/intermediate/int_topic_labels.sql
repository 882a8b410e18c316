-- One row per support ticket and topic that somebody judged: what they said last.
with labels as (
    select * from {{ ref('stg_events__support') }}
    where event_type = 'support.topic_labelled'
),

tickets as (
    select * from {{ ref('int_support_tickets') }}
),

-- An id that two help desks have names neither; their site must be named then.
ids as (
    select
        tickets.ticket_id as told_id,
        min(tickets.support_key) as support_key
    from tickets
    group by tickets.ticket_id
    having count(*) = 1
    union
    select
        tickets.support_key as told_id,
        tickets.support_key
    from tickets
),

final as (
    select
        ids.support_key,
        labels.topic,
        labels.is_about
    from labels
    inner join ids on labels.ticket_id = ids.told_id
    where labels.topic is not null and labels.is_about is not null
    qualify row_number() over (
        partition by ids.support_key, labels.topic
        order by labels.occurred_at desc, labels.raw_position desc, labels.event_id asc
    ) = 1
)

select * from final
