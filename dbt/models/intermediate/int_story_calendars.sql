-- One row per story whose team has a calendar: by the ticket's own team, else by the team that owns its project.
with teams as (
    select * from {{ ref('int_story_teams') }}
),

-- Names that differ in case alone are one team here; the first by its calendar's name counts.
team_calendars as (
    select
        lower(calendars.team) as team,
        min(calendars.calendar) as calendar
    from {{ ref('stg_settings__team_calendars') }} as calendars
    group by lower(calendars.team)
),

final as (
    select
        teams.story_key,
        coalesce(own.calendar, owners.calendar) as calendar
    from teams
    left join team_calendars as own on lower(teams.team) = own.team
    left join team_calendars as owners on lower(teams.project_team) = owners.team
    where coalesce(own.calendar, owners.calendar) is not null
)

select * from final
