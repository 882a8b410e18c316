-- One row per product event that tells of a flag that was met, of a feature's use or of a conversion.
{{ config(materialized='table', tags=['usage']) }}

with events as (
    select * from {{ ref('int_usage_events') }}
),

uses as (
    select distinct event_stories.event_name
    from {{ ref('int_feature_event_stories') }} as event_stories
    where event_stories.is_linked
),

final as (
    select
        events.person_key,
        events.is_of_nobody,
        events.happened_at,
        events.event_type,
        events.is_exposure,
        events.flag_key,
        events.variant,
        events.revenue,
        {% if var('impact').conversion_events -%}
            lower(events.event_type) in ({{ lower_texts(var('impact').conversion_events) }})
        {%- else -%}
            coalesce(events.revenue > 0, false)
        {%- endif %} as is_conversion,
        uses.event_name is not null as is_use
    from events
    left join uses on events.event_type = uses.event_name
    where
        events.is_exposure
        or events.revenue is not null
        or uses.event_name is not null
        or lower(events.event_type) in ({{ lower_texts(var('impact').conversion_events) }})
)

select * from final
