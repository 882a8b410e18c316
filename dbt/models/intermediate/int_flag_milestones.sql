-- One row per feature flag: when it first reached production's users, and since when all of them have the feature.
with flags as (
    select * from {{ ref('int_flags') }}
),

shares as (
    select * from {{ ref('int_flag_shares') }}
    where is_production
),

-- Where it never served anybody, nothing is waited for.
environments as (
    select
        shares.flag_id,
        shares.environment,
        min(shares.started_at) filter (
            where shares.served_percentage >= {{ var('first_users_percentage') }}
        ) as reached_at,
        max(shares.started_at) as last_at,
        -- An unknown share is not whole; as null the aggregate would pass over it.
        max_by(coalesce(shares.served_percentage >= 100, false), shares.started_at) as is_whole
    from shares
    group by shares.flag_id, shares.environment
    having bool_or(shares.served_percentage is null or shares.served_percentage > 0)
),

gathered as (
    select
        environments.flag_id,
        min(environments.reached_at) as reached_at,
        case when bool_and(environments.is_whole) then max(environments.last_at) end as full_rollout_at
    from environments
    group by environments.flag_id
),

final as (
    select
        flags.flag_id,
        flags.flag_key,
        gathered.reached_at,
        gathered.full_rollout_at,
        -- It was put away before any user had it: what it was to let out goes out without it.
        gathered.flag_id is null and (flags.is_archived or flags.is_deleted) as is_given_up
    from flags
    left join gathered on flags.flag_id = gathered.flag_id
)

select * from final
