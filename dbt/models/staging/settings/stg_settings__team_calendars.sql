-- One row per team of the settings that has a calendar.
with final as (
    select
        cast(null as varchar) as team,
        cast(null as varchar) as calendar
    where false
    {% for team in var('teams') if team.get('calendar') -%}
    union all
    select
        {{ sql_text(team['team']) }},
        {{ sql_text(team['calendar']) }}
    {% endfor %}
)

select * from final
