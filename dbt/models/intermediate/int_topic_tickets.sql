-- One row per topic and support ticket that counts, merged ones being one: when it was first asked.
{{ config(materialized='table') }}

with asked as (
    select * from {{ ref('int_support_topics') }}
    -- What is told to come from the future was asked at a time that nobody knows.
    where is_counted and created_at <= {{ as_of() }}
),

final as (
    select
        asked.topic,
        asked.root_key,
        min(asked.created_at) as asked_at
    from asked
    group by asked.topic, asked.root_key
)

select * from final
