-- One row per flag, environment and epoch of its rollout: how far it came, how long that took, and what became of it.
with epochs as (
    select
        int_rollout_epochs.*,
        max(int_rollout_epochs.epoch) over (
            partition by int_rollout_epochs.flag_id, int_rollout_epochs.environment
        ) as last_epoch
    from {{ ref('int_rollout_epochs') }} as int_rollout_epochs
),

flags as (
    select * from {{ ref('int_flags') }}
),

steps as (
    select
        fct_rollout_steps.flag_key,
        fct_rollout_steps.environment,
        fct_rollout_steps.epoch,
        min(fct_rollout_steps.story_key) as story_key,
        count(*) filter (where fct_rollout_steps.is_pause) as pause_count,
        coalesce(sum(coalesce(fct_rollout_steps.duration_seconds, fct_rollout_steps.age_seconds)) filter (
            where fct_rollout_steps.is_pause
        ), 0) as paused_seconds,
        coalesce(sum(coalesce(fct_rollout_steps.duration_seconds, fct_rollout_steps.age_seconds)) filter (
            where fct_rollout_steps.is_holdback
        ), 0) as held_back_seconds
    from {{ ref('fct_rollout_steps') }} as fct_rollout_steps
    group by fct_rollout_steps.flag_key, fct_rollout_steps.environment, fct_rollout_steps.epoch
),

told as (
    select
        epochs.*,
        flags.flag_key,
        flags.is_temporary,
        epochs.epoch = epochs.last_epoch as is_current,
        nullif(epochs.last_ended_at, cast('infinity' as timestamptz)) as ended_at,
        epochs.ended_by in ('archived', 'deleted') as is_put_away,
        case
            when epochs.last_percentage < 0 then 'unknown'
            when epochs.highest_percentage = 0 and epochs.unknown_count = 0 then 'not_released'
            when epochs.last_percentage = 0 then 'rolled_back'
            when epochs.last_percentage >= 100 then 'full'
            when epochs.ended_by in ('archived', 'deleted') then 'put_away'
            when epochs.epoch < epochs.last_epoch then 'started_anew'
            when epochs.last_percentage >= {{ var('holdback_percentage') }} then 'held_back'
            else 'partial'
        end as outcome
    from epochs
    inner join flags on epochs.flag_id = flags.flag_id
),

final as (
    select
        told.flag_key,
        told.environment,
        told.epoch,
        steps.story_key,
        told.is_production,
        told.is_current,
        told.outcome,
        told.started_at,
        told.ended_at,
        told.step_count,
        told.first_percentage,
        told.first_raised_at,
        told.first_users_at,
        told.full_at,
        told.rolled_back_at,
        told.highest_percentage,
        nullif(told.last_percentage, -1) as last_percentage,
        {{ seconds_between('told.first_users_at', 'told.full_at') }} as first_users_to_full_seconds,
        told.raise_count,
        told.rollback_count,
        steps.pause_count,
        cast(steps.paused_seconds as double) as paused_seconds,
        cast(steps.held_back_seconds as double) as held_back_seconds,
        told.is_put_away,
        case
            when told.is_current and told.full_at is not null and not told.is_put_away
                then {{ age_of('told.full_at') }} / 86400
        end as full_days,
        coalesce(
            told.is_current
            and told.is_production
            and told.is_temporary
            and not told.is_put_away
            and {{ age_of('told.full_at') }} >= {{ var('flag_stale_after_days') }} * 86400,
            false
        ) as is_stale
    from told
    inner join steps
        on
            told.flag_key = steps.flag_key
            and told.environment = steps.environment
            and told.epoch = steps.epoch
)

select * from final
