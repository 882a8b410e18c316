-- One row per flag that lets out a story, with the keys of all that it lets out.
with links as (
    select * from {{ ref('int_flag_stories') }}
    where is_linked
),

final as (
    select
        links.flag_id,
        min(links.story_key) as story_key,
        list_sort(list(distinct links.story_key)) as story_keys
    from links
    group by links.flag_id
)

select * from final
