-- One row per topic and support ticket that counts, merged ones being one: when it was first asked.
{{ config(materialized='table') }}

with asked as (
    select * from {{ ref('int_support_topics') }}
    -- What is told to come from the future was asked at a time that nobody knows.
    where is_counted and created_at <= {{ as_of() }}
),

wishes as (
    select distinct mentions.item_id
    from {{ ref('int_request_mentions') }} as mentions
    where mentions.item_kind = 'ticket'
),

final as (
    select
        asked.topic,
        asked.root_key,
        min(asked.created_at) as asked_at,
        bool_or(wishes.item_id is not null) as is_wish
    from asked
    left join wishes on asked.root_key = wishes.item_id
    group by asked.topic, asked.root_key
)

select * from final
