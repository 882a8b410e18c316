-- One row per current event of a feature flag, or of an environment that flags stand in, of all sources;
-- a column is null where its type does not carry it.
with events as (
    select *
    from {{ source('log', 'current_events') }}
    where event_type like 'flag.%'
),

final as (
    select
        {{ event_columns() }},
        {{ payload_text('project') }} as project,
        {{ payload_text('flag_key') }} as flag_key,
        {{ payload_text('environment') }} as environment,
        {{ payload_text('name') }} as name,
        {{ payload_text('description') }} as description,
        {{ payload_list('tags') }} as tags,
        -- The values of all properties together: whatever a team calls the one that names a story.
        {{ payload_values('custom_properties') }} as property_values,
        {{ payload_boolean('is_archived') }} as is_archived,
        {{ payload_boolean('is_temporary') }} as is_temporary,
        {{ payload_time('created_at') }} as created_at,
        {{ payload_text('url') }} as url,
        {{ payload_boolean('is_production') }} as is_production,
        {{ payload_list('changes') }} as changes,
        {{ payload_boolean('is_on') }} as is_on,
        {{ payload_number('served_percentage') }} as served_percentage,
        {{ payload_text('unknown_reason') }} as unknown_reason,
        {{ payload_list('targeted_segments') }} as targeted_segments,
        {{ payload_boolean('is_rerandomised') }} as is_rerandomised,
        {{ payload_integer('version') }} as config_version,
        coalesce({{ payload_boolean('is_observed') }}, false) as is_observed
    from events
)

select * from final
