{#- From which value on rows are needed: a variable, as parts of a table are passed over by what is known beforehand. -#}
{% macro keyed_needed(needs, name) -%}
  {%- for column, least in needs.items() %}
  set variable keyed_needs_{{ column }}_{{ name }} = ({{ keyed_told(least) }});
  {%- endfor -%}
{%- endmacro %}

{% macro keyed_from(table, needs, name) -%}
  {%- for column in needs -%}
  {{ ' where' if loop.first else ' and' }} {{ table }}.{{ column }} >= getvariable('keyed_needs_{{ column }}_{{ name }}')
  {%- endfor -%}
{%- endmacro %}

{#- What of an input touched keys can need. Of segments of usage, what files tell of the hours that changed. -#}
{% macro keyed_narrowed(input, key, target) -%}
  {%- if input.name == 'current_events' -%}
  select feed.* exclude (version, is_current)
  from (
      from increments.{{ input.name }}
      qualify row_number() over (partition by event_id order by version desc) = 1
  ) as feed
  semi join keyed_keys on feed.event_id = keyed_keys.event_id
  where feed.is_current
  {%- elif input.is_log -%}
  select rows.* from {{ keyed_segments(target, input) }} as rows semi join keyed_keys using ({{ key | join(', ') }})
  {%- elif input.is_as_it_came -%}
  select rows.* from {{ input.relation }} as rows semi join keyed_places on rows.rowid = keyed_places.place
  {% if input.is_unique -%}
  union all by name
  select * exclude (version, change) from increments.{{ input.name }}
  where version > {{ keyed_version_read(target, input) }} group by all having sum(change) > 0
  {%- endif %}
  {%- else -%}
  select {{ keyed_columns('rows', input) }} from {{ input.relation }} as rows
  {% if input.narrowed_by -%}
  semi join keyed_keys on {{ keyed_on('rows', 'keyed_keys', input.narrowed_by) }}
  {%- endif -%}
  {{ keyed_from('rows', input.needs, input.name) }}
  {%- endif -%}
{%- endmacro %}

{#- Where rows of the keys may lie, without those that are known from what came. -#}
{% macro keyed_places_in(input, key, target) -%}
  create or replace temp table keyed_places as
  select rows.rowid as place from {{ input.relation }} as rows
  semi join (
      select *{% for column, told in input.found_by.items() %}, {{ told }} as {{ column }} {%- endfor %} from keyed_keys
      {% if input.is_unique -%}
      except select {{ key | join(', ') }} from ({{ keyed_feed(target, input) }})
      {%- endif %}
  ) as keys on {{ keyed_on('rows', 'keys', input.found_by or input.narrowed_by) }};
{%- endmacro %}

{#- Whether two rows have the same key. Where a column is never null it is said so: then whole parts of a table that lie
    outside of what is looked for are passed over. -#}
{% macro keyed_on(left, right, key) -%}
  {%- for column in key -%}
  {{ left }}.{{ column }} {{ '=' if column in config.get('meta').get('never_null', []) else 'is not distinct from' }}
  {{- ' ' ~ right }}.{{ column }}{{ ' and ' if not loop.last }}
  {%- endfor -%}
{%- endmacro %}

{% macro keyed_columns(table, input) -%}
  {%- for column in input.columns or ['*'] -%} {{ table }}.{{ column }}{{ ', ' if not loop.last }} {%- endfor -%}
{%- endmacro %}

{#- Of the keys those that an input had before: of it as it is, less what came, and with what went. -#}
{% macro keyed_with_rows_before(target, key, input) -%}
  create or replace temp table keyed_keys as
  select {{ key | join(', ') }}
  from (
      select {{ key | join(', ') }}, 1 as change from keyed_{{ target.identifier }}__{{ input.name }}
      union all
      select {{ key | join(', ') }}, -change as change from increments.{{ input.name }}
      where version > {{ keyed_version_read(target, input) }}
  )
  group by {{ key | join(', ') }}
  having sum(change) > 0;
{%- endmacro %}

{#- The rows that stand there of the keys of `keyed_keys`. -#}
{% macro keyed_found(target, key) -%}
  {%- set needs = config.get('meta').get('needs', {}) -%}
  {{ keyed_needed(needs, target.identifier) }}
  {% if config.get('meta').get('is_touched_throughout') -%}
  create or replace temp table keyed_stale as
  select made.rowid as keyed_place, made.* from {{ target }} as made
  semi join keyed_keys on {{ keyed_on('made', 'keyed_keys', key) }};
  {%- else -%}
  create or replace temp table keyed_places as
  select made.rowid as place from {{ target }} as made semi join keyed_keys on {{ keyed_on('made', 'keyed_keys', key) }}
  {{ keyed_from('made', needs, target.identifier) }};
  create or replace temp table keyed_stale as
  select made.rowid as keyed_place, made.*
  from {{ target }} as made semi join keyed_places on made.rowid = keyed_places.place;
  {%- endif %}
{%- endmacro %}
