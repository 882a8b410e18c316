-- One row per person and first exposure to a flag: how much they did on the two days that their week of seven times
-- twenty-four hours begins and ends in. The days between count whole.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={'key': ['person_key', 'first_exposed_at'], 'never_null': ['person_key', 'first_exposed_at'],
        'by_time': {'of': 'int_exposures', 'column': 'first_exposed_at', 'needs': {'int_usage_events': {
            'day_on': [day_of('first_exposed_at'), day_of(hours_after('first_exposed_at', 168))],
        }}},
        'follows': {
        'int_exposures': {},
        'int_usage_events': {
            'touches': 'edges_touched_by_events', 'since': 'happened_at', 'narrowed_by': ['person_key'],
            'needs': {'day_on': 'select cast(min(first_exposed_at) as date) - 1 from keyed_keys'},
        },
    }}
) }}

with events as (
    select
        events.person_key,
        events.happened_at,
        events.day_on
    from {{ ref('int_usage_events') }} as events
    where events.is_active and not events.is_of_nobody
),

exposures as (
    select distinct
        exposures.person_key,
        exposures.first_exposed_at
    from {{ ref('int_exposures') }} as exposures
    where exposures.excluded_for is null and exposures.flag_key is not null
),

edges as (
    select
        exposures.person_key,
        exposures.first_exposed_at,
        {{ day_of('exposures.first_exposed_at') }} as day_on
    from exposures
    union all
    select
        exposures.person_key,
        exposures.first_exposed_at,
        {{ day_of(hours_after('exposures.first_exposed_at', 168)) }} as day_on
    from exposures
),

final as (
    select
        edges.person_key,
        edges.first_exposed_at,
        count(*) as edge_events
    from edges
    inner join events on edges.person_key = events.person_key and edges.day_on = events.day_on
    where
        events.happened_at >= edges.first_exposed_at
        and events.happened_at < {{ hours_after('edges.first_exposed_at', 168) }}
    group by edges.person_key, edges.first_exposed_at
)

select * from final
