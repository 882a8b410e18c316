-- One row per story, person and moment of using the story's feature.
{{ config(tags=['usage']) }}

with acts as (
    select * from {{ ref('int_usage_acts') }}
    where is_use and not is_exposure and not is_of_nobody
),

stories as (
    select distinct
        event_stories.event_name,
        event_stories.story_key
    from {{ ref('int_feature_event_stories') }} as event_stories
    where event_stories.is_linked
),

final as (
    select
        stories.story_key,
        acts.person_key,
        acts.happened_at as used_at,
        {{ day_of('acts.happened_at') }} as day_on,
        count(*) as use_count
    from acts
    inner join stories on acts.event_type = stories.event_name
    group by stories.story_key, acts.person_key, acts.happened_at
)

select * from final
