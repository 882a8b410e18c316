{#- The Monday of a moment's week, in UTC. -#}
{% macro week_of(moment) -%}
    cast(date_trunc('week', {{ moment }} at time zone 'UTC') as date)
{%- endmacro %}
