-- One row per service, measure and thing that the definition of Four Keys counts, with its value and its moment.
with pushes as (
    select * from {{ ref('int_deployment_pushes') }}
),

-- A deployment joins the push whose last commit it names; one that joins none is not there.
carried as (
    select
        deployments.service,
        deployments.deployment_id,
        deployments.finished_at,
        pushes.sha,
        trunc({{ seconds_between('pushes.committed_at', 'deployments.finished_at') }} / 60) as minutes
    from {{ ref('int_deployment_order') }} as deployments
    inner join pushes
        on deployments.repository = pushes.repository and deployments.sha = pushes.deployed_sha
    where deployments.is_production and deployments.status = 'success'
),

deployments as (
    select distinct
        service,
        deployment_id,
        finished_at
    from carried
),

-- The cause is a commit that the report names.
reported as (
    select
        incident_id,
        service,
        opened_at,
        resolved_at,
        coalesce(
            sha,
            nullif(regexp_extract(
                coalesce(title, '') || ' ' || coalesce(body, ''), '(?:^|[^0-9a-f])([0-9a-f]{40})(?:[^0-9a-f]|$)', 1
            ), '')
        ) as cause
    from {{ ref('int_incidents') }}
),

caused as (
    select
        reported.incident_id,
        reported.opened_at,
        reported.resolved_at,
        carried.service,
        carried.deployment_id,
        carried.finished_at
    from reported
    inner join carried
        on reported.cause = carried.sha and (reported.service is null or reported.service = carried.service)
),

began as (
    select
        reported.incident_id,
        reported.resolved_at,
        coalesce(reported.service, caused.service) as service,
        least(reported.opened_at, min(caused.finished_at)) as began_at
    from reported
    left join caused on reported.incident_id = caused.incident_id
    group by reported.incident_id, reported.resolved_at, reported.opened_at, reported.service, caused.service
),

found as (
    select service, 'deployment' as measure, deployment_id as point_key, finished_at as occurred_at, 1.0 as value
    from deployments
    union all
    select service, 'lead_time', deployment_id || ' ' || sha, finished_at, 60.0 * minutes
    from carried
    where minutes > 0
    union all
    select service, 'judged', deployment_id, finished_at, 1.0
    from deployments
    union all
    -- Each joined row counts, so that two incidents of one deployment are two.
    select service, 'failed', deployment_id || ' ' || incident_id, finished_at, 1.0
    from caused
    union all
    select
        service,
        'recovery',
        incident_id,
        began_at,
        3600.0 * trunc({{ seconds_between('began_at', 'resolved_at') }} / 3600)
    from began
),

final as (
    select
        'four_keys' as definition,
        found.service,
        found.measure,
        found.point_key,
        found.occurred_at,
        cast(found.value as double) as value
    from found
    where found.value is not null and found.service is not null
)

select * from final
