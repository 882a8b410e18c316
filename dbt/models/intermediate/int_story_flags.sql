-- One row per story with a flag: when users first had it, and since when all of them have.
{{ config(materialized='table') }}

with links as (
    select distinct
        flag_id,
        story_key
    from {{ ref('int_flag_stories') }}
    where is_linked
),

milestones as (
    select * from {{ ref('int_flag_milestones') }}
    where not is_given_up
),

relations as (
    select * from {{ ref('int_story_relations') }}
),

ancestors as (
    select * from {{ ref('int_story_ancestors') }}
),

live as (
    select
        links.story_key,
        links.flag_id
    from links
    inner join milestones on links.flag_id = milestones.flag_id
),

-- A sub-task's flag lets out the story that it is a part of.
own as (
    select live.story_key, live.flag_id
    from live
    union
    select relations.measured_key, live.flag_id
    from live
    inner join relations on live.story_key = relations.story_key
    where relations.measured_key is not null
),

-- A story without one of its own is let out by the flag of what it belongs to, as an epic: the nearest that has one.
from_above as (
    select
        ancestors.story_key,
        live.flag_id
    from ancestors
    inner join relations on ancestors.story_key = relations.story_key
    inner join live on ancestors.ancestor_key = live.story_key
    where relations.is_measured and ancestors.story_key not in (select own.story_key from own)
    qualify ancestors.distance = min(ancestors.distance) over (partition by ancestors.story_key)
),

gathered as (
    select own.story_key, own.flag_id, false as is_from_above
    from own
    union all
    select from_above.story_key, from_above.flag_id, true as is_from_above
    from from_above
),

-- Of several flags the first that reaches users makes the story one of production; it is whole when the last is.
final as (
    select
        gathered.story_key,
        bool_or(gathered.is_from_above) as is_from_above,
        count(*) as flag_count,
        min(milestones.reached_at) as production_at,
        case when count(*) = count(milestones.full_rollout_at) then max(milestones.full_rollout_at) end
            as full_rollout_at
    from gathered
    inner join milestones on gathered.flag_id = milestones.flag_id
    group by gathered.story_key
)

select * from final
