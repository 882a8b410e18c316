with counts as (
    select * from {{ ref('int_quality_links') }}
    union all
    select * from {{ ref('int_quality_faults') }}
),

final as (
    select
        counts.check_name,
        counts.scope,
        cast(counts.linked as bigint) as linked,
        cast(counts.total as bigint) as total,
        counts.linked / nullif(cast(counts.total as double), 0) as share,
        case
            when counts.linked = counts.total then 'ok'
            when counts.linked >= counts.ok_from * counts.total then 'ok'
            when counts.linked >= counts.watch_from * counts.total then 'watch'
            else 'act'
        end as status
    from counts
)

select * from final
