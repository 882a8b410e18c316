{#- Foreign keys: what a column names stands in the table that it leads to, in one test for all keys of a mart. Null
    leads nowhere and is no fault. `keys` are columns, each with the table that it leads to and that one's column.
    One row per column that leads nowhere, with how many rows do and one of the lost keys. -#}
{% test keys_lead_somewhere(model, keys) %}
    {%- set lost = [] -%}
    {%- for column, target in keys.items() -%}
        {%- do lost.append(lost_keys(model, column, target[0], target[1])) -%}
    {%- endfor -%}
    {{ lost | join(' union all ') }}
{% endtest %}
