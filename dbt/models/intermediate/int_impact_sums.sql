-- One row per story, flag, epoch, step, arm, whether they used it within a week, stratum of activity before, and hours
-- in which nobody changed sides: of every measure whose window ends the sums that estimates are made of, over those of
-- whom it is known. What may become another long after is told by `int_impact_open_sums`, and what is cut at a cap by
-- `int_impact_capped_sums`.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={
        'key': ['story_key', 'flag_key', 'epoch', 'step', 'percentage', 'arm', 'has_used_7d', 'prior_activity',
            'controlled_hours'],
        'never_null': ['story_key', 'epoch', 'person_key', 'first_exposed_at', 'arm', 'has_used_7d', 'prior_activity',
            'controlled_hours'],
        'adds_up': {'by': ['story_key', 'flag_key', 'epoch', 'person_key', 'first_exposed_at'],
            'of': 'int_exposed_windows', 'counted': 'week_all', 'least': ['_start'], 'most': ['_end'],
            'again': ['story_key', 'flag_key', 'epoch']},
        'follows': {
            'int_exposed_windows': {'touches': 'exposures_moved_in_windows', 'is_unique': true, 'columns': [
                'story_key', 'flag_key', 'epoch', 'person_key', 'first_exposed_at', 'full_at',
                'arm', 'step', 'percentage', 'prior_active_days', 'has_returned_d1_d7', 'has_returned_day_7',
                'has_returned_d7_d13', 'is_active_in_month', 'has_used_7d', 'use_days_7d', 'use_days_in_month',
                'has_bought_7d']},
            'int_usage_span': {'touches': 'sums_touched_by_span', 'narrowed_by': [], 'since': 'known_until_or_never'},
            'int_controlled_spans': {'touches': 'sums_touched_by_control', 'narrowed_by': []},
        }}
) }}

{% set clocks, measures = clocks_that_end(), measures_that_end() %}

with met as (
    {{ people_who_met() }}
),

-- Each clock is looked at once for all that is measured by it.
clocked as (
    select
        {% for clock in clocks -%}
            {{ clock_columns(clock) }},
        {% endfor -%}
        met.*
    from met
),

final as (
    select
        {{ cell_columns('met') }},
        met.percentage,
        {% for clock in clocks -%}
            {{ clock_sums(clock) }},
        {% endfor -%}
    {% for measure in measures %}
        {{ measure_sums(measure) }}
        {{- ',' if not loop.last }}
    {% endfor %}
    from clocked as met
    group by {{ cell_columns('met') }}, met.percentage
)

select * from final
