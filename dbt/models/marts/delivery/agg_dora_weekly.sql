-- One row per definition, week, service and team with DORA's five metrics over production. A week without anything,
-- between the first and the last one of a service, is a row with no deployments.
with deployments as (
    select *
    from {{ ref('fct_deployments') }}
    where is_production and status in ('success', 'failed')
),

-- The same commit tried again is one deployment: it went out at its first success, and failed if any attempt did.
attempts as (
    select
        deployments.service,
        deployments.first_attempt_id,
        coalesce(
            min(deployments.finished_at) filter (where deployments.status = 'success'),
            min(deployments.finished_at)
        ) as finished_at,
        bool_or(deployments.status = 'success') as is_deployed,
        bool_or(deployments.is_failed) as is_failed,
        bool_or(deployments.is_rework) as is_rework,
        max(deployments.recovery_seconds) as recovery_seconds
    from deployments
    group by deployments.service, deployments.first_attempt_id
),

dated as (
    select
        attempts.*,
        cast(date_trunc('week', attempts.finished_at at time zone 'UTC') as date) as week_on
    from attempts
),

stability as (
    select
        dated.service,
        dated.week_on,
        count(*) filter (where dated.is_deployed) as deployments,
        count(*) as change_fail_rate_n,
        count(*) filter (where dated.is_failed) as failed,
        count(*) filter (where dated.is_rework) as rework,
        quantile_cont(dated.recovery_seconds, 0.5) as recovery_median_seconds,
        count(dated.recovery_seconds) as recovery_n
    from dated
    group by dated.service, dated.week_on
),

lead_times as (
    select
        delivered.service,
        cast(date_trunc('week', delivered.deployed_at at time zone 'UTC') as date) as week_on,
        quantile_cont(delivered.change_lead_time_seconds, 0.5) as median_seconds,
        quantile_cont(delivered.change_lead_time_seconds, 0.85) as p85_seconds,
        count(delivered.change_lead_time_seconds) as change_lead_time_n
    from {{ ref('int_service_deliveries') }} as delivered
    group by delivered.service, week_on
),

spans as (
    select
        stability.service,
        unnest(generate_series(min(stability.week_on), max(stability.week_on), interval 7 day)) as week_on
    from stability
    group by stability.service
),

final as (
    select
        'dora' as definition,
        cast(spans.week_on as date) as week_on,
        spans.service,
        services.team,
        coalesce(stability.deployments, 0) as deployments,
        coalesce(stability.deployments, 0) / 7.0 as deployment_frequency_per_day,
        lead_times.median_seconds as change_lead_time_median_seconds,
        lead_times.p85_seconds as change_lead_time_p85_seconds,
        stability.failed / nullif(cast(stability.change_fail_rate_n as double), 0) as change_fail_rate,
        stability.recovery_median_seconds,
        stability.rework / nullif(cast(stability.deployments as double), 0) as rework_rate,
        coalesce(stability.deployments, 0) as deployment_frequency_n,
        coalesce(lead_times.change_lead_time_n, 0) as change_lead_time_n,
        coalesce(stability.change_fail_rate_n, 0) as change_fail_rate_n,
        coalesce(stability.recovery_n, 0) as recovery_n,
        coalesce(stability.deployments, 0) as rework_rate_n
    from spans
    left join stability on spans.service = stability.service and spans.week_on = stability.week_on
    left join lead_times on spans.service = lead_times.service and spans.week_on = lead_times.week_on
    left join {{ ref('int_services') }} as services on spans.service = services.service
)

select * from final
