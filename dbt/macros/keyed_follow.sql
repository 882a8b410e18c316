{#- The rows of the keys that changed, made of what there is of these keys alone. -#}
{% macro keyed_follow(target, key, inputs, sql) -%}
  {%- set keys = key | join(', ') -%}
  {%- set narrowed = namespace(sql=sql) -%}
  {%- if inputs.followed -%}
  create or replace temp table keyed_touched as
  select {{ keys }} from {{ target }} limit 0;
  {% for input in inputs.followed -%}
  insert into keyed_touched
  with changed as (
      select * exclude (version) from increments.{{ input.name }}
      where version > (
          select version from increments.reads where reader = '{{ target.identifier }}' and input = '{{ input.name }}'
      )
  )

  select * from (
      {{ input.touches }}
  );
  {% endfor %}
  create or replace temp table keyed_keys as select distinct {{ keys }} from keyed_touched;
  {% for input in inputs.followed if input.narrowed_by -%}
  {%- set own = 'keyed_' ~ target.identifier ~ '__' ~ input.name -%}
  {%- set narrowed.sql = narrowed.sql | replace(input.relation, own) -%}
  {#- A view lets the model read only the columns that it names; found by place or in the log it is found once. -#}
  create or replace temp {{ 'table' if input.is_log or input.is_as_it_came else 'view' }} {{ own }} as
  {{ keyed_narrowed(input, key) }};
  {% endfor %}
  create or replace temp table keyed_fresh as
  select made.* from (
  {{ narrowed.sql }}
  ) as made semi join keyed_keys on {{ keyed_on('made', 'keyed_keys', key) }};
  create or replace temp table keyed_places as
  select made.rowid as place from {{ target }} as made semi join keyed_keys on {{ keyed_on('made', 'keyed_keys', key) }};
  create or replace temp table keyed_stale as
  select made.rowid as keyed_place, made.*
  from {{ target }} as made semi join keyed_places on made.rowid = keyed_places.place;
  {% else -%}
  create or replace temp table keyed_fresh as
  {{ sql }};
  create or replace temp table keyed_stale as select made.rowid as keyed_place, made.* from {{ target }} as made;
  {% endif -%}
  create or replace temp table keyed_changed as
  with stale as (select * exclude (keyed_place) from keyed_stale)

  (from stale except all from keyed_fresh) union all (from keyed_fresh except all from stale);
  create or replace temp table keyed_keys as select distinct {{ keys }} from keyed_changed;
  delete from {{ target }} as made
  using (
      select stale.keyed_place from keyed_stale as stale semi join keyed_keys on {{ keyed_on('stale', 'keyed_keys', key) }}
  ) as gone
  where made.rowid = gone.keyed_place;
  insert into {{ target }} by name
  select made.* from keyed_fresh as made semi join keyed_keys on {{ keyed_on('made', 'keyed_keys', key) }};
  insert into increments.{{ target.identifier }} by name
  select tables.version + 1 as version, changed.* from keyed_changed as changed
  inner join increments.tables as tables on tables.name = '{{ target.identifier }}';
  update increments.tables set version = version + 1, feed_from = greatest(feed_from, version - 9)
  where name = '{{ target.identifier }}' and exists (select 1 from keyed_changed);
  delete from increments.{{ target.identifier }} where version <= (
      select feed_from from increments.tables where name = '{{ target.identifier }}'
  );
  {{ keyed_read(target, inputs) }}
{%- endmacro %}

{#- What of an input touched keys can need. Of segments of usage, what files tell of the hours that changed. -#}
{% macro keyed_narrowed(input, key) -%}
  {%- if input.name == 'current_events' -%}
  select feed.* exclude (version, is_current)
  from (
      from increments.{{ input.name }}
      qualify row_number() over (partition by event_id order by version desc) = 1
  ) as feed
  semi join keyed_keys on feed.event_id = keyed_keys.event_id
  where feed.is_current
  {%- elif input.is_log -%}
  select rows.* from {{ input.relation }} as rows semi join keyed_keys using ({{ key | join(', ') }})
  {%- elif input.is_as_it_came -%}
  select rows.* from {{ input.relation }} as rows
  semi join (
      select rows.rowid as place from {{ input.relation }} as rows
      semi join keyed_keys on {{ keyed_on('rows', 'keyed_keys', input.narrowed_by) }}
  ) as places on rows.rowid = places.place
  {%- else -%}
  select rows.* from {{ input.relation }} as rows
  semi join keyed_keys on {{ keyed_on('rows', 'keyed_keys', input.narrowed_by) }}
  {%- endif -%}
{%- endmacro %}

{#- Whether two rows have the same key. Where a column is never null it is said so: then whole parts of a table that lie
    outside of what is looked for are passed over. -#}
{% macro keyed_on(left, right, key) -%}
  {%- for column in key -%}
  {{ left }}.{{ column }} {{ '=' if column in config.get('meta').get('never_null', []) else 'is not distinct from' }}
  {{- ' ' ~ right }}.{{ column }}{{ ' and ' if not loop.last }}
  {%- endfor -%}
{%- endmacro %}
