-- One row per story and pull request by which it was done: its own, and those of the tickets below the measured one.
{{ config(materialized='table') }}

with story_changes as (
    select * from {{ ref('int_story_changes') }}
),

relations as (
    select * from {{ ref('int_story_relations') }}
),

final as (
    select
        story_changes.story_key,
        story_changes.change_key
    from story_changes
    union
    select
        relations.measured_key as story_key,
        story_changes.change_key
    from story_changes
    inner join relations on story_changes.story_key = relations.story_key
    where relations.measured_key is not null
)

select * from final
