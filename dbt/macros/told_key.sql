{#- The primary key of a row of a mart as one text. -#}
{% macro told_key(model) %}
    {%- set parts = [] -%}
    {%- for column in primary_key(graph.nodes['model.storyline.' ~ model.identifier]) -%}
        {%- do parts.append('cast(looked_at.' ~ adapter.quote(column) ~ ' as varchar)') -%}
    {%- endfor -%}
    {{ return("concat_ws(' ', " ~ parts | join(', ') ~ ')') }}
{% endmacro %}
