{#- Where one who is taken out was the least or the most, nobody can tell by the parts who is now. -#}
{% macro keyed_unsure(key, adds_up, extremes) -%}
  create or replace temp table keyed_unsure as
  with extremes as (
      select
          {{ keyed_qualified('stale', adds_up.get('again', key)) }},
          any_value(stale.{{ adds_up.counted }}) + sum(parts.change * parts.{{ adds_up.counted }}) > 0
          and (
              {%- for column, least, beyond in extremes %}
              coalesce(
                  {{ least }}(parts.{{ column }}) filter (where parts.change < 0) = any_value(stale.{{ column }})
                  and coalesce({{ least }}(parts.{{ column }}) filter (where parts.change > 0)
                      {{ beyond }} any_value(stale.{{ column }}), true),
                  false
              ) or
              {%- endfor %} false
          ) as is_unsure
      from keyed_stale as stale
      inner join keyed_parts as parts on {{ keyed_on('stale', 'parts', key) }}
      group by {{ keyed_qualified('stale', key) }}
  )

  select distinct {{ adds_up.get('again', key) | join(', ') }} from extremes where is_unsure;
{%- endmacro %}

{#- Made anew is all that has the columns `again` of the key in common with such a row. -#}
{% macro keyed_again(target, inputs, sql, again) -%}
  {%- for input in inputs.followed if input.name == config.get('meta')['adds_up'].of -%}
  {%- set own = 'keyed_' ~ target.identifier ~ '__again' -%}
  create or replace temp table {{ own }} as
  select {{ keyed_columns('rows', input) }} from {{ input.relation }} as rows
  semi join keyed_unsure on {{ keyed_on('rows', 'keyed_unsure', again) }};
  {% for table in ('keyed_fresh', 'keyed_stale') -%}
  delete from {{ table }} as made using keyed_unsure where {{ keyed_on('made', 'keyed_unsure', again) }};
  {% endfor -%}
  insert into keyed_fresh by name
  {{ sql | replace(input.relation, own) }};
  insert into keyed_stale by name
  select made.rowid as keyed_place, made.* from {{ target }} as made
  semi join keyed_unsure on {{ keyed_on('made', 'keyed_unsure', again) }}
  {%- endfor -%}
{%- endmacro %}

{% macro keyed_qualified(table, key) -%}
  {%- for column in key -%} {{ table }}.{{ column }}{{ ', ' if not loop.last }} {%- endfor -%}
{%- endmacro %}
