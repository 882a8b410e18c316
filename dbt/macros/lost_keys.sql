{#- One row where a column names what its table of reference does not have: how many rows do, and one of the keys. -#}
{% macro lost_keys(model, column, target, target_column) -%}
    select
        '{{ column }}' as column_name,
        '{{ target.identifier }}.{{ target_column }}' as leads_to,
        count(*) as failing_rows,
        min(cast(facts.{{ column }} as varchar)) as example
    from {{ model }} as facts
    left join {{ target }} as targets on facts.{{ column }} = targets.{{ target_column }}
    where facts.{{ column }} is not null and targets.{{ target_column }} is null
    having count(*) > 0
{%- endmacro %}
