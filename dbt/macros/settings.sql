{#- A settings list as the inside of `in (…)`, lower case and quoted; never empty, so that SQL stays valid. -#}
{% macro setting_values(name) -%}
    {%- for value in var(name) -%} {{ sql_text(value | lower) }}, {% endfor -%} ''
{%- endmacro %}

{#- A text as a quoted SQL literal. -#}
{% macro sql_text(value) -%}
    '{{ (value | string).replace("'", "''") }}'
{%- endmacro %}
