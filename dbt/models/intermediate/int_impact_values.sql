-- One row as `int_impact_sums` has them, measure that is cut at a cap, and value of it other than none: of how many
-- people it is known, and their covariate. A cap is a quantile of all people of a story: so they are counted by value.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={
        'key': ['story_key', 'flag_key', 'epoch', 'step', 'arm', 'has_used_7d', 'prior_activity', 'controlled_hours',
            'measure', 'value'],
        'never_null': ['story_key', 'epoch', 'person_key', 'first_exposed_at', 'arm', 'has_used_7d', 'prior_activity',
            'controlled_hours', 'measure', 'value'],
        'adds_up': {'by': ['story_key', 'flag_key', 'epoch', 'person_key', 'first_exposed_at'],
            'of': 'int_exposed_windows', 'counted': 'people'},
        'follows': {
            'int_exposed_windows': {'touches': 'exposures_moved_in_windows', 'is_unique': true, 'columns': [
                'story_key', 'flag_key', 'epoch', 'person_key', 'first_exposed_at', 'arm', 'step',
                'prior_active_days', 'has_used_7d', 'use_count_7d', 'revenue_7d', 'event_count_7d']},
            'int_usage_span': {'touches': 'values_touched_by_span', 'narrowed_by': [], 'since': 'known_until_or_never'},
            'int_controlled_spans': {'touches': 'values_touched_by_control', 'narrowed_by': []},
        }}
) }}

with met as (
    {{ people_who_met(has_values('exposed_windows')) }}
),

valued as (
    {% for measure in capped_measures() -%}
        select
            {{ cell_columns('met') }},
            '{{ measure.name }}' as measure,
            cast({{ measure.number }} as decimal(38, 4)) as value,
            met.x
        from met
        where {{ is_known(clock_named(measure.clock)) }} and {{ measure.number }} <> 0
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

final as (
    select
        {{ cell_columns('valued') }},
        valued.measure,
        valued.value,
        count(*) as people,
        sum(valued.x) as x
    from valued
    group by {{ cell_columns('valued') }}, valued.measure, valued.value
)

select * from final
