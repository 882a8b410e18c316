{#- What a conclusion says: `passed`, `failed`, or `neither` of what was stopped or skipped; null while it runs. -#}
{% macro ci_outcome(conclusion) -%}
    case
        when {{ conclusion }} is null then null
        when {{ conclusion }} = 'success' then 'passed'
        when {{ conclusion }} in ('failure', 'timed_out', 'startup_failure', 'error') then 'failed'
        else 'neither'
    end
{%- endmacro %}
