{#- The rules of one column as rows of (rule in words, SQL that is true where a value breaks it, whether the rule is a
    promise of ours). What vendors write as they like, a title, an address, the clock of somebody's laptop, is no
    promise: it is told and stops no night. A word of `holds` that no rule knows is an error, so that nobody declares
    what is never looked at. -#}
{% macro column_rules(name, holds, one_of) %}
    {%- set column = 'looked_at.' ~ adapter.quote(name) -%}
    {%- set words = holds.split() -%}
    {%- set kind = words[1] if words else none -%}
    {%- set rules = [] -%}
    {#- The moment itself and not its model: a mart that did not change is not looked at again because the day did. -#}
    {%- set as_of = "cast('" ~ var('as_of') ~ "' as timestamptz)" if var('as_of') else "'infinity'::timestamptz" -%}
    {%- if words and words[0] == 'required' -%} {%- do rules.append(('is never null', column ~ ' is null', true)) -%} {%- endif -%}
    {%- if one_of -%}
        {%- set listed = [] -%}
        {%- for value in one_of -%} {%- do listed.append(sql_text(value)) -%} {%- endfor -%}
        {%- do rules.append(('is one of ' ~ one_of | join(', '), column ~ ' not in (' ~ listed | join(', ') ~ ')', true)) -%}
    {%- endif -%}
    {%- if kind in ('key', 'text') -%}
        {%- do rules.append(('is not blank', 'trim(' ~ column ~ ") = ''", kind == 'key')) -%}
    {%- endif -%}
    {%- if kind == 'key' -%}
        {%- do rules.append(('has no blank at its ends', 'trim(' ~ column ~ ') <> ' ~ column, false)) -%}
    {%- elif kind == 'url' -%}
        {%- do rules.append(('is an address of the web', 'not regexp_matches(' ~ column ~ ", '^https?://[^\\s]+$')", false)) -%}
    {%- elif kind == 'time' -%}
        {%- do rules.append(('lies after 1990', column ~ " < cast('1990-01-01 00:00:00+00' as timestamptz)", false)) -%}
        {%- if 'may_lie_ahead' not in words -%}
            {%- do rules.append(('lies no more than a day after as_of', column ~ ' > ' ~ as_of ~ ' + interval 1 day', false)) -%}
        {%- endif -%}
    {%- elif kind == 'date' -%}
        {%- do rules.append(('lies after 1990', column ~ " < cast('1990-01-01' as date)", false)) -%}
        {%- if 'may_lie_ahead' not in words -%}
            {%- do rules.append(('lies no more than a day after as_of', column ~ ' > cast(' ~ as_of ~ ' + interval 1 day as date)', false)) -%}
        {%- endif -%}
    {%- elif kind in ('seconds', 'number') -%}
        {%- do rules.append(('is finite', 'not isfinite(cast(' ~ column ~ ' as double))', true)) -%}
        {%- if kind == 'seconds' and 'may_be_negative' not in words -%}
            {%- do rules.append(('is not negative', column ~ ' < 0', true)) -%}
        {%- endif -%}
    {%- elif kind in ('share', 'percent') -%}
        {%- set most = 1 if kind == 'share' else 100 -%}
        {%- do rules.append(('lies between 0 and ' ~ most, 'not (' ~ column ~ ' between 0 and ' ~ most ~ ')', true)) -%}
    {%- elif kind == 'count' -%}
        {%- do rules.append(('is not negative', column ~ ' < 0', true)) -%}
    {%- elif kind == 'ordinal' -%}
        {%- do rules.append(('is 1 or more', column ~ ' < 1', true)) -%}
    {%- elif kind == 'list' -%}
        {%- do rules.append(('holds no null', 'len(' ~ column ~ ') <> list_count(' ~ column ~ ')', true)) -%}
        {%- do rules.append(('holds nothing twice', 'list_unique(' ~ column ~ ') <> list_count(' ~ column ~ ')', true)) -%}
    {%- elif kind == 'json' -%}
        {%- do rules.append(('is JSON', 'not json_valid(' ~ column ~ ')', true)) -%}
    {%- elif kind not in ('key', 'text', 'flag') -%}
        {{ exceptions.raise_compiler_error("Column " ~ name ~ " holds nothing that could be tested; say in its meta what it `holds`.") }}
    {%- endif -%}
    {%- for word in words[2:] if word not in ('may_be_negative', 'may_lie_ahead') -%}
        {{ exceptions.raise_compiler_error("Column " ~ name ~ " holds `" ~ word ~ "`, which no rule knows.") }}
    {%- endfor -%}
    {{ return(rules) }}
{% endmacro %}
