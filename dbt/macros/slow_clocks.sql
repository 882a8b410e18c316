{#- What it takes to tell that a device's clock is slow: that all it told came late, five deliveries and a day long. -#}
{#- By how many microseconds a clock may be off. -#}
{% macro clock_tolerance() -%}
    cast({{ var('impact').clock_tolerance_minutes }} * 60000000 as bigint)
{%- endmacro %}

{#- As many deliveries as it takes, or a count of them that goes no further. -#}
{% macro clock_deliveries(count='') -%}
    {{ 'least(' ~ count ~ ', 5)' if count else '5' }}
{%- endmacro %}

{% macro clock_day_after(moment) -%}
    {{ hours_after(moment, 24) }}
{%- endmacro %}

{#- When a device was last seen, no further on than it takes. -#}
{% macro clock_seen_until(last_at, first_at) -%}
    least({{ last_at }}, {{ clock_day_after(first_at) }})
{%- endmacro %}
