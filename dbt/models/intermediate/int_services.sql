-- One row per service that anything was deployed as or that a repository is, with its team: the one that the settings
-- name for it, else that of its repository.
{{ config(materialized='table') }}

with repositories as (
    select * from {{ ref('int_repositories') }}
),

named as (
    select
        repositories.service,
        repositories.repository,
        repositories.team
    from repositories
    union
    select
        deployments.service,
        deployments.repository,
        repositories.team
    from {{ ref('int_deployments') }} as deployments
    left join repositories on deployments.repository = repositories.repository
),

told as (
    select
        rules.service,
        min(rules.team) as team
    from {{ ref('stg_settings__monorepos') }} as rules
    where rules.kind = 'service'
    group by rules.service
),

-- A service of several repositories belongs to the first by name that a team claims.
final as (
    select
        named.service,
        min(named.repository) as repository,
        coalesce(
            min(told.team), min(named.team) filter (where named.team <> 'unassigned'), 'unassigned'
        ) as team
    from named
    left join told on named.service = told.service
    where named.service is not null
    group by named.service
)

select * from final
