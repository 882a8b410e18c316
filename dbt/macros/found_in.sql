{#- Whether any of these patterns (RE2) is found in a text, in whatever case; false where there are none. -#}
{% macro found_in(text, patterns) -%}
    {%- if patterns -%} regexp_matches({{ text }}, {{ sql_text('(?:' ~ patterns | join(')|(?:') ~ ')') }}, 'i')
    {%- else -%} false
    {%- endif -%}
{%- endmacro %}
