-- The shares of a flag in an environment neither overlap nor run backwards, and each differs from the one before it
-- unless the flag was put away between them, or people were dealt anew.
with compared as (
    select
        shares.*,
        lag(shares.ended_at) over one_flag as earlier_ended_at,
        lag(shares.served_percentage) over one_flag as earlier_percentage,
        row_number() over one_flag as share_place
    from {{ ref('int_flag_shares') }} as shares
    window one_flag as (partition by shares.flag_id, shares.environment order by shares.started_at)
)

select *
from compared
where
    ended_at <= started_at
    or (
        share_place > 1
        and (
            earlier_ended_at is null
            or earlier_ended_at > started_at
            or (
                earlier_ended_at = started_at
                and earlier_percentage is not distinct from served_percentage
                and not is_dealt_anew
            )
        )
    )
