-- One row per definition, service and window of time that is looked at as a whole: a month of the calendar, or the
-- last 30 or 90 days before the run.
{{ config(materialized='table') }}

with services as (
    select * from {{ ref('int_dora_services') }}
),

recent as (
    select
        services.*,
        unnest([30, 90]) as day_count
    from services
),

months as (
    select
        services.*,
        unnest(generate_series(
            date_trunc('month', services.first_deployed_at at time zone 'UTC'),
            date_trunc('month', services.as_of at time zone 'UTC'),
            interval 1 month
        )) as month_on
    from services
),

final as (
    select
        recent.definition,
        recent.service,
        recent.team,
        recent.first_deployed_at,
        recent.as_of,
        'last_' || recent.day_count || '_days' as window_name,
        recent.as_of - to_days(cast(recent.day_count as integer)) as window_start,
        recent.as_of as window_end,
        recent.as_of as known_until
    from recent
    union all
    select
        months.definition,
        months.service,
        months.team,
        months.first_deployed_at,
        months.as_of,
        strftime(months.month_on, '%Y-%m') as window_name,
        months.month_on at time zone 'UTC' as window_start,
        (months.month_on + interval 1 month) at time zone 'UTC' as window_end,
        least((months.month_on + interval 1 month) at time zone 'UTC', months.as_of) as known_until
    from months
)

select * from final
