{#-
A table that follows what it reads: only the rows of keys that changed are made anew.

    {{ config(materialized='keyed', meta={'key': ['change_key'], 'follows': ['stg_events__change']}) }}

It must hold that the rows of one key are made of the rows of the same key in what it follows, and of nothing else in it.
What it reads beside that counts whole: one other row there, and all is made anew. What it follows must be keyed itself,
or the log's current events or segments of usage.

Where an input has another key, `follows` maps it to how it is followed:

    'follows': {'int_exposures': {}, 'int_usage_days': {'touches': 'select ... from changed inner join ...',
        'narrowed_by': ['person_key']}}

- `touches`: SQL, or a macro that tells it, for the keys that its `changed` rows touch, each as it was and as it is. It
  may ask other tables by schema and name. All columns of the key are touched where nothing is told.
- `since`: a column of the changed rows whose least and greatest values `touches` may ask as the variables `keyed_since`
  and `keyed_until`.
- `narrowed_by`: the columns of the key by which the input is cut down to what a touched key can need of it: all of them
  where nothing is told, none (`[]`) to read it whole.
- `needs`: a column of the input and SQL over `keyed_keys` that tells from which value on any touched key needs it. The
  model has `needs` of its own for its own rows.
- `found_by`: a narrow column of the input that tells one key from nearly all others, and SQL over the key for it: rows are
  looked for by that first.
- `is_as_it_came`: its rows lie as they came, so those of a few new keys lie together. `is_unique`: it has one row of
  what it is narrowed by, so that what came need not be looked for, nor compared. `has_all_keys`: of a key of which it
  had no row nothing stands there.

`is_touched_throughout`: each part of the table holds keys that a night touches, so that it is read in one pass.
`never_null` beside the key are its columns that never are; `ordered_by` is the column of time by which rows lie when all
are made anew. Sums over people may be changed by differences (`keyed_added.sql`), other aggregates over rows that only
come be merged (`keyed_merged.sql`). A table that follows nothing (`[]`) is made whole each time and compared: for small
ones, that others follow.

Rows, notes and the feed for those who follow this table change in one transaction, so a
killed run leaves the table at the moment up to which its notes say it has followed. docs/decisions/0010 says why.

A bare dbt knows nothing of the log's feed: without the variable `follows_log` the table is made anew, and whoever
follows it will be.
-#}
{% materialization keyed, adapter='duckdb', supported_languages=['sql'] %}
  {%- set existing = load_cached_relation(this) -%}
  {%- set target = this.incorporate(type='table') -%}
  {%- set key = config.get('meta')['key'] -%}
  {%- set adds_up = config.get('meta').get('adds_up') -%}
  {%- set inputs = keyed_inputs(config.get('meta')['follows'], adds_up.by if adds_up else key) -%}
  {%- set state = keyed_state(sql, inputs) if var('follows_log') else {'can_follow': false} -%}

  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {% if existing is none or existing.type != 'table' or not state.can_follow %}
    {% if existing is not none %}
      {{ drop_relation_if_exists(existing) }}
    {% endif %}
    {% call statement('main') -%}
      {{ keyed_anew(target, inputs, sql) }}
    {%- endcall %}
    {% call statement('notes') -%}
      {{ keyed_begin(target, inputs, sql, state) if var('follows_log') else keyed_unknown(target) }}
    {%- endcall %}
  {% elif state.is_current %}
    {% call statement('main') -%}
      select 0
    {%- endcall %}
  {% else %}
    {% call statement('made') -%}
      {{ keyed_added(target, key, inputs, sql, adds_up) if adds_up else keyed_made(target, key, inputs, sql) }}
    {%- endcall %}
    {% if adds_up and run_query('select * from keyed_unsure limit 1') | length > 0 -%}
      {% call statement('again') -%}
        {{ keyed_again(target, inputs, sql, adds_up.get('again', key)) }}
      {%- endcall %}
    {%- endif %}
    {% call statement('main') -%}
      {{ keyed_written(target, key, inputs) }}
    {%- endcall %}
  {% endif %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {% do persist_docs(target, model) %}
  {{ adapter.commit() }}
  {{ return({'relations': [target]}) }}
{% endmaterialization %}

{#- Digest of all rows that it reads whole, as SQL: the same rows in any order have the same. -#}
{% macro keyed_whole(inputs) -%}
  concat_ws('|', ''
  {%- for input in inputs.whole -%}
    , (select concat_ws(' ', count(*), sum(cast(hash(read_whole) as hugeint))) from {{ input.relation }} as read_whole)
  {%- endfor -%}
  )
{%- endmacro %}

{#- Whether the table can follow, and whether there is anything to follow. -#}
{% macro keyed_state(sql, inputs) %}
  {%- set found = run_query(
    "select bool_and(coalesce(follows, false)), bool_and(coalesce(is_current, false)), any_value(whole) from ("
    ~ "select tables.code = " ~ sql_text(sql) ~ " and tables.whole = now_whole.whole"
    ~ " and (named.input = '' or reads.version >= inputs.feed_from) as follows,"
    ~ " named.input <> '' and reads.version = inputs.version as is_current, now_whole.whole"
    ~ " from (select " ~ keyed_whole(inputs) ~ " as whole) as now_whole"
    ~ " cross join (values " ~ keyed_names(inputs) ~ ") as named (input)"
    ~ " left join increments.tables as tables on tables.name = '" ~ this.identifier ~ "'"
    ~ " left join increments.reads as reads on reads.reader = '" ~ this.identifier ~ "' and reads.input = named.input"
    ~ " left join increments.tables as inputs on inputs.name = named.input)"
  ) -%}
  {%- set row = found.rows[0] -%}
  {{ return({'can_follow': row[0], 'is_current': row[1], 'whole': row[2]}) }}
{% endmacro %}
