-- One row per source and site: how much was kept of it and when it was last seen to differ.
with records as (
    select
        raw_records.source,
        raw_records.instance,
        count(*) as raw_records,
        max(raw_records.observed_at) as last_observed_at
    from {{ source('log', 'raw_records') }} as raw_records
    where raw_records.source <> {{ own_source() }}
    group by raw_records.source, raw_records.instance
),

events as (
    select
        current_events.source,
        current_events.instance,
        count(*) as current_events,
        -- A definition holds for ever, told as the epoch; no happening is that old.
        min(current_events.occurred_at) filter (
            where current_events.occurred_at > cast('1970-01-01 00:00:00+00' as timestamptz)
        ) as oldest_event_at,
        max(current_events.occurred_at) as newest_event_at
    from {{ source('log', 'current_events') }} as current_events
    where current_events.source <> {{ own_source() }}
    group by current_events.source, current_events.instance
),

-- An imported event names its own source, so events may come of a site that has no records under its name.
final as (
    select
        coalesce(records.source, events.source) as source,
        coalesce(records.instance, events.instance) as instance,
        coalesce(records.raw_records, 0) as raw_records,
        coalesce(events.current_events, 0) as current_events,
        records.last_observed_at,
        events.oldest_event_at,
        events.newest_event_at
    from records
    full outer join events on records.source = events.source and records.instance = events.instance
)

select * from final
