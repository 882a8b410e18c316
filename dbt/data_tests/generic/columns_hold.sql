{#- Every column of a mart holds what its name, its type and its meta promise (docs/marts.md says it of each): one
    scan of the table, one row per rule that is broken, with how many rows break it and the key of one that does.
    Oddities of the vendors' alone, where no promise is broken, count below zero: they warn and stop nothing. -#}
{% test columns_hold(model) %}
{{ config(fail_calc='case when bool_or(is_promise) then count(*) else -count(*) end', warn_if='!= 0', error_if='> 0') }}
with looked_at as (
    select
        looked_at.*,
        {{ told_key(model) if execute else "''" }} as told_key
    from {{ model }} as looked_at
),

broken as (
    select unnest({{ broken_rules(model) if execute else '[{failing_rows: 0, is_promise: true}]' }}, recursive := true)
    from looked_at
)

select *
from broken
where failing_rows > 0
{% endtest %}
