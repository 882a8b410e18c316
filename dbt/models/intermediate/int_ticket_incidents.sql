-- One row per ticket of an incident's type, with the service that its component names, else the only one of its team.
{{ config(materialized='table') }}

with tickets as (
    select *
    from {{ ref('int_tickets') }}
    where lower(ticket_type) in ({{ setting_values('incident_types') }}) and not is_deleted
),

services as (
    select * from {{ ref('int_services') }}
),

teams as (
    select * from {{ ref('int_team_keys') }}
    where kind = 'project'
),

components as (
    select
        tickets.story_key,
        lower(unnest(tickets.components)) as component
    from tickets
),

named as (
    select
        components.story_key,
        min(services.service) as service
    from components
    inner join services on components.component = lower(services.service)
    group by components.story_key
),

single as (
    select
        services.team,
        min(services.service) as service
    from services
    group by services.team
    having count(*) = 1
),

final as (
    select
        tickets.story_key as incident_id,
        coalesce(named.service, single.service) as service,
        tickets.title,
        tickets.url,
        tickets.created_at as opened_at,
        tickets.resolved_at
    from tickets
    left join named on tickets.story_key = named.story_key
    left join teams on tickets.project_key = teams.owned_key
    left join single on teams.team = single.team
)

select * from final
