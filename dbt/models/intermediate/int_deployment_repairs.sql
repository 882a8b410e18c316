-- One row per production deployment, change that it first carried, and later deployment with the revert or hotfix that
-- names that change.
{{ config(materialized='table') }}

with carried as (
    select *
    from {{ ref('int_change_deployments') }}
    where is_known
),

fixes as (
    select *
    from {{ ref('int_change_fixes') }}
    where repaired_change_key is not null and kind in ('revert', 'hotfix')
),

final as (
    select
        broken.deployment_id,
        broken.change_key as broken_change_key,
        fixes.kind,
        fixes.change_key as fixing_change_key,
        repaired.deployment_id as repair_deployment_id,
        repaired.deployed_at as repaired_at
    from fixes
    inner join carried as broken on fixes.repaired_change_key = broken.change_key
    inner join carried as repaired
        on
            fixes.change_key = repaired.change_key
            and broken.service = repaired.service
            and broken.environment_key = repaired.environment_key
            and broken.deployed_at < repaired.deployed_at
)

select * from final
