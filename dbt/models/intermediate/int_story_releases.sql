-- One row per story: when it was in production, and when for all, by its flag and its code together.
with tickets as (
    select * from {{ ref('int_tickets') }}
),

changes as (
    select * from {{ ref('int_story_changes_summary') }}
),

flags as (
    select * from {{ ref('int_story_flags') }}
),

-- A story with a flag is in production when its users are, and not when its code is. The flag of what it belongs to
-- may have been there before its code, which then reaches the users with its deployment; and it lets out nothing that
-- was only thought of later.
final as (
    select
        tickets.story_key,
        case
            when flags.story_key is null then changes.production_at
            when not flags.is_from_above then flags.production_at
            when changes.set_size > 0
                then case
                    when flags.production_at <= changes.production_at then changes.production_at
                    when changes.production_at is not null then flags.production_at
                end
            when flags.production_at >= tickets.created_at then flags.production_at
        end as production_at,
        case
            when flags.story_key is null then changes.production_at
            when not flags.is_from_above then flags.full_rollout_at
            when changes.set_size > 0
                then case
                    when flags.full_rollout_at <= changes.production_at then changes.production_at
                    when changes.production_at is not null then flags.full_rollout_at
                end
            when flags.production_at >= tickets.created_at then flags.full_rollout_at
        end as full_rollout_at
    from tickets
    left join changes on tickets.story_key = changes.story_key
    left join flags on tickets.story_key = flags.story_key
)

select * from final
