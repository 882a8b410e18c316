-- One row per story, flag, epoch and person who met the feature and counts: what became of them, in half-open windows
-- that end. What may come ever after is told by `int_exposed_outcomes`, as it is another for many each day.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={
        'key': ['story_key', 'flag_key', 'epoch', 'person_key', 'first_exposed_at'],
        'never_null': ['story_key', 'epoch', 'person_key', 'first_exposed_at'], 'ordered_by': 'first_exposed_at',
        'is_touched_throughout': true,
        'by_time': {'of': 'int_exposures', 'column': 'first_exposed_at', 'needs': {
            'int_usage_days': {'day_on': [day_of('first_exposed_at') ~ ' - 28', 'last_day_of_windows']},
            'int_exposed_acts': {'first_exposed_at': ['first_exposed_at', 'first_exposed_at']},
            'int_exposed_edges': {'first_exposed_at': ['first_exposed_at', 'first_exposed_at']},
        }},
        'follows': {
        'int_exposures': {},
        'int_usage_days': {
            'touches': 'exposed_touched_by_days', 'since': 'day_on', 'narrowed_by': ['person_key'],
            'needs': {'day_on': "select cast(min(first_exposed_at) as date) - 29 from keyed_keys"},
        },
        'int_exposed_acts': {'touches': 'windows_touched_by_acts'},
        'int_exposed_edges': {'touches': 'exposed_touched_by_edges', 'narrowed_by': ['person_key', 'first_exposed_at']},
    }}
) }}

with exposures as (
    select
        exposures.*,
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
        {{ last_day_of_windows('exposures.') }} as last_on
    from exposures
),

days as (
    select * from {{ ref('int_usage_days') }}
    where active_count > 0
),

-- Windows are half-open and last a day or more, so of each day its first and its last act tell whether one lies within.
activity as (
    select
        spans.story_key,
        spans.flag_key,
        spans.epoch,
        spans.person_key,
        spans.first_exposed_at,
        any_value(spans.full_at) as full_at,
        any_value(spans.variant) as variant,
        any_value(spans.arm) as arm,
        any_value(spans.step) as step,
        any_value(spans.percentage) as percentage,
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
),

final as (
    select
        activity.* exclude (whole_day_events),
        case when activity.flag_key is not null then activity.whole_day_events + coalesce(edges.edge_events, 0) end
            as event_count_7d,
        coalesce(acts.first_used_at < {{ hours_after('activity.first_exposed_at', 168) }}, false) as has_used_7d,
        coalesce(acts.use_count_7d, 0) as use_count_7d,
        coalesce(acts.use_days_7d, 0) as use_days_7d,
        coalesce(acts.use_days_in_month, 0) as use_days_in_month,
        coalesce(acts.has_bought_7d, false) as has_bought_7d,
        coalesce(acts.revenue_7d, 0) as revenue_7d
    from activity
    left join {{ ref('int_exposed_acts') }} as acts on {{ same_exposure('activity', 'acts') }}
    left join {{ ref('int_exposed_edges') }} as edges
        on
            activity.person_key = edges.person_key
            and activity.first_exposed_at = edges.first_exposed_at
)

select * from final
