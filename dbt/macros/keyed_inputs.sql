{#- What the model reads, by name, and how it follows it. Of what it makes whole and compares, nothing is noted. -#}
{% macro keyed_inputs(follows, key) %}
  {%- set inputs = {'followed': [], 'whole': []} -%}
  {%- for id in model.depends_on.nodes | sort -%}
    {%- set node = graph.nodes.get(id) or graph.sources[id] -%}
    {%- set how = follows[node.name] if follows is mapping and node.name in follows else {} -%}
    {%- do inputs['followed' if node.name in follows else 'whole'].append({
        'name': node.name,
        'relation': node.relation_name,
        'is_log': node.resource_type == 'source',
        'touches': keyed_told(how.get('touches', 'select ' ~ key | join(', ') ~ ' from changed')),
        'narrowed_by': how.get('narrowed_by', key),
        'found_by': how.get('found_by', {}),
        'is_as_it_came': how.get('is_as_it_came', false),
        'since': keyed_told(how.get('since')),
        'needs': how.get('needs', {}),
        'columns': how.get('columns'),
        'is_unique': how.get('is_unique', false),
        'has_all_keys': how.get('has_all_keys', false),
    }) -%}
    {%- if how.get('is_unique') and node.config.meta.key | reject('in', how.get('narrowed_by', key)) | list -%}
      {%- do exceptions.raise_compiler_error(model.name ~ ": " ~ node.name ~ " is not unique by what it is narrowed by, "
          ~ "as its key is " ~ node.config.meta.key | join(', ') ~ "; take `is_unique` away") -%}
    {%- endif -%}
  {%- endfor -%}
  {{ return(inputs if inputs.followed else {'followed': [], 'whole': []}) }}
{% endmacro %}

{#- As rows are looked for by when something was, they lie in that order: then most parts of a table are passed over. -#}
{% macro keyed_in_order(sql) %}
  {%- set ordered_by = config.get('meta').get('ordered_by') -%}
  {{ return('select * from (\n' ~ sql ~ '\n) as made order by made.' ~ ordered_by if ordered_by else sql) }}
{% endmacro %}

{#- SQL, or what the macro of that name tells. -#}
{% macro keyed_told(sql) %}
  {{ return(context[sql]() if sql in context else sql) }}
{% endmacro %}

{% macro keyed_names(inputs) -%}
  {%- for input in inputs.followed -%}('{{ input.name }}'){{ ', ' if not loop.last }}{%- else -%}(''){%- endfor -%}
{%- endmacro %}
