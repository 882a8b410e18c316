-- One row per name of product events and story whose feature they tell of.
{{ config(materialized='keyed', meta={'key': ['event_name', 'story_key'], 'follows': []}) }}

with event_stories as (
    select * from {{ ref('int_feature_event_stories') }}
    where is_linked
),

final as (
    select distinct
        event_stories.event_name,
        event_stories.story_key
    from event_stories
)

select * from final
