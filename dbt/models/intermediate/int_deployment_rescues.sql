-- One row per production deployment, flag of a story whose work it carried, and moment after it at which that flag was
-- taken back: users no longer meet what went out, although it is still there.
with rollbacks as (
    select
        flag_id,
        flag_key,
        rolled_back_at
    from {{ ref('int_flag_rollbacks') }}
),

flags as (
    select distinct
        flag_id,
        story_key
    from {{ ref('int_flag_stories') }}
    where is_linked
),

final as (
    select distinct
        carried.deployment_id,
        carried.change_key,
        rollbacks.flag_key,
        rollbacks.rolled_back_at
    from rollbacks
    inner join flags on rollbacks.flag_id = flags.flag_id
    inner join {{ ref('int_story_changes') }} as story_changes on flags.story_key = story_changes.story_key
    inner join {{ ref('int_change_deployments') }} as carried
        on
            story_changes.change_key = carried.change_key
            and carried.is_known
            and carried.deployed_at < rollbacks.rolled_back_at
)

select * from final
