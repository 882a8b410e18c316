{#- Schemas are `staging`, `intermediate` and `marts`, whoever runs dbt: readers query the name that is documented. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {%- if custom_schema_name is none -%} {{ target.schema }}
    {%- else -%} {{ custom_schema_name | trim }}
    {%- endif -%}
{%- endmacro %}
