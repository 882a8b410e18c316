-- One row as `int_impact_sums` has them: of what may become another long after somebody met it, the sums over those of
-- whom it is told. These are who used it at all, and who never came back. Few did either, so all of them are added up
-- anew.
{{ config(materialized='table', tags=['usage']) }}

{% set clocks, measures = clocks_that_end(false), measures_that_end(false) %}
{% set return = impact_clocks() | selectattr('name', 'equalto', 'return') | first %}

-- Who is known to have come back within two weeks is not looked for any further.
with outcomes as (
    select
        exposed_outcomes.*,
        {{ known_until() }} as known_until
    from {{ ref('int_exposed_outcomes') }} as exposed_outcomes
    where
        exposed_outcomes.first_exposed_at < {{ known_until() }}
        and (
            exposed_outcomes.first_used_at is not null
            or not (exposed_outcomes.has_returned_d1_d7 or exposed_outcomes.has_returned_d7_d13)
        )
),

told as (
    select * from outcomes
    where first_used_at is not null or not has_returned_unbounded
),

capped as (
    select
        told.*,
        {{ controlled_hours('told.first_exposed_at', 'spans') }} as controlled_hours,
        {{ stratum_of('told.prior_active_days') }} as prior_activity
    from told
    left join {{ ref('int_controlled_spans') }} as spans
        on
            told.flag_key = spans.flag_key
            and told.epoch = spans.epoch
            and told.step = spans.step
),

clocked as (
    select
        capped.*,
        {% for clock in clocks -%}
            {{ clock_columns(clock) }},
        {% endfor -%}
        not capped.has_returned_unbounded
        and {{ hours_after(return.since, return.hours) }} <= capped.known_until as is_absent,
        capped.prior_active_days as x
    from capped
),

final as (
    select
        capped.story_key,
        capped.flag_key,
        capped.epoch,
        capped.step,
        capped.arm,
        capped.has_used_7d,
        capped.prior_activity,
        capped.controlled_hours,
        {% for clock in clocks -%}
            {{ clock_sums(clock) }},
        {% endfor -%}
        {% for measure in measures -%}
            {{ measure_sums(measure) }},
        {% endfor -%}
        count(*) filter (where capped.is_absent) as absent_n,
        sum(capped.x) filter (where capped.is_absent) as absent_x
    from clocked as capped
    group by
        capped.story_key, capped.flag_key, capped.epoch, capped.step, capped.arm, capped.has_used_7d,
        capped.prior_activity, capped.controlled_hours
)

select * from final
