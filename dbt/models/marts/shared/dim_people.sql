with actors as (
    select * from {{ ref('int_people_seen') }}
),

final as (
    select
        actors.person_key,
        actors.person_key like 'bot:%'
        or lower(actors.person_key) in ({{ setting_values('bot_keys') }}) as is_bot,
        min(actors.first_seen_at) as first_seen_at,
        max(actors.last_seen_at) as last_seen_at,
        list_sort(list_distinct(array_agg(actors.source))) as sources
    from actors
    group by actors.person_key
)

select * from final
