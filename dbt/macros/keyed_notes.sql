{#- Notes of a table that was made anew: who follows it must be made anew as well. -#}
{% macro keyed_begin(target, inputs, sql, state) -%}
  create or replace table increments.{{ target.identifier }} as
  select cast(0 as bigint) as version, cast(0 as bigint) as change, made.* from {{ target }} as made limit 0;
  create or replace temp table keyed_version as
  select coalesce(max(version), 0) + 1 as version from increments.tables where name = '{{ target.identifier }}';
  delete from increments.tables where name = '{{ target.identifier }}';
  insert into increments.tables
  select '{{ target.identifier }}', version, version, {{ sql_text(sql) }}, {{ sql_text(state.whole) }} from keyed_version;
  {{ keyed_read(target, inputs) }}
{%- endmacro %}

{#- Notes of a table that was made by a bare dbt: nobody can follow what it did. -#}
{% macro keyed_unknown(target) -%}
  {%- if adapter.get_relation(target.database, 'increments', 'tables') -%}
  update increments.tables set version = version + 1, feed_from = version + 1, code = null
  where name = '{{ target.identifier }}'
  {%- endif -%}
{%- endmacro %}

{% macro keyed_read(target, inputs) -%}
  delete from increments.reads where reader = '{{ target.identifier }}';
  insert into increments.reads
  select '{{ target.identifier }}', name, version from increments.tables
  where name in (select * from (values {{ keyed_names(inputs) }}))
{%- endmacro %}
