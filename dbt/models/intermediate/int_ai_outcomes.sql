-- One row per comparison, rate and measured story: how often something went wrong with it, of how many times.
{{ config(materialized='table') }}

with cases as (
    select * from {{ ref('int_ai_cases') }}
),

fixes as (
    select distinct change_key from {{ ref('int_change_fixes') }}
),

failures as (
    select distinct deployment_id from {{ ref('int_deployment_failures') }}
),

-- As `fct_deployments` has it: one that carried nothing but repairs.
deployments as (
    select
        carried.deployment_id,
        count(*) = count(fixes.change_key) as is_rework
    from {{ ref('int_change_deployments') }} as carried
    left join fixes on carried.change_key = fixes.change_key
    where carried.is_known
    group by carried.deployment_id
),

-- A deployment counts for each story that it carried something of, once.
carried as (
    select distinct
        story_changes.story_key,
        deployments.deployment_id,
        deployments.is_rework
    from {{ ref('int_story_changes') }} as story_changes
    inner join {{ ref('int_change_deployments') }} as change_deployments
        on story_changes.change_key = change_deployments.change_key
    inner join deployments on change_deployments.deployment_id = deployments.deployment_id
),

counted as (
    select
        carried.story_key,
        count(failures.deployment_id) as failed,
        count(*) filter (where carried.is_rework) as reworked,
        count(*) as deployments
    from carried
    left join failures on carried.deployment_id = failures.deployment_id
    group by carried.story_key
),

measured as (
    select
        counted.story_key,
        'change_fail_rate' as measure,
        101 as position,
        counted.failed as events,
        counted.deployments as trials
    from counted
    union all
    select counted.story_key, 'rework_rate', 102, counted.reworked, counted.deployments
    from counted
    union all
    select cases.story_key, 'reopen_rate', 103, case when cases.reopened_count > 0 then 1 else 0 end, 1
    from cases
    where cases.first_done_at is not null
),

told as (
    select
        measured.*,
        cases.developer_key as developer,
        cases.stratum,
        cases.ai_assistance,
        cases.enabled_at,
        cases.known_until,
        coalesce(cases.started_at, cases.backlog_at) as begun_at
    from measured
    inner join cases on measured.story_key = cases.story_key
),

final as (
    select
        'before_after_enablement' as comparison,
        told.begun_at >= told.enabled_at as is_after,
        told.*
    from told
    where told.enabled_at is not null
    union all
    select
        'signs_against_none' as comparison,
        told.ai_assistance in ('declared', 'detected') as is_after,
        told.*
    from told
    where told.ai_assistance <> 'unknown' and (told.enabled_at is null or told.begun_at >= told.enabled_at)
)

select * from final
