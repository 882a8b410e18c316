-- One row per story, flag, epoch and person who met the feature and counts: what became of them, in half-open windows
-- that end. What may come ever after is told by `int_exposed_outcomes`, as it is another for many each day.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={
        'key': ['story_key', 'flag_key', 'epoch', 'person_key', 'first_exposed_at'],
        'never_null': ['story_key', 'epoch', 'person_key', 'first_exposed_at'], 'ordered_by': 'first_exposed_at',
        'follows': {
        'int_exposures': {},
        'int_exposed_activity': {},
        'int_exposed_acts': {'touches': 'windows_touched_by_acts'},
        'int_exposed_edges': {'touches': 'exposed_touched_by_edges', 'narrowed_by': ['person_key', 'first_exposed_at']},
    }}
) }}

with exposures as (
    select * from {{ ref('int_exposures') }}
    where excluded_for is null
),

final as (
    select
        exposures.story_key,
        exposures.flag_key,
        exposures.epoch,
        exposures.person_key,
        exposures.first_exposed_at,
        exposures.full_at,
        exposures.variant,
        exposures.arm,
        exposures.step,
        exposures.percentage,
        activity.prior_active_days,
        activity.has_returned_d1_d7,
        activity.has_returned_day_7,
        activity.has_returned_d7_d13,
        activity.is_active_in_month,
        case when exposures.flag_key is not null then activity.whole_day_events + coalesce(edges.edge_events, 0) end
            as event_count_7d,
        coalesce(acts.first_used_at < {{ hours_after('exposures.first_exposed_at', 168) }}, false) as has_used_7d,
        coalesce(acts.use_count_7d, 0) as use_count_7d,
        coalesce(acts.use_days_7d, 0) as use_days_7d,
        coalesce(acts.use_days_in_month, 0) as use_days_in_month,
        coalesce(acts.has_bought_7d, false) as has_bought_7d,
        coalesce(acts.revenue_7d, 0) as revenue_7d
    from exposures
    inner join {{ ref('int_exposed_activity') }} as activity
        on
            exposures.story_key = activity.story_key
            and exposures.flag_key is not distinct from activity.flag_key
            and exposures.epoch = activity.epoch
            and exposures.person_key = activity.person_key
            and exposures.first_exposed_at = activity.first_exposed_at
    left join {{ ref('int_exposed_acts') }} as acts
        on
            exposures.story_key = acts.story_key
            and exposures.flag_key is not distinct from acts.flag_key
            and exposures.epoch = acts.epoch
            and exposures.person_key = acts.person_key
            and exposures.first_exposed_at = acts.first_exposed_at
    left join {{ ref('int_exposed_edges') }} as edges
        on
            exposures.person_key = edges.person_key
            and exposures.first_exposed_at = edges.first_exposed_at
)

select * from final
