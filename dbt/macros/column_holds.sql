{#- What a mart's column holds, in words: `required` or `optional`, then its kind, then what else is promised.
    Name and type tell it; the words of `holds` in the column's meta add to that or override it. Plain Jinja without
    a function of dbt's, since the data dictionary reads the words by this very macro. Empty where nothing tells it. -#}
{% macro column_holds(name, data_type, meta, constraints) -%}
{%- set kinds = [
    'key', 'text', 'url', 'time', 'date', 'seconds', 'share', 'percent', 'count', 'ordinal', 'number', 'flag', 'list',
    'json',
] -%}
{%- set told = (meta.get('holds') or '').split() -%}
{%- set type = (data_type or '') | lower -%}
{%- set end = name.split('_') | last -%}
{%- set found = namespace(kind='', nullness='optional') -%}
{%- if type.endswith('[]') -%}
    {%- set found.kind = 'list' -%}
    {%- set found.nullness = 'required' -%}
{%- elif type == 'boolean' -%}
    {%- set found.kind = 'flag' -%}
    {%- set found.nullness = 'required' -%}
{%- elif type.startswith('timestamp') -%}
    {%- set found.kind = 'time' -%}
{%- elif type in ('date', 'json') -%}
    {%- set found.kind = type -%}
{%- elif type in ('bigint', 'integer', 'hugeint') and (end in ('n', 'count') or name.startswith('n_')) -%}
    {%- set found.kind = 'count' -%}
    {%- set found.nullness = 'required' -%}
{%- elif type in ('bigint', 'integer') and end in ('position', 'number', 'epoch', 'attempt', 'version') -%}
    {%- set found.kind = 'ordinal' -%}
    {%- set found.nullness = 'required' -%}
{%- elif type == 'double' and end == 'seconds' -%}
    {%- set found.kind = 'seconds' -%}
{%- elif type == 'double' and end in ('rate', 'share', 'confidence') -%}
    {%- set found.kind = 'share' -%}
{%- elif type == 'double' and end == 'percentage' -%}
    {%- set found.kind = 'percent' -%}
{%- elif type == 'varchar' and end in ('source', 'instance') -%}
    {%- set found.kind = 'key' -%}
    {%- set found.nullness = 'required' -%}
{%- elif type == 'varchar' and end in ('key', 'id', 'sha', 'hash', 'repository', 'service') -%}
    {%- set found.kind = 'key' -%}
{%- elif type == 'varchar' -%}
    {%- set found.kind = 'url' if end == 'url' else 'text' -%}
{%- endif -%}
{%- for constraint in constraints if constraint.type == 'not_null' -%}
    {%- set found.nullness = 'required' -%}
{%- endfor -%}
{%- for word in told if word in kinds -%}
    {%- set found.kind = word -%}
{%- endfor -%}
{%- for word in told if word in ('required', 'optional') -%}
    {%- set found.nullness = word -%}
{%- endfor -%}
{%- set others = told | reject('in', kinds + ['required', 'optional']) | list -%}
{%- if found.kind -%}
    {{ ([found.nullness, found.kind] + others) | join(' ') }}
{%- endif -%}
{%- endmacro %}
