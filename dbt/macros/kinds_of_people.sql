{#- Who a person with product events is, by what `int_usage_people` counts of them. -#}
{% macro is_internal_person() -%}
    internal_day_count > 0
{%- endmacro %}

{% macro is_bot_person() -%}
    most_events > {{ var('impact').bot_events_per_day }} or (fast_day_count >= 3 and fast_day_count * 2 >= day_count)
{%- endmacro %}
