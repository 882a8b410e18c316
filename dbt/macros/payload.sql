{#- Typed reads of an event's payload. `payload` is a column of the one table that the calling CTE reads.
    A field that is absent, JSON null, or of another kind than asked for reads as null. -#}
{% macro payload_text(field) -%}
    json_extract_string(payload, '$.{{ field }}')
{%- endmacro %}

{% macro payload_integer(field) -%}
    try_cast({{ payload_text(field) }} as bigint)
{%- endmacro %}

{% macro payload_number(field) -%}
    try_cast({{ payload_text(field) }} as double)
{%- endmacro %}

{% macro payload_boolean(field) -%}
    try_cast({{ payload_text(field) }} as boolean)
{%- endmacro %}

{% macro payload_time(field) -%}
    try_cast({{ payload_text(field) }} as timestamptz)
{%- endmacro %}

{#- A list of texts; empty where the field is absent. -#}
{% macro payload_list(field) -%}
    coalesce(try_cast(json_extract(payload, '$.{{ field }}') as varchar[]), cast([] as varchar[]))
{%- endmacro %}

{#- All texts of an object that holds lists, in one list; empty where the field is absent. -#}
{% macro payload_values(field) -%}
    coalesce(json_extract_string(payload, '$.{{ field }}.*[*]'), cast([] as varchar[]))
{%- endmacro %}

{#- A field as JSON, whatever its kind. -#}
{% macro payload_json(field) -%}
    json_extract(payload, '$.{{ field }}')
{%- endmacro %}
