-- One row per story: the milestones that the statuses of its ticket tell, where the settings let them.
with final as (
    select
        stations.story_key,
        min(stations.entered_at) filter (
            where stations.status_category = 'in_progress' and stations.station > 2
        ) as begun_at,
        min(stations.entered_at) filter (where stations.marked_station = 3) as spec_at,
        min(stations.entered_at) filter (where stations.marked_station = 4) as code_complete_at,
        min(stations.entered_at) filter (where stations.marked_station = 5) as reviewed_at
    from {{ ref('int_story_stations') }} as stations
    group by stations.story_key
)

select * from final
