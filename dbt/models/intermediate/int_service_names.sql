-- One row per name by which something calls a service: a repository, or a name that the settings translate.
{{ config(materialized='table') }}

with settings as (
    select * from {{ ref('stg_settings__services') }}
),

repositories as (
    select * from {{ ref('int_repositories') }}
),

known as (
    select
        settings.repository as name,
        settings.service
    from settings
    union all
    select
        repositories.repository as name,
        repositories.service
    from repositories
    left join settings on repositories.repository = settings.repository
    where settings.repository is null
),

final as (
    select
        known.name,
        min(known.service) as service
    from known
    group by known.name
)

select * from final
