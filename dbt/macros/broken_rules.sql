{#- For each rule of each column of a mart a struct: column, rule, how many of `looked_at` break it, the key of one. -#}
{% macro broken_rules(model) %}
    {%- set structs = [] -%}
    {%- for column in graph.nodes['model.storyline.' ~ model.identifier].columns.values() -%}
        {%- set holds = column_holds(column.name, column.data_type, column.meta, column.constraints) -%}
        {%- for rule, wrong, is_promise in column_rules(column.name, holds, column.meta.get('one_of')) -%}
            {%- do structs.append(
                "{'column_name': " ~ sql_text(column.name) ~ ", 'rule': " ~ sql_text(rule)
                ~ ", 'failing_rows': count(*) filter (where " ~ wrong ~ "), 'is_promise': " ~ (is_promise | lower)
                ~ ", 'example': min(looked_at.told_key) filter (where " ~ wrong ~ ')}'
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return('[' ~ structs | join(', ') ~ ']') }}
{% endmacro %}
