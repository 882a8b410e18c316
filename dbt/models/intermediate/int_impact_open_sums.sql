-- One row as `int_impact_sums` has them: of what may become another long after somebody met it, the sums over those of
-- whom it is told. These are who used it at all, and who never came back.
{{ config(
    materialized='keyed', tags=['usage'],
    meta={
        'key': ['story_key', 'flag_key', 'epoch', 'step', 'arm', 'has_used_7d', 'prior_activity', 'controlled_hours'],
        'never_null': ['story_key', 'epoch', 'person_key', 'first_exposed_at', 'arm', 'has_used_7d', 'prior_activity',
            'controlled_hours'],
        'adds_up': {'by': ['story_key', 'flag_key', 'epoch', 'person_key', 'first_exposed_at'],
            'of': 'int_exposed_windows', 'finds': 'open_sums_finds', 'counted': 'people', 'least': ['_start'], 'most': ['_end'],
            'again': ['story_key', 'flag_key', 'epoch']},
        'follows': {
            'int_exposed_windows': {'touches': 'exposures_moved_in_windows', 'is_unique': true, 'columns': [
                'story_key', 'flag_key', 'epoch', 'person_key', 'first_exposed_at', 'arm', 'step',
                'prior_active_days', 'has_used_7d', 'has_returned_d1_d7', 'has_returned_d7_d13']},
            'int_exposed_acts': {'touches': none, 'is_unique': true, 'columns': [
                'story_key', 'flag_key', 'epoch', 'person_key', 'first_exposed_at',
                'first_used_at', 'has_used_again_d1_d7']},
            'int_usage_people': {
                'touches': none, 'narrowed_by': ['person_key'], 'is_unique': true,
                'columns': ['person_key', 'last_active_at'],
            },
            'int_usage_span': {'touches': 'open_sums_touched_by_span', 'narrowed_by': [], 'since': 'known_until_or_never'},
            'int_controlled_spans': {'touches': 'sums_touched_by_control', 'narrowed_by': []},
        }}
) }}

{% set clocks, measures = clocks_that_end(false), measures_that_end(false) %}

with met as (
    {{ people_who_met() }}
),

-- Who is known to have come back within two weeks is not looked for any further.
told as (
    select
        met.*,
        acts.first_used_at,
        acts.has_used_again_d1_d7,
        not met.has_returned_d1_d7 and not met.has_returned_d7_d13 and not {{ has_ever_returned('met', 'people') }}
            as is_away
    from met
    left join {{ ref('int_exposed_acts') }} as acts on {{ same_exposure('met', 'acts') }}
    left join {{ ref('int_usage_people') }} as people on met.person_key = people.person_key
    where acts.first_used_at is not null or not (met.has_returned_d1_d7 or met.has_returned_d7_d13)
),

clocked as (
    select
        {% for clock in clocks -%}
            {{ clock_columns(clock) }},
        {% endfor -%}
        met.is_away and {{ is_known(clock_named('return')) }} as is_absent,
        met.*
    from told as met
    where met.first_used_at is not null or met.is_away
),

final as (
    select
        {{ cell_columns('met') }},
        count(*) as people,
        {% for clock in clocks -%}
            {{ clock_sums(clock) }},
        {% endfor -%}
        {% for measure in measures -%}
            {{ measure_sums(measure) }},
        {% endfor -%}
        count(*) filter (where met.is_absent) as absent_n,
        coalesce(sum(met.x) filter (where met.is_absent), 0) as absent_x
    from clocked as met
    group by {{ cell_columns('met') }}
)

select * from final
