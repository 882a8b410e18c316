-- One row per story and pull request that names it, or a part of it, by the one rule that is surest.
{{ config(materialized='table') }}

with relations as (
    select * from {{ ref('int_story_relations') }}
),

tickets as (
    select * from {{ ref('int_tickets') }}
),

named as (
    select
        change_stories.story_key,
        change_stories.change_key,
        change_stories.rule,
        cast(change_stories.confidence as double) as confidence,
        change_stories.reason,
        change_stories.mentioned_key
    from {{ ref('int_change_stories') }} as change_stories
    where change_stories.is_linked
),

-- A sub-task is never measured: what is written for it is written for its story.
by_part as (
    select
        relations.parent_key as story_key,
        named.change_key,
        named.rule || ', by a sub-task' as rule,
        0.95 * named.confidence as confidence,
        named.reason || ', and is a part of ' || relations.parent_key as reason,
        named.mentioned_key
    from named
    inner join relations on named.story_key = relations.story_key and not relations.is_measured
    inner join tickets on named.story_key = tickets.story_key
    inner join relations as parents on relations.parent_key = parents.story_key and parents.is_measured
    where
        lower(coalesce(tickets.ticket_type, '?')) not in ({{ setting_values('incident_types') }})
        and lower(coalesce(tickets.ticket_type, '?')) not in ({{ setting_values('interview_types') }})
),

candidates as (
    select * from named
    union all
    select * from by_part
),

final as (
    select
        candidates.story_key,
        candidates.change_key,
        candidates.rule,
        candidates.confidence,
        candidates.reason
    from candidates
    qualify row_number() over (
        partition by candidates.story_key, candidates.change_key
        order by candidates.confidence desc, candidates.rule, candidates.mentioned_key
    ) = 1
)

select * from final
