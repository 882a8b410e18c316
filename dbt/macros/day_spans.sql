{#- The first and the last day of every column of a time or a day in these marts, as rows. -#}
{% macro day_spans(marts) %}
    {%- set spans = [
        'select cast(null as varchar) as column_name, cast(null as date) as first_on, cast(null as date) as last_on'
    ] -%}
    {#- A linter knows no graph. -#}
    {%- for mart in marts if execute and graph is defined -%}
        {%- for column in graph.nodes['model.storyline.' ~ mart.identifier].columns.values()
            if column.data_type.startswith('timestamp') or column.data_type == 'date' -%}
            {%- do spans.append(
                "select '" ~ mart.identifier ~ '.' ~ column.name ~ "', min(cast(" ~ column.name ~ ' as date)), max(cast('
                ~ column.name ~ ' as date)) from ' ~ mart
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(spans | join(' union all ')) }}
{% endmacro %}
