-- One row per flag, environment and step of its rollout, numbered within its epoch.
{{ config(materialized='table') }}

with shares as (
    select * from {{ ref('int_flag_shares') }}
),

compared as (
    select
        shares.*,
        lag(shares.share_number) over own is null as is_first,
        lag(shares.served_percentage) over own as neighbour_percentage,
        last_value(shares.served_percentage ignore nulls) over earlier as earlier_percentage,
        max(shares.served_percentage) over earlier as peak_percentage,
        -- Of an unknown share nobody can say that it was nobody.
        coalesce(bool_or(coalesce(shares.served_percentage > 0, true)) over earlier, false) as had_users
    from shares
    window
        own as (partition by shares.flag_id, shares.environment, shares.life order by shares.started_at),
        earlier as (
            partition by shares.flag_id, shares.environment, shares.life
            order by shares.started_at
            rows between unbounded preceding and 1 preceding
        )
),

-- The fall to nobody still belongs to what it ends; the next raise begins anew, and so does dealing anew.
begun as (
    select
        compared.*,
        compared.is_first
        or (
            compared.had_users
            and compared.neighbour_percentage = 0
            and compared.served_percentage is distinct from 0
        )
        or (
            compared.had_users
            and compared.is_dealt_anew
            and coalesce(compared.served_percentage > 0 and compared.served_percentage < 100, false)
        ) as begins_epoch
    from compared
),

counted as (
    select
        begun.*,
        count(*) filter (where coalesce(begun.begins_epoch, false)) over (
            partition by begun.flag_id, begun.environment
            order by begun.started_at
            rows between unbounded preceding and current row
        ) as epoch
    from begun
),

final as (
    select
        counted.flag_id,
        counted.flag_key,
        counted.environment,
        counted.is_production,
        counted.epoch,
        row_number() over (
            partition by counted.flag_id, counted.environment, counted.epoch order by counted.started_at
        ) as step,
        counted.served_percentage as percentage,
        counted.unknown_reason,
        counted.started_at,
        counted.ended_at,
        counted.ended_by,
        counted.is_dealt_anew,
        coalesce(counted.served_percentage < counted.earlier_percentage, false) as is_rollback,
        case
            when counted.served_percentage is null then 'unknown'
            when counted.earlier_percentage is null
                then case when counted.served_percentage = 0 then 'off' else 'raise' end
            when counted.served_percentage < counted.earlier_percentage then 'rollback'
            when counted.served_percentage = counted.earlier_percentage then 'hold'
            when counted.peak_percentage > counted.earlier_percentage then 're_raise'
            else 'raise'
        end as kind
    from counted
)

select * from final
