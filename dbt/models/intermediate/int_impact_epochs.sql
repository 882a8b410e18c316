-- One row per story, flag and epoch: since when users got it, since when all have it, and whether it was taken back.
{{ config(tags=['usage']) }}

with epochs as (
    select * from {{ ref('int_feature_epochs') }}
),

steps as (
    select
        rollout_steps.*,
        max(rollout_steps.percentage) over own as highest_percentage,
        max(rollout_steps.step) over own as last_step
    from {{ ref('int_rollout_steps') }} as rollout_steps
    window own as (partition by rollout_steps.flag_id, rollout_steps.environment, rollout_steps.epoch)
),

peaks as (
    select
        steps.flag_id,
        steps.environment,
        steps.epoch,
        max(case when steps.percentage = steps.highest_percentage then steps.step end) as peak_step,
        min(case when steps.percentage >= 100 then steps.started_at end) as first_full_at
    from steps
    group by steps.flag_id, steps.environment, steps.epoch
),

-- Back to a share that is no holdback, and never up again in this epoch. What all had for the whole time in which
-- adoption is told was not taken back within it: it was put away.
taken_back as (
    select
        steps.flag_id,
        steps.environment,
        steps.epoch,
        min(steps.started_at) as rolled_back_at
    from steps
    inner join peaks
        on
            steps.flag_id = peaks.flag_id
            and steps.environment = peaks.environment
            and steps.epoch = peaks.epoch
            and steps.step > peaks.peak_step
    where steps.percentage < steps.highest_percentage
    group by steps.flag_id, steps.environment, steps.epoch
    having
        max(case when steps.step = steps.last_step then steps.percentage end) < {{ var('holdback_percentage') }}
        and (
            max(peaks.first_full_at) is null
            or min(steps.started_at) < {{ adoption_end('max(peaks.first_full_at)') }}
        )
),

final as (
    select
        epochs.story_key,
        epochs.flag_key,
        epochs.epoch,
        epochs.opened_at,
        epochs.full_at,
        taken_back.rolled_back_at,
        {{ adoption_end('coalesce(epochs.full_at, epochs.opened_at)') }} as planned_at,
        {{ known_until() }} as known_until,
        {{ as_of() }} as as_of
    from epochs
    left join taken_back
        on
            epochs.flag_id = taken_back.flag_id
            and epochs.environment = taken_back.environment
            and epochs.epoch = taken_back.epoch
    where epochs.opened_at is not null
)

select * from final
