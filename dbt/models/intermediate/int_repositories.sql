-- One row per repository that any event names, with its default branch, its service and the team that owns it.
{{ config(materialized='table') }}

with named as (
    select change_events.repository from {{ ref('stg_events__change') }} as change_events
    union
    select code_events.repository from {{ ref('stg_events__code') }} as code_events
    union
    select build_events.repository from {{ ref('stg_events__build') }} as build_events
    union
    select deployment_events.repository from {{ ref('stg_events__deployment') }} as deployment_events
    union
    select issue_events.repository from {{ ref('stg_events__issue') }} as issue_events
),

described as (
    select *
    from {{ ref('stg_events__code') }}
    where event_type = 'repository.described'
    qualify row_number() over (
        partition by repository
        order by observed_at desc, raw_position desc, event_id
    ) = 1
),

services as (
    select * from {{ ref('stg_settings__services') }}
),

teams as (
    select *
    from {{ ref('stg_settings__teams') }}
    where kind = 'repository'
),

final as (
    select
        named.repository,
        described.default_branch,
        described.url,
        coalesce(services.service, split_part(named.repository, '/', -1)) as service,
        coalesce(teams.team, 'unassigned') as team
    from named
    left join described on named.repository = described.repository
    left join services on named.repository = services.repository
    left join teams on named.repository = teams.owned_key
    where named.repository is not null
)

select * from final
