-- One row per ticket whose type makes it an incident, with the service that it hurt.
{{ config(materialized='table') }}

with tickets as (
    select *
    from {{ ref('int_tickets') }}
    where
        not is_deleted
        and lower(ticket_type) in ({{ setting_values('incident_types') }})
),

services as (
    select * from {{ ref('int_services') }}
),

service_names as (
    select * from {{ ref('int_service_names') }}
),

components as (
    select
        tickets.story_key,
        unnest(tickets.components) as component,
        unnest(generate_series(1, len(tickets.components))) as place
    from tickets
),

-- The first component that names a service, by that service's name or by one that the settings translate.
by_component as (
    select
        components.story_key,
        coalesce(service_names.service, services.service) as service
    from components
    left join service_names on components.component = service_names.name
    left join services on lower(components.component) = lower(services.service)
    where coalesce(service_names.service, services.service) is not null
    qualify row_number() over (partition by components.story_key order by components.place) = 1
),

-- A team with one service alone can have hurt no other.
by_team as (
    select
        team_keys.owned_key as project_key,
        min(services.service) as service
    from {{ ref('int_team_keys') }} as team_keys
    inner join services on team_keys.team = services.team
    where team_keys.kind = 'project'
    group by team_keys.owned_key
    having count(distinct services.service) = 1
),

final as (
    select
        tickets.source,
        tickets.instance,
        tickets.story_key as told_id,
        tickets.story_key,
        coalesce(by_component.service, by_team.service) as service,
        tickets.title,
        nullif(regexp_extract(tickets.title, '(?:^|[^0-9a-f])([0-9a-f]{40})(?:[^0-9a-f]|$)', 1), '') as sha,
        tickets.priority as severity,
        tickets.url,
        tickets.created_at as opened_at,
        coalesce(
            tickets.resolved_at,
            case
                when tickets.status_category in ('done', 'cancelled')
                    then coalesce(tickets.status_changed_at, tickets.updated_at)
            end
        ) as resolved_at
    from tickets
    left join by_component on tickets.story_key = by_component.story_key
    left join by_team on tickets.project_key = by_team.project_key
)

select * from final
