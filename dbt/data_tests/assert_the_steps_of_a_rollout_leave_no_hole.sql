-- A step ends where the next one begins; only a flag that was put away may come back later. Epochs and steps count up.
with steps as (
    select
        fct_rollout_steps.*,
        lead(fct_rollout_steps.started_at) over own as next_started_at,
        lag(fct_rollout_steps.epoch) over own as earlier_epoch,
        lag(fct_rollout_steps.step) over own as earlier_step
    from {{ ref('fct_rollout_steps') }} as fct_rollout_steps
    window own as (
        partition by fct_rollout_steps.flag_key, fct_rollout_steps.environment order by fct_rollout_steps.started_at
    )
)

select *
from steps
where
    (ended_by = 'step' and ended_at is distinct from next_started_at)
    or (ended_by in ('archived', 'deleted') and next_started_at < ended_at)
    or (ended_by is null and next_started_at is not null)
    or ended_at <= started_at
    or not (
        (step = 1 and epoch = coalesce(earlier_epoch, 0) + 1)
        or (epoch = earlier_epoch and step = earlier_step + 1)
    )
