-- One row per current event of a deployment, of all sources; a column is null where its type does not carry it.
with events as (
    select *
    from {{ source('log', 'current_events') }}
    where event_type like 'deployment.%'
),

final as (
    select
        {{ event_columns() }},
        {{ payload_text('repository') }} as repository,
        {{ payload_text('deployment_id') }} as deployment_id,
        {{ payload_text('environment') }} as environment,
        {{ payload_boolean('is_production') }} as is_production,
        {{ payload_boolean('is_transient') }} as is_transient,
        {{ payload_text('service') }} as service,
        {{ payload_text('sha') }} as sha,
        {{ payload_text('ref') }} as ref,
        {{ payload_text('task') }} as task,
        {{ payload_text('description') }} as description,
        {{ payload_text('status_id') }} as status_id,
        {{ payload_text('state') }} as state,
        {{ payload_text('url') }} as url,
        {{ payload_time('created_at') }} as created_at
    from events
)

select * from final
