-- One row per check of what is tied together and scope: the last four complete weeks against the four before them.
-- Which way it goes is only said where each of the two has twenty things, and the interval of their difference
-- (Newcombe, 95 %) leaves nought out.
with coverage as (
    select * from {{ ref('int_link_coverage') }}
),

scoped as (
    select
        coverage.check_name,
        coalesce(coverage.scope, 'unknown') as scope,
        timezone('UTC', coverage.happened_at) as happened_at,
        date_trunc('week', timezone('UTC', {{ as_of() }})) as ends_at,
        coverage.is_linked
    from coverage
    union all
    select
        coverage.check_name,
        'all' as scope,
        timezone('UTC', coverage.happened_at) as happened_at,
        date_trunc('week', timezone('UTC', {{ as_of() }})) as ends_at,
        coverage.is_linked
    from coverage
),

placed as (
    select
        scoped.*,
        scoped.happened_at >= scoped.ends_at - to_days(28) and scoped.happened_at < scoped.ends_at as is_recent,
        scoped.happened_at >= scoped.ends_at - to_days(56) and scoped.happened_at < scoped.ends_at - to_days(28)
            as is_before
    from scoped
),

counted as (
    select
        placed.check_name,
        placed.scope,
        count(*) filter (where placed.is_recent) as recent_n,
        count(*) filter (where placed.is_recent and placed.is_linked) as recent_linked,
        count(*) filter (where placed.is_before) as before_n,
        count(*) filter (where placed.is_before and placed.is_linked) as before_linked
    from placed
    group by placed.check_name, placed.scope
),

shares as (
    select
        counted.*,
        counted.recent_linked / nullif(cast(counted.recent_n as double), 0) as share_recent,
        counted.before_linked / nullif(cast(counted.before_n as double), 0) as share_before,
        {{ wilson('low', 'counted.recent_linked', 'counted.recent_n') }} as recent_low,
        {{ wilson('high', 'counted.recent_linked', 'counted.recent_n') }} as recent_high,
        {{ wilson('low', 'counted.before_linked', 'counted.before_n') }} as before_low,
        {{ wilson('high', 'counted.before_linked', 'counted.before_n') }} as before_high
    from counted
),

differences as (
    select
        shares.*,
        shares.share_recent - shares.share_before
        - sqrt((shares.share_recent - shares.recent_low) ^ 2 + (shares.before_high - shares.share_before) ^ 2)
            as difference_low,
        shares.share_recent - shares.share_before
        + sqrt((shares.recent_high - shares.share_recent) ^ 2 + (shares.share_before - shares.before_low) ^ 2)
            as difference_high
    from shares
),

final as (
    select
        differences.check_name,
        differences.scope,
        differences.share_recent,
        differences.recent_n,
        differences.share_before,
        differences.before_n,
        case
            when least(differences.recent_n, differences.before_n) < 20 then 'too_few'
            when differences.difference_low > 0 then 'rising'
            when differences.difference_high < 0 then 'falling'
            else 'steady'
        end as trend
    from differences
)

select * from final
