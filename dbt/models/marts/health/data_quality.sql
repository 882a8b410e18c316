with topics as (
    select * from {{ ref('int_topic_precision') }}
),

counts as (
    select
        *,
        cast(null as varchar) as told_status,
        cast(null as varchar) as detail
    from {{ ref('int_quality_links') }}
    union all
    select
        *,
        cast(null as varchar),
        cast(null as varchar)
    from {{ ref('int_quality_faults') }}
    union all
    select * from {{ ref('int_quality_volume') }}
    union all
    select
        *,
        cast(null as varchar),
        cast(null as varchar)
    from {{ ref('int_quality_milestones') }}
    union all
    select
        'topics_rightly_assigned',
        topics.scope,
        topics.right_ones,
        topics.labelled,
        cast(null as double),
        cast(null as double),
        -- By the end that the sample still allows: a share of few says little.
        case
            when topics.is_too_few then 'watch'
            when topics.low >= 0.8 then 'ok'
            when topics.low >= 0.5 then 'watch'
            else 'act'
        end,
        topics.detail
    from topics
),

trends as (
    select * from {{ ref('int_link_coverage_trends') }}
),

final as (
    select
        counts.check_name,
        counts.scope,
        cast(counts.linked as bigint) as linked,
        cast(counts.total as bigint) as total,
        counts.linked / nullif(cast(counts.total as double), 0) as share,
        case
            when counts.told_status is not null then counts.told_status
            when counts.linked = counts.total then 'ok'
            when counts.linked >= counts.ok_from * counts.total then 'ok'
            when counts.linked >= counts.watch_from * counts.total then 'watch'
            else 'act'
        end as status,
        counts.detail,
        trends.share_recent,
        cast(trends.recent_n as bigint) as recent_n,
        trends.share_before,
        cast(trends.before_n as bigint) as before_n,
        trends.trend
    from counts
    left join trends on counts.check_name = trends.check_name and counts.scope = trends.scope
)

select * from final
