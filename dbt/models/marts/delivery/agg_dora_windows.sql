-- One row per definition, service, team and window, which is a month of the calendar or the last 30 or 90 days before
-- the run, with DORA's five metrics over production: medians of weeks cannot be averaged.
with windows as (
    select * from {{ ref('int_dora_windows') }}
),

typical as (
    select * from {{ ref('int_dora_window_weeks') }}
),

placed as (
    select
        found.*,
        windows.window_name
    from {{ ref('int_dora_points') }} as found
    inner join windows
        on
            found.definition = windows.definition
            and found.service = windows.service
            and found.occurred_at >= windows.window_start
            and found.occurred_at < windows.window_end
),

points as (
    select
        *,
        percent_rank() over (partition by definition, service, window_name, measure order by value) as rank
    from placed
),

figures as (
    select
        points.definition,
        points.service,
        points.window_name,
        {{ dora_figures() }}
    from points
    group by points.definition, points.service, points.window_name
),

final as (
    select
        windows.definition,
        windows.window_name,
        windows.service,
        windows.team,
        windows.window_start,
        windows.window_end,
        coalesce(figures.deployments, 0) as deployments,
        case
            when windows.definition in ('devlake', 'four_keys') then typical.days_per_week / 7.0
            else
                coalesce(figures.deployments, 0) * 86400.0
                / nullif({{ seconds_between('windows.window_start', 'windows.known_until') }}, 0)
        end as deployment_frequency_per_day,
        figures.change_lead_time_median_seconds,
        figures.change_lead_time_p85_seconds,
        figures.change_fail_numerator / nullif(cast(figures.change_fail_rate_n as double), 0) as change_fail_rate,
        figures.recovery_median_seconds,
        figures.recovery_p85_seconds,
        figures.rework_numerator / nullif(cast(figures.rework_rate_n as double), 0) as rework_rate,
        coalesce(figures.deployments, 0) as deployment_frequency_n,
        coalesce(figures.change_lead_time_n, 0) as change_lead_time_n,
        coalesce(figures.change_fail_rate_n, 0) as change_fail_rate_n,
        coalesce(figures.recovery_n, 0) as recovery_n,
        coalesce(figures.rework_rate_n, 0) as rework_rate_n,
        cast(typical.days_per_week as double) as deployment_days_per_week,
        coalesce(figures.change_fail_numerator, 0) as change_fail_numerator,
        coalesce(figures.rework_numerator, 0) as rework_numerator,
        windows.window_end <= windows.as_of and windows.first_deployed_at <= windows.window_start as is_complete
    from windows
    left join figures
        on
            windows.definition = figures.definition
            and windows.service = figures.service
            and windows.window_name = figures.window_name
    left join typical
        on
            windows.definition = typical.definition
            and windows.service = typical.service
            and windows.window_name = typical.window_name
)

select * from final
