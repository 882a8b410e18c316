-- One row per definition, week, service and team with DORA's five metrics over production, from the first week in which
-- the service was deployed to that of the run: a week without anything is a row with no deployments.
with services as (
    select * from {{ ref('int_dora_services') }}
),

dated as (
    select
        *,
        cast(date_trunc('week', occurred_at at time zone 'UTC') as date) as week_on
    from {{ ref('int_dora_points') }}
),

points as (
    select
        *,
        percent_rank() over (partition by definition, service, week_on, measure order by value) as rank
    from dated
),

figures as (
    select
        points.definition,
        points.service,
        points.week_on,
        {{ dora_figures() }}
    from points
    group by points.definition, points.service, points.week_on
),

weeks as (
    select
        services.*,
        unnest(generate_series(services.first_week_on, services.last_week_on, interval 7 day)) as week_on
    from services
),

final as (
    select
        weeks.definition,
        cast(weeks.week_on as date) as week_on,
        weeks.service,
        weeks.team,
        coalesce(figures.deployments, 0) as deployments,
        -- Two of the definitions count the days on which anything went out.
        case
            when weeks.definition in ('devlake', 'four_keys') then coalesce(figures.deployment_days, 0)
            else coalesce(figures.deployments, 0)
        end / 7.0 as deployment_frequency_per_day,
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
        coalesce(figures.deployment_days, 0) as deployment_days,
        coalesce(figures.change_fail_numerator, 0) as change_fail_numerator,
        coalesce(figures.rework_numerator, 0) as rework_numerator,
        weeks.week_on + interval 7 day <= weeks.as_of at time zone 'UTC' as is_complete
    from weeks
    left join figures
        on
            weeks.definition = figures.definition
            and weeks.service = figures.service
            and weeks.week_on = figures.week_on
)

select * from final
