-- One row per flag, environment and epoch of its rollout: how far it came, and when.
with steps as (
    select * from {{ ref('int_rollout_steps') }}
),

marked as (
    select
        steps.*,
        -- An unknown share may not be all.
        min(coalesce(steps.percentage, 0)) over (
            partition by steps.flag_id, steps.environment, steps.epoch
            order by steps.step
            rows between current row and unbounded following
        ) >= 100 as stays_full
    from steps
),

final as (
    select
        marked.flag_id,
        marked.environment,
        marked.epoch,
        bool_or(marked.is_production) as is_production,
        min(marked.started_at) as started_at,
        count(*) as step_count,
        max(marked.percentage) as highest_percentage,
        max_by(coalesce(marked.percentage, -1), marked.step) as last_percentage,
        max(marked.started_at) as last_step_at,
        max_by(coalesce(marked.ended_by, 'nothing'), marked.step) as ended_by,
        max_by(coalesce(marked.ended_at, cast('infinity' as timestamptz)), marked.step) as last_ended_at,
        min_by(marked.percentage, marked.step) filter (where marked.percentage > 0) as first_percentage,
        min(marked.started_at) filter (where marked.percentage > 0) as first_raised_at,
        min(marked.started_at) filter (
            where marked.percentage >= {{ var('first_users_percentage') }}
        ) as first_users_at,
        min(marked.started_at) filter (where marked.stays_full) as full_at,
        min(marked.started_at) filter (where marked.is_rollback) as rolled_back_at,
        count(*) filter (where marked.is_rollback) as rollback_count,
        count(*) filter (where marked.kind in ('raise', 're_raise')) as raise_count,
        count(*) filter (where marked.percentage is null) as unknown_count
    from marked
    group by marked.flag_id, marked.environment, marked.epoch
)

select * from final
