{#- What every event tells, whatever its type: the first columns of each model of a family. -#}
{% macro event_columns() -%}
    events.event_id,
    events.event_type,
    events.source,
    events.instance,
    events.subject,
    events.actor,
    events.occurred_at,
    events.observed_at,
    events.raw_position
{%- endmacro %}
