{#- The figures of a group of points, of whichever definition. The points stand in a table called `points` with `rank`,
    the part of those of its group and measure that lie below a point: one of the definitions takes as its median the
    largest value that at most half lie below, the others the middle between the two nearest. -#}
{% macro dora_figures() -%}
    count(*) filter (where points.measure = 'deployment') as deployments,
        count(distinct cast(points.occurred_at at time zone 'UTC' as date))
        filter (where points.measure = 'deployment') as deployment_days,
    {%- for measure, name in [('lead_time', 'change_lead_time'), ('recovery', 'recovery')] %}
        {%- for share, word in [(0.5, 'median'), (0.85, 'p85')] %}
        case
            when points.definition = 'devlake'
                then max(points.value) filter (where points.measure = '{{ measure }}' and points.rank <= {{ share }})
            else quantile_cont(points.value, {{ share }}) filter (where points.measure = '{{ measure }}')
        end as {{ name }}_{{ word }}_seconds,
        {%- endfor %}
        count(*) filter (where points.measure = '{{ measure }}') as {{ name }}_n,
    {%- endfor %}
        count(*) filter (where points.measure = 'failed') as change_fail_numerator,
        count(*) filter (where points.measure = 'judged') as change_fail_rate_n,
        count(*) filter (where points.measure = 'rework') as rework_numerator,
        count(*) filter (where points.measure = 'weighed') as rework_rate_n
{%- endmacro %}
