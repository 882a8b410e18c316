-- One row per current event of an incident that a producer told as such, of all sources;
-- a column is null where its type does not carry it.
with events as (
    select *
    from {{ source('log', 'current_events') }}
    where event_type like 'incident.%'
),

final as (
    select
        {{ event_columns() }},
        {{ payload_text('incident_id') }} as incident_id,
        {{ payload_text('service') }} as service,
        {{ payload_text('environment') }} as environment,
        {{ payload_text('title') }} as title,
        {{ payload_text('deployment_id') }} as deployment_id,
        {{ payload_text('sha') }} as sha,
        {{ payload_text('flag_key') }} as flag_key,
        {{ payload_text('severity') }} as severity,
        {{ payload_boolean('is_critical') }} as is_critical,
        {{ payload_text('kind') }} as kind,
        {{ payload_text('url') }} as url
    from events
)

select * from final
