with stories as (
    select * from {{ ref('fct_stories') }}
),

repositories as (
    select * from {{ ref('int_repositories') }}
),

services as (
    select * from {{ ref('int_services') }}
),

team_keys as (
    select * from {{ ref('int_team_keys') }}
),

named as (
    select stories.team, 'project' as kind, stories.project_key as owned_key from stories
    union
    select repositories.team, 'repository' as kind, repositories.repository as owned_key from repositories
    union
    -- Of a service whose repository nobody lists, too, `unassigned` is a team that figures are told of.
    select services.team, 'repository' as kind, services.repository as owned_key from services
    union
    select team_keys.team, team_keys.kind, team_keys.owned_key from team_keys
),

counted as (
    select
        stories.team,
        count(*) as story_count
    from stories
    group by stories.team
),

described as (
    select
        named.team,
        list_sort(
            array_agg(named.owned_key) filter (where named.kind = 'project' and named.owned_key is not null)
        ) as projects,
        list_sort(
            array_agg(named.owned_key) filter (where named.kind = 'repository' and named.owned_key is not null)
        ) as repositories
    from named
    where named.team is not null
    group by named.team
),

final as (
    select
        described.team,
        coalesce(described.projects, cast([] as varchar[])) as projects,
        coalesce(described.repositories, cast([] as varchar[])) as repositories,
        cast(coalesce(counted.story_count, 0) as bigint) as story_count
    from described
    left join counted on described.team = counted.team
)

select * from final
