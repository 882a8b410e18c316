{#- The rows of the keys that changed, made of what there is of these keys alone, beside those that stand there. -#}
{% macro keyed_made(target, key, inputs, sql) -%}
  {%- if inputs.followed -%}
  {%- set keys = key | join(', ') -%}
  {%- set merges = config.get('meta').get('merges') -%}
  {%- set narrowed = namespace(sql=sql) -%}
  create or replace temp table keyed_touched as
  select {{ keys }} from {{ target }} limit 0;
  {{ keyed_touch(target, key, inputs) }}
  {{ keyed_with_gone(target, inputs) if merges }}
  {% for input in inputs.followed if input.narrowed_by or input.needs -%}
  {%- set own = 'keyed_' ~ target.identifier ~ '__' ~ input.name -%}
  {%- set narrowed.sql = narrowed.sql | replace(input.relation, own) -%}
  {{ keyed_needed(input.needs, input.name) }}
  {{ keyed_places_in(input, key, target) if input.is_as_it_came }}
  {#- A view lets the model read only the columns that it names; found by place or in the log it is found once. -#}
  create or replace temp {{ 'table' if input.is_log or input.is_as_it_came else 'view' }} {{ own }} as
  {{ keyed_came_or_gone(target, input) if merges else keyed_narrowed(input, key, target) }};
  {% if input.found_by -%}
  delete from {{ own }} as rows
  where not exists (select 1 from keyed_keys where {{ keyed_on('rows', 'keyed_keys', input.narrowed_by) }});
  {% endif -%}
  {% endfor %}
  create or replace temp table keyed_fresh as
  select made.* from (
  {{ narrowed.sql }}
  ) as made semi join keyed_keys on {{ keyed_on('made', 'keyed_keys', key) }};
  {% for input in inputs.followed if input.has_all_keys -%}
  {{ keyed_with_rows_before(target, key, input) }}
  {% endfor -%}
  {{ keyed_found(target, key) }}
  {{ keyed_merged(target, key, inputs, merges) if merges }}
  {%- else -%}
  {{ keyed_whole_made(target, sql) }}
  {%- endif -%}
{%- endmacro %}

{% macro keyed_whole_made(target, sql) -%}
  create or replace temp table keyed_fresh as
  {{ sql }};
  create or replace temp table keyed_stale as select made.rowid as keyed_place, made.* from {{ target }} as made;
{%- endmacro %}

{#- Which keys are touched, each once. -#}
{% macro keyed_touch(target, key, inputs) -%}
  {% for input in inputs.followed -%}
  {% if input.since -%}
  {% for name, function in [('since', 'min'), ('until', 'max')] -%}
  set variable keyed_{{ name }} = (
      with {{ keyed_news(target, input) }}

      select {{ function }}({{ input.since }}) from changed
  );
  {% endfor -%}
  {% endif -%}
  {% if input.touches -%}
  insert into keyed_touched
  with {{ keyed_news(target, input) }}

  select * from (
      {{ input.touches }}
  );
  {% endif -%}
  {% endfor %}
  create or replace temp table keyed_keys as select distinct {{ key | join(', ') }} from keyed_touched;
{%- endmacro %}

{% macro keyed_news(target, input) -%}
  changed as ({{ keyed_feed(target, input) }})
{%- endmacro %}

{#- What an input's feed tells since it was read last. -#}
{% macro keyed_feed(target, input) -%}
  select * exclude (version{{ '' if input.is_log else ', change' }}) from increments.{{ input.name }}
  where version > {{ keyed_version_read(target, input) }}
{%- endmacro %}

{% macro keyed_version_read(target, input) -%}
  (select version from increments.reads where reader = '{{ target.identifier }}' and input = '{{ input.name }}')
{%- endmacro %}

{#- Of the rows that were made and those that stand there, what differs is written, and told to those who follow: each
    row as it was (`change` -1) and as it is (1). Of a key that is new there is nothing to compare with. -#}
{% macro keyed_written(target, key, inputs) -%}
  create or replace temp table keyed_changed as
  select * exclude (change), cast(sum(change) as bigint) as change
  from (
      select * exclude (keyed_place), -1 as change from keyed_stale
      union all by name
      select made.*, 1 as change from keyed_fresh as made
      semi join keyed_stale on {{ keyed_on('made', 'keyed_stale', key) }}
  )
  group by all
  having sum(change) <> 0
  union all by name
  select made.*, cast(1 as bigint) as change from keyed_fresh as made
  anti join keyed_stale on {{ keyed_on('made', 'keyed_stale', key) }};
  create or replace temp table keyed_keys as select distinct {{ key | join(', ') }} from keyed_changed;
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
