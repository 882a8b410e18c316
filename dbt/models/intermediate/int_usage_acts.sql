-- One row per product event that tells of a flag that was met, of a feature's use or of a conversion.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={'key': ['event_number'], 'never_null': ['event_number'], 'ordered_by': 'happened_at', 'follows': {
        'int_usage_events': {'is_as_it_came': true, 'has_all_keys': true, 'is_unique': true},
        'int_feature_events': {
            'touches': 'select events.event_number from intermediate.int_usage_events as events'
                ~ ' semi join changed on events.event_type = changed.event_name',
            'narrowed_by': [],
        },
        'int_flag_names': {
            'touches': 'select events.event_number from intermediate.int_usage_events as events'
                ~ ' semi join changed on events.flag_key = changed.name',
            'narrowed_by': [],
        },
    }}
) }}

with events as (
    select * from {{ ref('int_usage_events') }}
),

uses as (
    select distinct feature_events.event_name
    from {{ ref('int_feature_events') }} as feature_events
),

final as (
    select
        events.event_number,
        events.person_key,
        events.is_of_nobody,
        events.happened_at,
        events.event_type,
        events.is_exposure,
        names.flag_key,
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
    left join {{ ref('int_flag_names') }} as names on events.flag_key = names.name
    where
        events.is_exposure
        or events.revenue is not null
        or uses.event_name is not null
        or lower(events.event_type) in ({{ lower_texts(var('impact').conversion_events) }})
)

select * from final
