-- One row per story: its own team, else the team to which the settings give its project, else the project.
with tickets as (
    select * from {{ ref('int_tickets') }}
),

projects as (
    select * from {{ ref('int_team_keys') }}
    where kind = 'project'
),

final as (
    select
        tickets.story_key,
        coalesce(nullif(trim(tickets.team), ''), projects.team, tickets.project_key) as team,
        projects.team as project_team
    from tickets
    left join projects on tickets.project_key = projects.owned_key
)

select * from final
