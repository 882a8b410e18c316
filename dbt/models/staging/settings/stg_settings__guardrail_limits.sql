-- One row per threshold, least count or ratio that guardrails are judged by.
with final as (
    select
        cast(null as varchar) as limit_name,
        cast(null as double) as limit_value
    where false
    {% for name, value in var('guardrail_limits') | dictsort -%}
    union all
    select
        {{ sql_text(name) }},
        cast({{ value }} as double)
    {% endfor %}
)

select * from final
