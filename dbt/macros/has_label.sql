{#- Whether any of a list of labels is one that a setting lists, in whatever case. -#}
{% macro has_label(labels, setting) -%}
    list_has_any(
        string_split(lower(array_to_string({{ labels }}, chr(10))), chr(10)),
        cast([
            {%- for label in var(setting) -%} {{ sql_text(label | lower) }}{{ ', ' if not loop.last }} {%- endfor -%}
        ] as varchar[])
    )
{%- endmacro %}
