{#- Whether a text is one of a settings list, in whatever case, where `*` stands for anything. -#}
{% macro matches_setting(text, name) -%}
    ({%- for value in var(name) -%} lower({{ text }}) glob {{ sql_text(value | lower) }} or {% endfor -%} false)
{%- endmacro %}
