-- One row per ticket project or repository that the settings give to a team.
with final as (
    select
        teams.team,
        teams.kind,
        teams.owned_key
    from {{ ref('stg_settings__teams') }} as teams
)

select * from final
