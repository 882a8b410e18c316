-- Every epoch is a rollout with all of its steps, and the last unbroken 100 % is told alike by both.
with steps as (
    select
        fct_rollout_steps.flag_key,
        fct_rollout_steps.environment,
        fct_rollout_steps.epoch,
        count(*) as step_count,
        min(fct_rollout_steps.started_at) filter (where fct_rollout_steps.is_unbroken_full) as full_at
    from {{ ref('fct_rollout_steps') }} as fct_rollout_steps
    group by fct_rollout_steps.flag_key, fct_rollout_steps.environment, fct_rollout_steps.epoch
)

select
    rollouts.flag_key,
    steps.flag_key as steps_flag_key
from {{ ref('fct_rollouts') }} as rollouts
full outer join steps
    on
        rollouts.flag_key = steps.flag_key
        and rollouts.environment = steps.environment
        and rollouts.epoch = steps.epoch
where
    rollouts.step_count is distinct from steps.step_count
    or (rollouts.is_current and rollouts.full_at is distinct from steps.full_at)
