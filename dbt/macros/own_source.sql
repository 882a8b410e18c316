{#- The source under which the line tells what it concluded itself. No mart counts it: it comes after them, and a rebuild
    would then show more than the night before. -#}
{% macro own_source() -%}
    'storyline'
{%- endmacro %}
