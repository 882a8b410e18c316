-- One row per calendar and day on which nobody works by it.
with final as (
    select
        cast(null as varchar) as calendar,
        cast(null as date) as holiday_on
    where false
    {% for calendar in var('calendars') -%}
    {% for day in calendar['holidays'] -%}
    union all
    select
        {{ sql_text(calendar['calendar']) }},
        cast({{ sql_text(day) }} as date)
    {% endfor -%}
    {% endfor %}
)

select * from final
