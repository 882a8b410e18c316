-- One row per story and flag that lets it out: by its own word, by a sub-task's, or by what it belongs to.
{{ config(materialized='table') }}

with links as (
    select distinct
        flag_id,
        story_key
    from {{ ref('int_flag_stories') }}
    where is_linked
),

given_up as (
    select milestones.flag_id
    from {{ ref('int_flag_milestones') }} as milestones
    where milestones.is_given_up
),

relations as (
    select * from {{ ref('int_story_relations') }}
),

ancestors as (
    select * from {{ ref('int_story_ancestors') }}
),

-- A sub-task's flag lets out the story that it is a part of.
own as (
    select links.story_key, links.flag_id
    from links
    union
    select relations.measured_key, links.flag_id
    from links
    inner join relations on links.story_key = relations.story_key
    where relations.measured_key is not null
),

let_out as (
    select distinct own.story_key
    from own
    where own.flag_id not in (select given_up.flag_id from given_up)
),

-- A story without one of its own is let out by the flag of what it belongs to, as an epic: the nearest that has one.
from_above as (
    select
        ancestors.story_key,
        links.flag_id
    from ancestors
    inner join relations on ancestors.story_key = relations.story_key
    inner join links on ancestors.ancestor_key = links.story_key
    where
        relations.is_measured
        and ancestors.story_key not in (select let_out.story_key from let_out)
        and links.flag_id not in (select given_up.flag_id from given_up)
    qualify ancestors.distance = min(ancestors.distance) over (partition by ancestors.story_key)
),

final as (
    select own.story_key, own.flag_id, false as is_from_above
    from own
    union all
    select from_above.story_key, from_above.flag_id, true as is_from_above
    from from_above
)

select * from final
