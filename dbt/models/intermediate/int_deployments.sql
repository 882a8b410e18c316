-- One row per deployment, folded from its statuses: when it began, when it ended, and how.
{{ config(materialized='table') }}

with deployment_events as (
    select * from {{ ref('stg_events__deployment') }}
),

repositories as (
    select * from {{ ref('int_repositories') }}
),

records as (
    select *
    from deployment_events
    where event_type = 'deployment.created'
    qualify row_number() over (
        partition by subject
        order by observed_at desc, raw_position desc, event_id
    ) = 1
),

-- The first success is the end: that the record became inactive, or was touched later, says nothing of this one.
histories as (
    select
        deployment_events.subject,
        min(deployment_events.repository) as repository,
        min(deployment_events.deployment_id) as vendor_deployment_id,
        min(deployment_events.occurred_at) as first_told_at,
        arg_max(deployment_events.environment, (deployment_events.occurred_at, deployment_events.event_id))
            as environment,
        min(deployment_events.occurred_at)
        filter (where deployment_events.state = 'in_progress') as in_progress_at,
        min(deployment_events.occurred_at)
        filter (where deployment_events.state = 'success') as succeeded_at,
        min(deployment_events.occurred_at)
        filter (where deployment_events.state in ('failure', 'error')) as failed_at,
        arg_max(deployment_events.state, (deployment_events.occurred_at, deployment_events.event_id))
            as last_state
    from deployment_events
    group by deployment_events.subject
),

-- A repository of several services tells them apart by a word of the deployment: the first service that fits.
ruled as (
    select
        records.subject,
        arg_min(rules.service, rules.place) as service
    from records
    inner join {{ ref('stg_settings__monorepos') }} as rules
        on
            records.repository = rules.repository
            and rules.kind = 'deployment'
            and (
                lower(records.environment) glob rules.pattern
                or lower(records.task) glob rules.pattern
                or lower(records.ref) glob rules.pattern
                or lower(records.description) glob rules.pattern
            )
    group by records.subject
),

combined as (
    select
        histories.subject,
        histories.vendor_deployment_id,
        histories.repository,
        coalesce(nullif(records.environment, ''), nullif(histories.environment, ''), 'unnamed') as environment,
        coalesce(records.service, ruled.service, repositories.service) as service,
        coalesce(records.is_production, false) as is_declared_production,
        records.sha,
        records.ref,
        records.url,
        coalesce(records.created_at, records.occurred_at, histories.first_told_at) as created_at,
        histories.in_progress_at,
        coalesce(histories.succeeded_at, histories.failed_at) as finished_at,
        case
            when histories.succeeded_at is not null then 'success'
            when histories.failed_at is not null then 'failed'
            else coalesce(histories.last_state, 'pending')
        end as status,
        row_number() over (
            partition by histories.vendor_deployment_id
            order by histories.subject
        ) as rank_of_id
    from histories
    left join records on histories.subject = records.subject
    left join ruled on histories.subject = ruled.subject
    left join repositories on histories.repository = repositories.repository
),

-- Two repositories may number their deployments alike: the first keeps the id, the next carry their repository's name.
final as (
    select
        case
            when combined.rank_of_id = 1 then combined.vendor_deployment_id
            else combined.repository || '/' || combined.vendor_deployment_id
        end as deployment_id,
        combined.subject,
        combined.vendor_deployment_id,
        combined.repository,
        combined.environment,
        combined.service,
        combined.sha,
        combined.ref,
        combined.url,
        combined.created_at,
        combined.finished_at,
        combined.status,
        -- Names of environments differ in case by who typed them.
        lower(combined.environment) as environment_key,
        -- The vendor declares it by the exact name alone, so a name that the settings list counts as well.
        combined.is_declared_production
        or {{ matches_setting('combined.environment', 'production_environments') }} as is_production,
        coalesce(combined.in_progress_at, combined.created_at) as started_at
    from combined
)

select * from final
