-- One row per flag, environment of production and moment at which fewer of its users got the feature than before.
with shares as (
    select
        *,
        lag(served_percentage) over own as earlier_percentage,
        lag(started_at) over own as raised_at,
        lag(ended_at) over own as earlier_ended_at
    from {{ ref('int_flag_shares') }}
    where is_production
    window own as (partition by flag_id, environment order by started_at)
),

-- After a flag was put away nothing is lowered: who had the feature may have kept it.
final as (
    select
        shares.flag_id,
        shares.flag_key,
        shares.environment,
        shares.started_at as rolled_back_at,
        shares.raised_at,
        shares.earlier_percentage as from_percentage,
        shares.served_percentage as to_percentage
    from shares
    where shares.served_percentage < shares.earlier_percentage and shares.started_at = shares.earlier_ended_at
)

select * from final
