{#- The primary key of a row of a mart as one text. -#}
{% macro told_key(key) %}
    {%- set parts = [] -%}
    {%- for column in key -%} {%- do parts.append('cast(looked_at.' ~ adapter.quote(column) ~ ' as varchar)') -%} {%- endfor -%}
    {{ return("concat_ws(' ', " ~ parts | join(', ') ~ ')') }}
{% endmacro %}
