-- One row per flag, environment and step of its rollout: from one share of the users to the next.
with steps as (
    select * from {{ ref('int_rollout_steps') }}
),

stories as (
    select * from {{ ref('int_flag_story_keys') }}
),

timed as (
    select
        steps.*,
        {{ seconds_between(
            'steps.started_at', 'coalesce(steps.ended_at, ' ~ lasts_until('steps.started_at') ~ ')'
        ) }} as stood_seconds,
        min(steps.started_at) over own as epoch_started_at,
        max(steps.epoch) over (partition by steps.flag_id, steps.environment) as last_epoch,
        -- An unknown share may not be all.
        coalesce(min(coalesce(steps.percentage, 0)) over from_then_on >= 100, false) as stays_full
    from steps
    window
        own as (partition by steps.flag_id, steps.environment, steps.epoch),
        from_then_on as (
            partition by steps.flag_id, steps.environment, steps.epoch
            order by steps.step
            rows between current row and unbounded following
        )
),

final as (
    select
        timed.flag_key,
        timed.environment,
        timed.epoch,
        timed.step,
        stories.story_key,
        timed.percentage,
        timed.started_at,
        timed.ended_at,
        timed.is_rollback,
        timed.kind,
        timed.is_production,
        case when timed.ended_at is not null then timed.stood_seconds end as duration_seconds,
        case when timed.ended_at is null then timed.stood_seconds end as age_seconds,
        timed.ended_by,
        coalesce(
            timed.percentage > 0
            and timed.percentage < {{ var('holdback_percentage') }}
            and timed.stood_seconds >= {{ var('flag_pause_after_days') }} * 86400,
            false
        ) as is_pause,
        coalesce(
            timed.percentage >= {{ var('holdback_percentage') }}
            and timed.percentage < 100
            and timed.stood_seconds >= {{ var('flag_pause_after_days') }} * 86400,
            false
        ) as is_holdback,
        timed.is_dealt_anew,
        timed.epoch = timed.last_epoch and timed.stays_full as is_unbroken_full,
        timed.epoch_started_at,
        timed.unknown_reason,
        coalesce(stories.story_keys, cast([] as varchar[])) as story_keys
    from timed
    left join stories on timed.flag_id = stories.flag_id
)

select * from final
