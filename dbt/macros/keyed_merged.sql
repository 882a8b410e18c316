{#-
A keyed table of aggregates over one input whose parts can be put together: where of a key nothing went and nothing
differs, what came is added up alone and merged into what stands there. `merges` in the model's meta tells by which
SQL the rows of two parts become one, for each column beside the key:

    {'delivery_count': 'sum(delivery_count)', 'last_uploaded_at': 'max(last_uploaded_at)'}

Keys of which a row went or was another are made of all their rows, with those that are found by the same columns.
-#}
{% macro keyed_with_gone(target, inputs) -%}
  {%- for input in inputs.followed -%}
  create or replace temp table keyed_gone as
  select distinct {{ input.narrowed_by | join(', ') }} from increments.{{ input.name }}
  where change < 0 and version > {{ keyed_version_read(target, input) }};
  {%- endfor -%}
{%- endmacro %}

{% macro keyed_came_or_gone(target, input) -%}
  select rows.* from {{ input.relation }} as rows
  semi join keyed_gone on {{ keyed_on('rows', 'keyed_gone', input.narrowed_by) }}
  union all by name
  select came.* exclude (version, change, copy) from (
      select *, unnest(range(change)) as copy from increments.{{ input.name }}
      where change > 0 and version > {{ keyed_version_read(target, input) }}
  ) as came
  anti join keyed_gone on {{ keyed_on('came', 'keyed_gone', input.narrowed_by) }}
{%- endmacro %}

{% macro keyed_merged(target, key, inputs, merges) -%}
  insert into keyed_fresh by name
  select stale.* exclude (keyed_place) from keyed_stale as stale
  anti join keyed_gone on {{ keyed_on('stale', 'keyed_gone', inputs.followed[0].narrowed_by) }};
  create or replace temp table keyed_parts as from keyed_fresh;
  create or replace temp table keyed_fresh as from {{ target }} limit 0;
  insert into keyed_fresh by name
  select
      {{ key | join(', ') }},
      {%- for column, merged in merges.items() %}
      {{ merged }} as {{ column }}
      {{- ',' if not loop.last }}
      {%- endfor %}
  from keyed_parts
  group by {{ key | join(', ') }};
{%- endmacro %}
