-- One row per definition, service and window with the days on which anything was deployed, in the middle one of its
-- weeks.
with windows as (
    select * from {{ ref('int_dora_windows') }}
),

deployments as (
    select * from {{ ref('int_dora_points') }}
    where measure = 'deployment'
),

weeks as (
    select
        windows.definition,
        windows.service,
        windows.window_name,
        windows.window_start,
        windows.window_end,
        unnest(generate_series(
            date_trunc('week', windows.window_start at time zone 'UTC'),
            windows.known_until at time zone 'UTC' - interval 1 microsecond,
            interval 7 day
        )) as week_on
    from windows
),

weekly_days as (
    select
        weeks.definition,
        weeks.service,
        weeks.window_name,
        weeks.week_on,
        count(distinct cast(deployments.occurred_at at time zone 'UTC' as date)) as days
    from weeks
    left join deployments
        on
            weeks.definition = deployments.definition
            and weeks.service = deployments.service
            and deployments.occurred_at >= weeks.window_start
            and deployments.occurred_at < weeks.window_end
            and weeks.week_on = date_trunc('week', deployments.occurred_at at time zone 'UTC')
    group by weeks.definition, weeks.service, weeks.window_name, weeks.week_on
),

-- The lower of two middle weeks where the definition takes that.
final as (
    select
        weekly_days.definition,
        weekly_days.service,
        weekly_days.window_name,
        case
            when weekly_days.definition = 'devlake' then quantile_disc(weekly_days.days, 0.5)
            else quantile_cont(weekly_days.days, 0.5)
        end as days_per_week
    from weekly_days
    group by weekly_days.definition, weekly_days.service, weekly_days.window_name
)

select * from final
