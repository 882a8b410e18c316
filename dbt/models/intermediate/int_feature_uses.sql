-- One row per story, person and moment of using the story's feature.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={
        'key': ['person_key', 'used_at'], 'never_null': ['person_key', 'used_at'], 'ordered_by': 'used_at',
        'follows': {
            'int_usage_acts': {
                'touches': 'select person_key, happened_at as used_at from changed where is_use',
                'narrowed_by': ['person_key'], 'needs': {'happened_at': 'select min(used_at) from keyed_keys'},
            },
            'int_feature_events': {
                'touches': 'select acts.person_key, acts.happened_at from intermediate.int_usage_acts as acts'
                    ~ ' semi join changed on acts.event_type = changed.event_name where acts.is_use',
                'narrowed_by': [],
            },
        }}
) }}

with acts as (
    select * from {{ ref('int_usage_acts') }}
    where is_use and not is_exposure and not is_of_nobody
),

stories as (
    select * from {{ ref('int_feature_events') }}
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
