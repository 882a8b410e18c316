{#- The types of events of our own that the marts count all the same: each comes once, and of no mart anew. -#}
{% macro own_events() -%}
    'follow_up.created', 'spec.posted'
{%- endmacro %}
