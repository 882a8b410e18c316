with sources as (
    select * from {{ ref('int_source_freshness') }}
),

final as (
    select
        sources.source,
        sources.instance,
        sources.last_observed_at,
        sources.newest_event_at,
        cast(sources.raw_records as bigint) as raw_records,
        cast(sources.current_events as bigint) as current_events,
        sources.last_run_at,
        sources.last_status,
        sources.last_error,
        sources.age_seconds,
        sources.is_stale
    from sources
)

select * from final
