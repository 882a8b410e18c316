-- One row as `int_impact_sums` has them: of what is measured in numbers that a few have a thousand times as much of as
-- the rest, who would decide everything, the sums of what is cut at a cap, and that cap.
{{ config(materialized='table', tags=['usage']) }}

{% set measures = capped_measures() %}

with cells as (
    select * from {{ ref('int_impact_sums') }}
),

valued as (
    select * from {{ ref('int_impact_values') }}
),

totals as (
    {% for measure in measures -%}
        select
            cells.story_key,
            cells.flag_key,
            cells.epoch,
            '{{ measure.name }}' as measure,
            sum(cells.{{ measure.clock }}_n) as people
        from cells
        group by cells.story_key, cells.flag_key, cells.epoch
        {{ 'union all' if not loop.last }}
    {% endfor %}
),

-- All but those of whom a value is told have none of it.
counted as (
    select
        valued.story_key,
        valued.flag_key,
        valued.epoch,
        valued.measure,
        valued.value,
        sum(valued.people) as people
    from valued
    group by valued.story_key, valued.flag_key, valued.epoch, valued.measure, valued.value
    union all
    select
        totals.story_key,
        totals.flag_key,
        totals.epoch,
        totals.measure,
        0 as value,
        any_value(totals.people) - coalesce(sum(valued.people), 0) as people
    from totals
    left join valued
        on
            totals.story_key = valued.story_key
            and coalesce(totals.flag_key, '') = coalesce(valued.flag_key, '')
            and totals.epoch = valued.epoch
            and totals.measure = valued.measure
    group by totals.story_key, totals.flag_key, totals.epoch, totals.measure
    having any_value(totals.people) > coalesce(sum(valued.people), 0)
),

ranked as (
    select
        counted.*,
        sum(counted.people) over (own order by counted.value) as people_within,
        sum(counted.people) over own as all_people
    from counted
    window own as (partition by counted.story_key, counted.flag_key, counted.epoch, counted.measure)
),

-- What 999 of 1,000 stay within, over both arms together. Where that is nothing, as nearly nobody does it, no cap.
caps as (
    select
        ranked.story_key,
        ranked.flag_key,
        ranked.epoch,
    {% for measure in measures %}
        {{ cap_of(measure) }} as {{ measure.name }}_cap
        {{- ',' if not loop.last }}
    {% endfor %}
    from ranked
    group by ranked.story_key, ranked.flag_key, ranked.epoch
),

final as (
    select
        {{ cell_columns('cells') }},
    {% for measure in measures %}
        {{ capped_sums(measure) }}
        {{- ',' if not loop.last }}
    {% endfor %}
    from cells
    left join caps
        on
            cells.story_key = caps.story_key
            and coalesce(cells.flag_key, '') = coalesce(caps.flag_key, '')
            and cells.epoch = caps.epoch
    left join valued on {{ same_cell('cells', 'valued') }}
    group by {{ cell_columns('cells') }}
)

select * from final
