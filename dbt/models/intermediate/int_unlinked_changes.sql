-- One row per pull request that is tied to no story: what one would have expected, and why there is nothing.
with changes as (
    select * from {{ ref('int_changes') }}
),

linked as (
    select distinct change_key
    from {{ ref('int_story_changes') }}
),

refused as (
    select
        change_stories.change_key,
        count(*) as words
    from {{ ref('int_change_stories') }} as change_stories
    where not change_stories.is_linked
    group by change_stories.change_key
),

final as (
    select
        changes.change_key,
        case
            when changes.is_bot_author then 'a bot opened it, of which no ticket is expected'
            when refused.words = 1 then 'what looks like a ticket key in it names no story'
            when refused.words > 1 then 'none of the ' || refused.words || ' words like ticket keys in it names a story'
            else 'it names no ticket in its title, branch, text or commits'
        end as reason
    from changes
    left join linked on changes.change_key = linked.change_key
    left join refused on changes.change_key = refused.change_key
    where linked.change_key is null
)

select * from final
