{#- Exact seconds from one moment to another, as a double. Not `date_diff`: it counts boundaries in DuckDB. -#}
{% macro seconds_between(started_at, ended_at) -%}
    ((epoch_us({{ ended_at }}) - epoch_us({{ started_at }})) / 1e6)
{%- endmacro %}

{#- The moment as of which everything is told. Never the wall clock: two runs over one log give equal rows. -#}
{% macro as_of() -%}
    (select moments.as_of from {{ ref('int_as_of') }} as moments)
{%- endmacro %}
