{#-
Tables and views made anew. dbt makes them under another name and renames twice, since in many databases that alone is
atomic. In DuckDB a transaction is: the old one goes and the new one comes in one, and where the new one fails the old
one stays. It is half of the work that a small model takes.
-#}
{% materialization view, adapter='duckdb', supported_languages=['sql'] %}
  {{ return(made_anew('view', sql)) }}
{% endmaterialization %}

{% materialization table, adapter='duckdb', supported_languages=['sql'] %}
  {{ return(made_anew('table', sql)) }}
{% endmaterialization %}

{% macro made_anew(type, sql) %}
  {%- set existing = load_cached_relation(this) -%}
  {%- set target = this.incorporate(type=type) -%}
  {{ run_hooks(pre_hooks, inside_transaction=False) }}
  {{ run_hooks(pre_hooks, inside_transaction=True) }}
  {% call statement('main') -%}
    {% if existing is not none -%} drop {{ existing.type }} if exists {{ existing }}; {%- endif %}
    {{ create_table_as(False, target, sql) if type == 'table' else get_create_view_as_sql(target, sql) }}
  {%- endcall %}
  {% do persist_docs(target, model) %}
  {{ run_hooks(post_hooks, inside_transaction=True) }}
  {{ adapter.commit() }}
  {{ run_hooks(post_hooks, inside_transaction=False) }}
  {{ return({'relations': [target]}) }}
{% endmacro %}
