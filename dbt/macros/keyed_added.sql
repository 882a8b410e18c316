{#-
A keyed table of sums, changed by differences: of the people, exposures or whatever it adds up (`by`) whom a change
touches, what they would add now is put in and what they added before is taken out. `adds_up` in the model's meta tells

    {'by': ['story_key', 'person_key'], 'of': 'int_exposed_windows', 'counted': 'people',
     'least': ['_start'], 'most': ['_end'], 'again': ['story_key']}

`of` is the input that has one row for each of them, or at least their columns where nothing is found or made again by
it, and `counted` the column that tells how many are added up in a row: it goes with the last of them. Columns with the
endings `least` and `most` are a minimum and a maximum, `again` the columns of the key whose rows are made anew where one
of those was taken out; `tells`, where told, other columns by SQL over these, or the macro that tells it; all the rest are
sums, exact and never null. An input's `columns`, where told, are those that it is read for. What was read before is what
is read now, without what came since and with what went: so the rows of what is followed must differ from each other.

`finds`, where told, is SQL for rows of `of`, by the columns that it is read for, that are touched beside those that the
inputs tell by key: for what may touch keys of any age, as it spares looking for their rows a second time. Of an input
whose changes it looks into no keys are told (`touches` is none).

The model's own SQL says both what they add now and what they added: over the inputs as they are, and as they were.
-#}
{% macro keyed_added(target, key, inputs, sql, adds_up) -%}
  {%- set by = adds_up.by -%}
  {%- set told = namespace(now=sql, before=sql) -%}
  {%- for input in inputs.followed if input.name == adds_up.of -%}
  create or replace temp table keyed_touched as select {{ by | join(', ') }} from {{ input.relation }} limit 0;
  {%- endfor %}
  {{ keyed_touch(target, by, inputs) }}
  {{ keyed_rows_found(by, adds_up.finds) if adds_up.finds }}
  {% for input in inputs.followed -%}
  {%- set now = 'keyed_' ~ target.identifier ~ '__' ~ input.name -%}
  {%- set told.now = told.now | replace(input.relation, now) -%}
  {%- set told.before = told.before | replace(input.relation, now ~ '__before') -%}
  {% if adds_up.finds and input.name == adds_up.of -%}
  insert into keyed_rows by name
  select {{ keyed_columns('rows', input) }} from {{ input.relation }} as rows
  semi join keyed_others on {{ keyed_on('rows', 'keyed_others', by) }};
  create or replace temp view {{ now }} as from keyed_rows;
  {%- else -%}
  {{ keyed_needed(input.needs, input.name) }}
  create or replace temp table {{ now }} as
  {{ keyed_narrowed(input, by, target) if input.narrowed_by else 'from ' ~ input.relation }};
  {%- endif %}
  create or replace temp view {{ now }}__before as
  {{ keyed_before(target, input, now) }};
  {% endfor %}
  create or replace temp table keyed_parts as
  select made.*, 1 as change from (
  {{ told.now }}
  ) as made
  union all by name
  select made.*, -1 as change from (
  {{ told.before }}
  ) as made;
  create or replace temp table keyed_keys as select distinct {{ key | join(', ') }} from keyed_parts;
  {{ keyed_found(target, key) }}
  {{ keyed_totals(target, key, adds_up) }}
{%- endmacro %}

{#- The rows that are found, and beside them the keys of which the rows are to be looked for. -#}
{% macro keyed_rows_found(by, finds) -%}
  create or replace temp table keyed_rows as
  {{ keyed_told(finds) }};
  create or replace temp table keyed_others as
  select keyed_keys.* from keyed_keys anti join keyed_rows on {{ keyed_on('keyed_keys', 'keyed_rows', by) }};
  create or replace temp table keyed_keys as
  select {{ by | join(', ') }} from keyed_rows
  union all by name
  from keyed_others;
{%- endmacro %}

{#- An input as it was when the table read it last, of the keys that are touched: what did not move, and what did. -#}
{% macro keyed_before(target, input, now) -%}
  {%- set by = input.narrowed_by -%}
  with feed as (
      select
          {{ keyed_columns('feed', input) if input.columns else 'feed.* exclude (version, change)' }},
          -feed.change as change
      from increments.{{ input.name }} as feed
      {% if by -%} semi join keyed_keys on {{ keyed_on('feed', 'keyed_keys', by) }} {%- endif %}
      where feed.version > {{ keyed_version_read(target, input) }}
  ),

  {% if input.is_unique -%}
  moved as materialized (
      select * exclude (change), sum(change) as change from feed
      group by all
      having sum(change) <> 0
  ),

  came as (select * from moved where change < 0)

  select * exclude (change) from moved where change > 0
  union all by name
  select rows.* from {{ now }} as rows anti join came on {{ keyed_on('rows', 'came', by) }}
  {%- else -%}
  moved as (
      select * exclude (change) from (
          select rows.*, 1 as change from {{ now }} as rows
          {% if by -%} semi join feed on {{ keyed_on('rows', 'feed', by) }} {%- endif %}
          union all by name
          from feed
      )
      group by all
      having sum(change) > 0
  )

  from moved
  {% if by -%}
  union all by name
  select rows.* from {{ now }} as rows anti join feed on {{ keyed_on('rows', 'feed', by) }}
  {%- endif %}
  {%- endif %}
{%- endmacro %}
