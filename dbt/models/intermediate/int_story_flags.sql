-- One row per story with a flag: when users first had it, and since when all of them have.
{{ config(materialized='table') }}

with links as (
    select * from {{ ref('int_story_flag_links') }}
),

milestones as (
    select * from {{ ref('int_flag_milestones') }}
    where not is_given_up
),

-- Of several flags the first that reaches users makes the story one of production; it is whole when the last is.
final as (
    select
        links.story_key,
        bool_or(links.is_from_above) as is_from_above,
        count(*) as flag_count,
        min(milestones.reached_at) as production_at,
        case when count(*) = count(milestones.full_rollout_at) then max(milestones.full_rollout_at) end
            as full_rollout_at
    from links
    inner join milestones on links.flag_id = milestones.flag_id
    group by links.story_key
)

select * from final
