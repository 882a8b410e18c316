-- One row per exposure that counts: on which days before it and after it the person was active, and for how long on.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={
        'key': ['story_key', 'flag_key', 'epoch', 'person_key', 'first_exposed_at'],
        'never_null': ['story_key', 'epoch', 'person_key', 'first_exposed_at'], 'ordered_by': 'first_exposed_at',
        'follows': {
        'int_exposures': {},
        'int_usage_days': {
            'touches': 'exposed_touched_by_days', 'since': 'day_on', 'narrowed_by': ['person_key'],
            'needs': {'day_on': "select cast(min(first_exposed_at) as date) - 29 from keyed_keys"},
        },
    }}
) }}

with exposures as (
    select
        exposures.story_key,
        exposures.flag_key,
        exposures.epoch,
        exposures.person_key,
        exposures.first_exposed_at,
        exposures.full_at,
        greatest(exposures.full_at, exposures.first_exposed_at) as month_from,
        {{ adoption_end('exposures.full_at') }} as month_until,
        {{ day_of('exposures.first_exposed_at') }} as met_on,
        {{ day_of(hours_after('exposures.first_exposed_at', 168)) }} as week_over_on,
        {{ hours_after('exposures.first_exposed_at', 24) }} as hour_24,
        {{ hours_after('exposures.first_exposed_at', 168) }} as hour_168,
        {{ hours_after('exposures.first_exposed_at', 192) }} as hour_192,
        {{ hours_after('exposures.first_exposed_at', 336) }} as hour_336
    from {{ ref('int_exposures') }} as exposures
    where exposures.excluded_for is null
),

spans as (
    select
        exposures.*,
        exposures.met_on - 28 as first_on,
        {{ day_of('greatest(exposures.hour_336, exposures.month_until)') }} as last_on
    from exposures
),

days as (
    select * from {{ ref('int_usage_days') }}
    where active_count > 0
),

-- Windows are half-open and last a day or more, so of each day its first and its last act tell whether one lies within.
final as (
    select
        spans.story_key,
        spans.flag_key,
        spans.epoch,
        spans.person_key,
        spans.first_exposed_at,
        count(*) filter (where days.day_on < spans.met_on and days.day_on >= spans.first_on) as prior_active_days,
        coalesce(bool_or(
            days.last_active_at >= spans.hour_24 and days.first_active_at < spans.hour_192
        ), false) as has_returned_d1_d7,
        coalesce(bool_or(
            days.last_active_at >= spans.hour_168 and days.first_active_at < spans.hour_192
        ), false) as has_returned_day_7,
        coalesce(bool_or(
            days.last_active_at >= spans.hour_168 and days.first_active_at < spans.hour_336
        ), false) as has_returned_d7_d13,
        coalesce(bool_or(
            days.last_active_at >= spans.month_from and days.first_active_at < spans.month_until
        ), false) as is_active_in_month,
        coalesce(sum(days.active_count) filter (
            where days.day_on > spans.met_on and days.day_on < spans.week_over_on
        ), 0) as whole_day_events
    from spans
    left join days
        on
            spans.person_key = days.person_key
            and spans.first_on <= days.day_on
            and spans.last_on >= days.day_on
    group by spans.story_key, spans.flag_key, spans.epoch, spans.person_key, spans.first_exposed_at
)

select * from final
