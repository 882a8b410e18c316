{#- A settings list as the inside of `in (…)`, lower case and quoted; never empty, so that SQL stays valid. -#}
{% macro setting_values(name) -%}
    {{ lower_texts(var(name)) }}
{%- endmacro %}

{#- The same of a list that is a part of a larger setting. -#}
{% macro lower_texts(values) -%}
    {%- for value in values -%} {{ sql_text(value | lower) }}, {% endfor -%} ''
{%- endmacro %}

{#- A text as a quoted SQL literal. -#}
{% macro sql_text(value) -%}
    '{{ (value | string).replace("'", "''") }}'
{%- endmacro %}
