-- One row per current event of monitoring: one series of measurements over one window, of all sources.
with events as (
    select *
    from {{ source('log', 'current_events') }}
    where event_type like 'monitor.%'
),

final as (
    select
        {{ event_columns() }},
        {{ payload_text('monitor_id') }} as monitor_id,
        {{ payload_text('measure') }} as measure,
        {{ payload_text('service') }} as service,
        {{ payload_text('environment') }} as environment,
        {{ payload_text('release') }} as release,
        {{ payload_text('flag_key') }} as flag_key,
        {{ payload_text('variant') }} as variant,
        {{ payload_json('labels') }} as labels,
        {{ payload_time('window_start') }} as window_started_at,
        {{ payload_time('window_end') }} as window_ended_at,
        {{ payload_number('bucket_seconds') }} as bucket_seconds,
        {{ payload_json('points') }} as points
    from events
)

select * from final
