{#- Every column of a mart holds what its name, its type and its meta promise (docs/marts.md says it of each), and its
    key names one row: one row per rule that is broken, with how many rows break it and the key of one that does.
    Oddities of the vendors' alone, where no promise is broken, count below zero: they warn and stop nothing. -#}
{% test columns_hold(model, key) %}
{{ config(fail_calc='case when bool_or(is_promise) then count(*) else -count(*) end', warn_if='!= 0', error_if='> 0') }}
with looked_at as (
    select
        looked_at.*,
        {{ told_key(key) }} as told_key
    from {{ model }} as looked_at
),

broken as (
    select unnest({{ broken_rules(model) if execute else '[]' }}, recursive := true)
    from looked_at
),

doubled as (
    select
        count(*) - 1 as surplus,
        min(told_key) as told_key
    from looked_at
    group by {{ key | join(', ') }}
    having count(*) > 1
)

select
    column_name,
    rule,
    failing_rows,
    is_promise,
    example
from broken
where failing_rows > 0
union all
select
    '{{ key | join(', ') }}' as column_name,
    'names one row' as rule,
    cast(sum(surplus) as bigint) as failing_rows,
    true as is_promise,
    min(told_key) as example
from doubled
having count(*) > 0
{% endtest %}
