-- A step is a rollback where its share is lower than the last known one of the same flag, and nowhere else. A flag that
-- was deleted and made again is another one.
with steps as (
    select
        fct_rollout_steps.*,
        last_value(fct_rollout_steps.percentage ignore nulls) over earlier as earlier_percentage,
        last_value(
            case when fct_rollout_steps.ended_by = 'deleted' then fct_rollout_steps.started_at end ignore nulls
        ) over earlier as deleted_step_at,
        last_value(
            case when fct_rollout_steps.percentage is not null then fct_rollout_steps.started_at end ignore nulls
        ) over earlier as known_at
    from {{ ref('fct_rollout_steps') }} as fct_rollout_steps
    window earlier as (
        partition by fct_rollout_steps.flag_key, fct_rollout_steps.environment
        order by fct_rollout_steps.started_at
        rows between unbounded preceding and 1 preceding
    )
)

select *
from steps
where
    is_rollback <> coalesce(
        percentage < earlier_percentage and (deleted_step_at is null or known_at > deleted_step_at), false
    )
    or is_rollback <> (kind = 'rollback')
