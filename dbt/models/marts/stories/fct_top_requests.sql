-- One row per story and theme that enough people wished for about its feature in the days since all users have it.
with wishes as (
    select * from {{ ref('int_request_stories') }}
),

windows as (
    select
        stories.story_key,
        stories.full_rollout_at as window_start,
        {{ hours_after('stories.full_rollout_at', 24 * var('request_days')) }} as window_end
    from {{ ref('fct_stories') }} as stories
    where stories.full_rollout_at is not null
),

said as (
    select
        wishes.*,
        windows.window_start,
        windows.window_end
    from wishes
    inner join windows on wishes.story_key = windows.story_key
    where
        wishes.said_at >= windows.window_start
        and wishes.said_at < windows.window_end
        and wishes.said_at <= {{ as_of() }}
),

-- One item may hold the wish of several people, whose tickets were merged.
items as (
    select
        said.story_key,
        said.theme,
        said.item_id,
        min(said.said_at) as said_at
    from said
    group by said.story_key, said.theme, said.item_id
),

lists as (
    select
        items.story_key,
        items.theme,
        count(*) as mentions,
        list(items.item_id order by items.said_at, items.item_id) as item_ids
    from items
    group by items.story_key, items.theme
),

counted as (
    select
        said.story_key,
        said.theme,
        cast(max(said.rule_version) as bigint) as rule_version,
        max(said.frozen_on) as frozen_on,
        min(said.window_start) as window_start,
        min(said.window_end) as window_end,
        count(distinct said.person) as people
    from said
    group by said.story_key, said.theme
    having count(distinct said.person) >= {{ var('request_minimum_people') }}
),

final as (
    select
        counted.story_key,
        counted.theme,
        rank() over (partition by counted.story_key order by counted.people desc) as position,
        count(*) over (partition by counted.story_key, counted.people) > 1 as is_tie,
        counted.people,
        lists.mentions,
        lists.item_ids,
        counted.window_start,
        counted.window_end,
        counted.window_end <= {{ as_of() }} as is_complete,
        counted.rule_version,
        counted.frozen_on
    from counted
    inner join lists on counted.story_key = lists.story_key and counted.theme = lists.theme
)

select * from final
