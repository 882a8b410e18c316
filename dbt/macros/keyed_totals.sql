{#- What stands there, and the parts. -#}
{% macro keyed_totals(target, key, adds_up) -%}
  {%- set extremes = [] -%}
  {%- set told = adds_up.get('tells', {}) -%}
  create or replace temp table keyed_fresh as from {{ target }} limit 0;
  insert into keyed_fresh by name
  with parts as (
      select * exclude (keyed_place), 1 as change from keyed_stale
      union all by name
      from keyed_parts
  ),

  totals as (
      select
          {{ key | join(', ') }},
          {%- for column in adapter.get_columns_in_relation(target) | map(attribute='name')
              if column not in key and column not in told %}
          {% if keyed_ends(column, adds_up.get('least', [])) -%} {%- do extremes.append((column, 'min', '>')) -%}
          min({{ column }}) filter (where change > 0) as {{ column }}
          {%- elif keyed_ends(column, adds_up.get('most', [])) -%} {%- do extremes.append((column, 'max', '<')) -%}
          max({{ column }}) filter (where change > 0) as {{ column }}
          {%- else -%}
          sum(change * {{ column }}) as {{ column }}
          {%- endif -%}
          {{ ',' if not loop.last }}
          {%- endfor %}
      from parts
      group by {{ key | join(', ') }}
      having sum(change * {{ adds_up.counted }}) > 0
  )

  select *
  {%- for column, sql in told.items() -%} , {{ keyed_told(sql) }} as {{ column }} {%- endfor %} from totals;
  {{ keyed_unsure(key, adds_up, extremes) }}
{%- endmacro %}

{% macro keyed_ends(column, endings) -%}
  {%- for ending in endings if column.endswith(ending) -%} {{ return(true) }} {%- endfor -%}
  {{ return(false) }}
{%- endmacro %}
