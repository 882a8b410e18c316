-- One row per calendar, version, weekday and span of hours on which its team works, by the clock of its time zone.
with final as (
    select
        cast(null as varchar) as calendar,
        cast(null as varchar) as time_zone,
        cast(null as date) as valid_from,
        cast(null as date) as valid_to,
        cast(null as integer) as iso_weekday,
        cast(null as integer) as begins_minute,
        cast(null as integer) as ends_minute
    where false
    {% for calendar in var('calendars') -%}
    {% for version in calendar['versions'] -%}
    {% for weekday in version['days'] -%}
    {% for span in version['spans'] -%}
    union all
    select
        {{ sql_text(calendar['calendar']) }},
        {{ sql_text(calendar['time_zone']) }},
        cast({{ sql_text(version['valid_from']) if version['valid_from'] else 'null' }} as date),
        cast({{ sql_text(version['valid_to']) if version['valid_to'] else 'null' }} as date),
        {{ weekday }},
        {{ span[0] }},
        {{ span[1] }}
    {% endfor -%}
    {% endfor -%}
    {% endfor -%}
    {% endfor %}
)

select * from final
