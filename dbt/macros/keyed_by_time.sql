{#-
A keyed table of much is made anew in parts of time, so that what a part is joined with fits into memory: a pass over
everything at once writes to disk what does not fit, and reads it again. `by_time` in the model's meta tells

    {'of': 'int_exposures', 'column': 'first_exposed_at', 'needs': {
        'int_usage_acts': {'happened_at': ['first_exposed_at', hours_after('first_exposed_at', 168)]}}}

`of` is the input of whose rows each row is made, and `column` when those were. `needs` tells from which value on, and up
to which, a row of `of` needs another input: SQL over the row, or a macro that tells it; without a second one there is no
end. What is not named is read whole for each part. Too much costs time, too little is wrong.
-#}
{% macro keyed_anew(target, inputs, sql) -%}
  {%- set by_time = config.get('meta').get('by_time', {}) -%}
  {%- set of = inputs.followed | selectattr('name', 'equalto', by_time.of) | map(attribute='relation') | first -%}
  {%- set count = keyed_parts_of(of) if by_time else 1 -%}
  {%- if count < 2 -%}
  {{ create_table_as(False, target, keyed_in_order(sql)) }}
  {%- else -%}
  {%- set bounds = keyed_bounds(by_time) -%}
  {{ keyed_times(of, by_time.column, bounds, count) }}
  {%- for part in range(count) -%}
  {{ keyed_part(target, inputs, sql, bounds, part) }}
  {%- endfor -%}
  {%- endif -%}
{%- endmacro %}

{#- How many parts: each of about as many rows as were measured to be fast. -#}
{% macro keyed_parts_of(of) %}
  {%- set rows = run_query('select count(*) from ' ~ of).rows[0][0] -%}
  {{ return((rows / var('rows_at_once', 5000000)) | round(0, 'ceil') | int) }}
{% endmacro %}

{#- From where and up to where each input is needed, by name. -#}
{% macro keyed_bounds(by_time) %}
  {%- set bounds = [] -%}
  {%- set needs = {by_time.of: {by_time.column: [by_time.column, by_time.column]}} -%}
  {%- do needs.update(by_time.needs) -%}
  {%- for input, columns in needs.items() -%}
    {%- for column, told in columns.items() -%}
      {%- for sql in told -%}
        {%- do bounds.append({
            'name': input ~ '_' ~ column ~ ('_from' if loop.first else '_until'), 'input': input, 'column': column,
            'is_first': loop.first, 'function': 'min' if loop.first else 'max', 'sql': keyed_told(sql),
        }) -%}
      {%- endfor -%}
    {%- endfor -%}
  {%- endfor -%}
  {{ return(bounds) }}
{% endmacro %}

{#- What each part needs. A part is of whole days, and all have about as many rows. -#}
{% macro keyed_times(of, column, bounds, count) -%}
  create or replace temp table keyed_times as
  with days as (
      select
          {{ day_of(column) }} as keyed_day,
          count(*) as row_count
          {%- for bound in bounds -%}
          , {{ bound.function }}({{ bound.sql }}) as {{ bound.name }}
          {%- endfor %}
      from {{ of }}
      group by all
  ),

  placed as (
      select
          *,
          (sum(row_count) over (order by keyed_day) - row_count) * {{ count }} // sum(row_count) over () as part
      from days
  )

  select
      part
      {%- for bound in bounds -%}
      , {{ bound.function }}({{ bound.name }}) as {{ bound.name }}
      {%- endfor %}
  from placed
  group by part;
{%- endmacro %}

{#- One part, of views of what it needs. -#}
{% macro keyed_part(target, inputs, sql, bounds, part) -%}
  {%- set narrowed = namespace(sql=sql) -%}
  set variable keyed_time = (select keyed_times from keyed_times where part = {{ part }});
  {% for input in inputs.followed if input.name in bounds | map(attribute='input') | list -%}
  {%- set own = 'keyed_' ~ target.identifier ~ '__' ~ input.name -%}
  {%- set narrowed.sql = narrowed.sql | replace(input.relation, own) -%}
  create or replace temp view {{ own }} as
  select rows.* from {{ input.relation }} as rows
  where true
      {%- for bound in bounds if bound.input == input.name %}
      and rows.{{ bound.column }} {{ '>=' if bound.is_first else '<=' }} getvariable('keyed_time').{{ bound.name }}
      {%- endfor %};
  {% endfor -%}
  {{ 'insert into ' ~ target ~ ' by name' if part else 'create table ' ~ target ~ ' as' }}
  {{ keyed_in_order(narrowed.sql) }};
{%- endmacro %}
