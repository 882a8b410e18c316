{#- The columns of a model's primary key, as its tests of uniqueness tell it: `unique_combination`, else `unique`. -#}
{% macro primary_key(node) %}
    {%- set alone = [] -%}
    {%- set together = [] -%}
    {%- for test in graph.nodes.values() if test.resource_type == 'test' and test.attached_node == node.unique_id -%}
        {%- if test.test_metadata and test.test_metadata.name == 'unique' -%}
            {%- do alone.append(test.column_name) -%}
        {%- elif test.test_metadata and test.test_metadata.name == 'unique_combination' -%}
            {%- do together.extend(test.test_metadata.kwargs.columns) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(alone[:1] or together or [node.columns.keys() | first]) }}
{% endmacro %}
