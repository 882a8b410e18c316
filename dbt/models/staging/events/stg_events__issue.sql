-- One row per current event of an issue of a code host, of all sources;
-- a column is null where its type does not carry it.
with events as (
    select *
    from {{ source('log', 'current_events') }}
    where event_type like 'issue.%'
),

final as (
    select
        {{ event_columns() }},
        {{ payload_text('repository') }} as repository,
        {{ payload_integer('number') }} as number,
        {{ payload_text('title') }} as title,
        {{ payload_text('body') }} as body,
        {{ payload_text('state') }} as state,
        {{ payload_list('labels') }} as labels,
        {{ payload_text('label') }} as label,
        {{ payload_time('created_at') }} as created_at,
        {{ payload_time('updated_at') }} as updated_at,
        {{ payload_time('closed_at') }} as closed_at,
        {{ payload_text('url') }} as url
    from events
)

select * from final
