{#- Which gate a name tells of, by the settings; the first that is found wins. Null where none is. -#}
{% macro ci_gate(name) -%}
    case
        {%- for one in var('ci_gates') %}
        when {{ found_in(name, one.patterns) }} then {{ sql_text(one.gate) }}
        {%- endfor %}
    end
{%- endmacro %}
