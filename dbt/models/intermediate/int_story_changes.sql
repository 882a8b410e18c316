-- One row per story and pull request that names it, by the one rule that is surest.
{{ config(materialized='table') }}

with final as (
    select
        change_stories.story_key,
        change_stories.change_key,
        change_stories.rule,
        cast(change_stories.confidence as double) as confidence,
        change_stories.reason
    from {{ ref('int_change_stories') }} as change_stories
    where change_stories.is_linked
    qualify row_number() over (
        partition by change_stories.story_key, change_stories.change_key
        order by change_stories.confidence desc, change_stories.rule, change_stories.mentioned_key
    ) = 1
)

select * from final
