-- One row per source, site, family of events and day: how much it told of what happened on that day.
with events as (
    select
        current_events.source,
        current_events.instance,
        split_part(current_events.event_type, '.', 1) as family,
        cast(current_events.occurred_at as date) as day_on,
        count(*) as told
    from {{ source('log', 'current_events') }} as current_events
    where current_events.source <> {{ own_source() }}
    group by all
),

-- Product events are counted by the day of their upload: their segments are listed, so that none need be read.
usage as (
    select
        segments.source,
        segments.instance,
        'usage_events' as family,
        cast(segments.covers_from as date) as day_on,
        sum(segments.rows) as told
    from {{ source('log', 'segments') }} as segments
    group by all
),

final as (
    select * from events
    union all
    select * from usage
)

select * from final
