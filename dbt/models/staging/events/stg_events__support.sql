-- One row per current event of support and feedback, of all sources; a column is null where its type does not carry it.
with events as (
    select *
    from {{ source('log', 'current_events') }}
    where event_type like 'support.%'
),

final as (
    select
        {{ event_columns() }},
        {{ payload_text('ticket_id') }} as ticket_id,
        {{ payload_text('subject') }} as title,
        {{ payload_text('text') }} as body,
        {{ payload_list('tags') }} as tags,
        {{ payload_text('status') }} as status,
        {{ payload_text('priority') }} as priority,
        {{ payload_text('channel') }} as channel,
        {{ payload_text('requester') }} as requester,
        {{ payload_text('organization') }} as organization,
        {{ payload_boolean('is_internal') }} as is_internal,
        {{ payload_text('merged_into') }} as merged_into,
        {{ payload_list('story_keys') }} as story_keys,
        {{ payload_time('created_at') }} as created_at,
        {{ payload_time('updated_at') }} as updated_at,
        {{ payload_time('solved_at') }} as solved_at,
        {{ payload_text('url') }} as url,
        {{ payload_text('feedback_id') }} as feedback_id,
        {{ payload_text('person') }} as person,
        {{ payload_number('score') }} as score,
        {{ payload_text('topic') }} as topic,
        {{ payload_boolean('is_about') }} as is_about
    from events
)

select * from final
