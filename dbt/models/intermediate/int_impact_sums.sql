-- One row per story, flag, epoch, step, arm, whether they used it within a week, stratum of activity before, and hours
-- in which nobody changed sides: of every measure whose window ends the sums that estimates are made of, over those of
-- whom it is known. What may become another long after is told by `int_impact_open_sums`.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={'key': ['story_key', 'flag_key', 'epoch'], 'never_null': ['story_key', 'epoch'], 'follows': {
        'int_exposed_windows': {'touches': 'sums_touched_by_outcomes'},
        'int_usage_span': {'touches': 'sums_touched_by_span', 'narrowed_by': []},
        'int_controlled_spans': {'touches': 'sums_touched_by_control', 'narrowed_by': ['flag_key', 'epoch']},
    }}
) }}

{% set clocks, measures = clocks_that_end(), measures_that_end() %}
{% set capped_measures = measures | selectattr('is_capped', 'defined') | list %}

with outcomes as (
    select
        exposed_windows.*,
        {{ known_until() }} as known_until
    from {{ ref('int_exposed_windows') }} as exposed_windows
    where exposed_windows.first_exposed_at < {{ known_until() }}
),

-- A few who do a thousand times as much as the rest would decide everything: they count as what 999 of 1,000 stay
-- within, over both arms together. Where that is nothing, as nearly nobody does it, there is no cap.
caps as (
    select
        outcomes.story_key,
        outcomes.flag_key,
        outcomes.epoch,
    {% for measure in capped_measures %}
        {{ cap_of(measure.number | replace('capped.', 'outcomes.')) }} as {{ measure.name }}_cap
        {{- ',' if not loop.last }}
    {% endfor %}
    from outcomes
    where {{ hours_after('outcomes.first_exposed_at', 168) }} <= outcomes.known_until
    group by outcomes.story_key, outcomes.flag_key, outcomes.epoch
),

capped as (
    select
        outcomes.*,
        {% for measure in capped_measures -%}
            caps.{{ measure.name }}_cap,
        {% endfor -%}
        {{ controlled_hours('outcomes.first_exposed_at', 'spans') }} as controlled_hours,
        {{ stratum_of('outcomes.prior_active_days') }} as prior_activity
    from outcomes
    left join caps
        on
            outcomes.story_key = caps.story_key
            and coalesce(outcomes.flag_key, '') = coalesce(caps.flag_key, '')
            and outcomes.epoch = caps.epoch
    left join {{ ref('int_controlled_spans') }} as spans
        on
            outcomes.flag_key = spans.flag_key
            and outcomes.epoch = spans.epoch
            and outcomes.step = spans.step
),

-- Each clock is looked at once for all that is measured by it.
clocked as (
    select
        capped.*,
        {% for clock in clocks -%}
            {{ clock_columns(clock) }},
        {% endfor -%}
        capped.prior_active_days as x
    from capped
),

final as (
    select
        capped.story_key,
        capped.flag_key,
        capped.epoch,
        capped.step,
        capped.percentage,
        capped.arm,
        capped.has_used_7d,
        capped.prior_activity,
        capped.controlled_hours,
        {% for clock in clocks -%}
            {{ clock_sums(clock) }},
        {% endfor -%}
    {% for measure in measures %}
        {{ measure_sums(measure) }}
        {{- ',' if not loop.last }}
    {% endfor %}
    from clocked as capped
    group by
        capped.story_key, capped.flag_key, capped.epoch, capped.step, capped.percentage, capped.arm,
        capped.has_used_7d, capped.prior_activity, capped.controlled_hours
)

select * from final
